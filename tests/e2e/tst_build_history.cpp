// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include <atomic>

#include "client/engine_client.h"
#include "support/image_builder.h"

using namespace slipway;
using namespace slipway::test;

// What is kept of each build: GET /slipway/builds and the window's client for it.
class TestBuildHistory : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};

    [[nodiscard]] QJsonArray list() const { return m_engine.get("/slipway/builds").toArray(); }
    [[nodiscard]] QJsonObject newest() const
    {
        const QString id = list().first().toObject()["Id"].toString();
        return m_engine.get("/slipway/builds/" + id).toObject();
    }
    static QStringList steps(const QJsonObject& build) // "1 done FROM busybox"
    {
        QStringList all;
        for (const QJsonValue& each : build["Steps"].toArray())
            all << QStringLiteral("%1 %2 %3").arg(each["Step"].toInt()).arg(each["State"].toString(), each["Text"].toString());
        return all;
    }
    [[nodiscard]] QByteArray log(const QJsonObject& build, const QString& more = {}) const
    {
        return m_engine.api("GET", "/slipway/builds/" + build["Id"].toString() + "/log" + more).out;
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void startsEmpty()
    {
        QVERIFY(list().isEmpty());
        QCOMPARE(m_engine.api("GET", "/slipway/builds/nosuch").code, 22);
        QCOMPARE(m_engine.api("GET", "/slipway/builds/nosuch/log").code, 22);
        QCOMPARE(m_engine.api("DELETE", "/slipway/builds/nosuch").code, 22);
    }

    void keepsWhatWasBuiltAndFromWhat()
    {
        const QByteArray text = "FROM busybox AS base\nRUN echo loud && head -c 100000 /dev/zero > /big\nFROM base\nARG WHO\nRUN echo hello $WHO\nENV A=b\n";
        const QString folder = m_builder.context({{"Dockerfile", text}});
        QCOMPARE(m_builder.build(folder, {"-t", "kept:1", "-t", "kept:2", "--build-arg", "WHO=you", "--build-arg", "API_TOKEN=deadbeef", "--label", "a=b"}).code, 0);
        const QJsonObject build = newest();
        QCOMPARE(build["State"].toString(), QStringLiteral("succeeded"));
        QCOMPARE(build["Text"].toString().toUtf8(), text);
        QCOMPARE(build["Tags"].toArray(), (QJsonArray{"kept:1", "kept:2"}));
        QCOMPARE(build["Image"].toString().toUtf8(), m_builder.imageId("kept:1"));
        QCOMPARE(build["Args"].toObject()["WHO"].toString(), QStringLiteral("you"));
        QCOMPARE(build["Args"].toObject()["API_TOKEN"].toString(), QString()); // what says that it is secret is not kept
        QCOMPARE(build["Labels"].toObject()["a"].toString(), QStringLiteral("b"));
        QCOMPARE(steps(build), (QStringList{"1 done FROM busybox AS base", "2 done RUN echo loud && head -c 100000 /dev/zero > /big", "3 done FROM base", "4 done ARG WHO",
                                            "5 done RUN echo hello $WHO", "6 done ENV A=b", "7 done LABEL a=b"}));
        const QJsonObject big = build["Steps"].toArray()[1].toObject();
        QVERIFY2(big["Size"].toInt() >= 100000 && big["Ms"].toInt() > 0 && big["Line"].toInt() == 2, QJsonDocument(big).toJson().constData());
        QVERIFY(build["Ms"].toInt() >= big["Ms"].toInt());
        const QByteArray said = log(build);
        QVERIFY2(said.contains("Step 2/7 : RUN echo loud") && said.contains("\nloud\n") && said.contains("hello you\n"), said.constData());
        QVERIFY(!said.contains("deadbeef"));

        QCOMPARE(m_builder.build(folder, {"-t", "kept:1", "--build-arg", "WHO=you", "--build-arg", "API_TOKEN=deadbeef", "--label", "a=b"}).code, 0);
        const QJsonArray both = list();
        QCOMPARE(both.size(), 2); // the newest first
        QCOMPARE(both[0]["CachedCount"].toInt(), 5);
        QCOMPARE(both[1]["CachedCount"].toInt(), 0);
        QCOMPARE(both[0]["Digest"], both[1]["Digest"]);
        QVERIFY(both[0]["StartedNs"].toDouble() > both[1]["StartedNs"].toDouble());
        QVERIFY2(log(newest()).contains(" ---> Using cache\n"), log(newest()).constData());
    }

    void keepsWhyOneFailed()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo on the way && exit 7\nRUN never\n"}});
        QVERIFY(m_builder.build(folder).code != 0);
        QJsonObject build = newest();
        QCOMPARE(build["State"].toString(), QStringLiteral("failed"));
        QCOMPARE(build["Error"].toString(), QStringLiteral("The command '/bin/sh -c echo on the way && exit 7' returned a non-zero code: 7"));
        QCOMPARE(steps(build), (QStringList{"1 done FROM busybox", "2 failed RUN echo on the way && exit 7"}));
        QCOMPARE(build["Total"].toInt(), 3);
        QVERIFY(log(build).contains("on the way\n"));
        QVERIFY(m_builder.build(m_builder.context({{"Dockerfile", "FROM busybox\nCOPPY a b\n"}})).code != 0);
        build = newest();
        QCOMPARE(build["State"].toString(), QStringLiteral("failed"));
        QVERIFY(build["Error"].toString().contains(QStringLiteral("unknown instruction: COPPY")));
        QCOMPARE(steps(build), QStringList());
    }

    void aCancelledOne()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo begun && sleep 4322\n"}});
        QProcess client;
        client.setProcessEnvironment(m_engine.clientEnvironment());
        client.start("docker", {"build", folder});
        QTRY_VERIFY_WITH_TIMEOUT(log(newest()).contains("begun\n"), 20000); // while it runs
        const QString id = newest()["Id"].toString();
        QCOMPARE(newest()["State"].toString(), QStringLiteral("running"));
        QCOMPARE(m_engine.api("DELETE", "/slipway/builds/" + id).code, 22); // not while it runs
        client.kill();
        client.waitForFinished();
        QTRY_COMPARE_WITH_TIMEOUT(newest()["State"].toString(), QStringLiteral("cancelled"), 20000);
        QCOMPARE(steps(newest()), (QStringList{"1 done FROM busybox", "2 cancelled RUN echo begun && sleep 4322"}));
        QCOMPARE(m_engine.api("DELETE", "/slipway/builds/" + id.left(8)).code, 0);
        QVERIFY(newest()["Id"].toString() != id);
    }

    void aKilledEnginesBuildFailedWithItsLog()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo first\nRUN echo second && sleep 4323\n"}});
        const qsizetype before = list().size();
        QProcess client;
        client.setProcessEnvironment(m_engine.clientEnvironment());
        client.start("docker", {"build", folder});
        QTRY_VERIFY_WITH_TIMEOUT(log(newest()).contains("second\n"), 20000);
        m_engine.killHard();
        client.waitForFinished();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(list().size(), before + 1);
        const QJsonObject build = newest();
        QCOMPARE(build["State"].toString(), QStringLiteral("failed"));
        QCOMPARE(build["Error"].toString(), QStringLiteral("the engine ended before the build did"));
        QCOMPARE(steps(build), (QStringList{"1 done FROM busybox", "2 done RUN echo first", "3 failed RUN echo second && sleep 4323"}));
        QVERIFY(build["Steps"].toArray()[1].toObject()["Ms"].toInt() > 0);
        QVERIFY2(log(build).contains("first\n") && log(build).contains("second\n"), log(build).constData());
        QCOMPARE(m_builder.build(folder.left(0) + m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo first\n"}})).code, 0); // and the next goes on
        QCOMPARE(newest()["CachedCount"].toInt(), 1);
    }

    void theClientReadsAndForgetsThem()
    {
        const auto client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        std::atomic<int> done = 0;
        std::vector<dockerapi::PastBuild> builds;
        Request request = client->builds().history([&](Result<std::vector<dockerapi::PastBuild>> all) {
            if (all)
                builds = *all;
            ++done;
        });
        QTRY_COMPARE(done.load(), 1);
        QCOMPARE(qsizetype(builds.size()), list().size());
        const auto failed = std::ranges::find_if(builds, [](const auto& each) { return each.error.contains("code: 7"); });
        QVERIFY(failed != builds.end());
        QVERIFY(failed->state == dockerapi::BuildState::Failed && failed->stepCount == 2 && failed->steps.empty());
        Result<dockerapi::PastBuild> whole = fail(ErrorKind::Internal, "");
        request = client->builds().past(failed->id, [&](Result<dockerapi::PastBuild> each) { whole = std::move(each), ++done; });
        QTRY_COMPARE(done.load(), 2);
        QVERIFY(whole && whole->steps.size() == 2 && whole->steps[1].state == dockerapi::PastStep::State::Failed);
        QCOMPARE(whole->text, std::string("FROM busybox\nRUN echo on the way && exit 7\nRUN never\n"));
        std::string words;
        request = client->builds().pastLog(failed->id, [&](const dockerapi::BuildStep& step) { words += step.text + '|'; }, [&](Status) { ++done; });
        QTRY_COMPARE(done.load(), 3);
        QVERIFY2(words.starts_with("FROM busybox||RUN echo on the way && exit 7|on the way\n|The command"), words.c_str());
        Status removed = fail(ErrorKind::Internal, "");
        request = client->builds().removePast(failed->id, [&](Status status) { removed = status, ++done; });
        QTRY_COMPARE(done.load(), 4);
        QVERIFY(removed);
        QCOMPARE(list().size(), qsizetype(builds.size()) - 1);
        request = client->builds().removePast("", [&](Status status) { removed = status, ++done; });
        QTRY_COMPARE(done.load(), 5);
        QVERIFY(list().isEmpty());
    }
};

QTEST_MAIN(TestBuildHistory)
#include "tst_build_history.moc"
