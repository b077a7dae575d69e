// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <mutex>

#include "client/engine_client.h"
#include "support/footprint.h"
#include "support/image_builder.h"

using namespace slipway;
using namespace slipway::test;

// Builds by the window's own client: EngineClient::builds().
class TestBuildClient : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};
    std::unique_ptr<EngineClient> m_client;

    struct Answer
    {
        std::mutex mutex;
        std::string printed;
        std::vector<dockerapi::BuildStep> steps;
        std::optional<Result<std::string>> image;

        [[nodiscard]] std::string text()
        {
            const std::lock_guard lock(mutex);
            return printed;
        }
        [[nodiscard]] bool done()
        {
            const std::lock_guard lock(mutex);
            return image.has_value();
        }
    };
    Request build(const BuildsClient::Options& options, const std::shared_ptr<Answer>& answer)
    {
        return m_client->builds().build(
            options,
            [answer](const dockerapi::BuildStep& step) {
                const std::lock_guard lock(answer->mutex);
                answer->steps.push_back(step);
                if (step.state == dockerapi::BuildStep::State::Output)
                    answer->printed += step.text;
            },
            [answer](Result<std::string> image) {
                const std::lock_guard lock(answer->mutex);
                answer->image = std::move(image);
            });
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
    }
    void cleanupTestCase() { m_client.reset(); }

    void buildsAFolder()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nARG WHO\nCOPY . /all\nRUN echo hello $WHO && ls /all\nLABEL a=b\n"},
                                                  {"page.txt", QByteArray(3'000'000, 'x')}, {"left.out", ""}, {".dockerignore", "*.out\n"}});
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        options.tags = {"mine:1", "mine:2"};
        options.args = {{"WHO", "you & me"}};
        options.labels = {{"c", "d"}};
        const Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000);
        QVERIFY2(answer->image->has_value(), answer->image->has_value() ? "" : answer->image->error().message.c_str());
        QCOMPARE(m_builder.imageId("mine:2"), QByteArray::fromStdString(answer->image->value()));
        QVERIFY2(answer->text().contains("hello you & me\n"), answer->text().c_str());
        QVERIFY2(answer->text().contains("page.txt\n") && !answer->text().contains("left.out"), answer->text().c_str());
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{json .Config.Labels}}", "mine:1"}).out, QByteArray("{\"a\":\"b\",\"c\":\"d\"}\n"));
    }

    // The engine reads the folder itself: what it keeps of it is listed as cache, and what did not change is not read again.
    void theFolderIsReadWhereItLies()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nCOPY . /all\nRUN ls -l /all; cat /all/f /all/Dockerfile\n"}, {"f", "first\n"}, {"big", QByteArray(2'000'000, 'x')},
                                                  {"x.log", ""}, {".dockerignore", "*.log\n"}});
        const auto printed = [&](const QString& where, const char* text = nullptr) {
            const auto answer = std::make_shared<Answer>();
            BuildsClient::Options options;
            options.folder = where.toStdString();
            options.tags = {"inplace"};
            if (text)
                options.dockerfileText = text;
            const Request request = build(options, answer);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000); }();
            return QByteArray::fromStdString(answer->image->has_value() ? answer->text() : answer->image->error().message);
        };
        const auto kept = [this] {
            int count = 0;
            for (const QJsonValue& record : m_engine.get("/system/df").toObject()["BuildCache"].toArray())
                count += record["Type"].toString() == "source.local" ? 1 : 0;
            return count;
        };
        const int before = kept();
        QByteArray out = printed(folder);
        QVERIFY2(out.contains("first\n") && out.contains(" root     root       2000000 ") && !out.contains("x.log"), out.constData());
        QCOMPARE(kept(), before + 1);
        QVERIFY(!printed(folder).contains("first"));
        ImageBuilder::write(folder + "/f", "other\n"); // as long as before, and perhaps in the same moment
        out = printed(folder);
        QVERIFY2(out.contains("other\n"), out.constData());
        out = printed(folder, "FROM busybox\nCOPY . /all\nRUN cat /all/Dockerfile # unsaved\n");
        QVERIFY2(out.contains("# unsaved"), out.constData());
        out = printed(folder);
        QVERIFY2(!out.contains("unsaved"), out.constData());
        const QString link = m_builder.path("a-link");
        QVERIFY(QFile::link(folder, link));
        QCOMPARE(printed(link), QByteArray());
        QVERIFY(kept() <= before + 2);
        QCOMPARE(m_engine.api("POST", "/build/prune?all=1").code, 0);
        QCOMPARE(kept(), 0);
    }

    // An engine that is root reads no folder for a user who may not, and none for a client to whom the path is another folder.
    void nothingIsReadForOthers()
    {
        if (m_engine.rootless())
            QSKIP("an ordinary user's engine reads as that user anyway");
        const QString secret = m_builder.context({{"Dockerfile", "FROM busybox\nCOPY . /all\nRUN cat /all/key\n"}, {"key", "sesame"}});
        QVERIFY(QFile::setPermissions(m_engine.socketPath(), QFile::permissions(m_engine.socketPath()) | QFile::WriteOther | QFile::ReadOther));
        QVERIFY(run("sh", {"-c", "chmod o+x \"$(dirname " + m_engine.socketPath() + ")\" " + m_engine.folder()}, {}, 5000).code == 0);
        const auto asUser = [&](const QString& folder) {
            const QString numbers = QString::fromUtf8(run("stat", {"-c", "&device=%d&inode=%i", folder}, {}, 5000).out.trimmed());
            return run("setpriv", {"--reuid", "4321", "--regid", "4321", "--clear-groups", "curl", "-s", "--unix-socket", m_engine.socketPath(), "--data-binary", "",
                                   "http://engine/slipway/builds?steps=1&dockerfile=Dockerfile&folder=" + folder + numbers}, {}, 30000).out;
        };
        QVERIFY(run("chmod", {"755", m_builder.path("")}, {}, 5000).code == 0);
        QVERIFY(run("chmod", {"644", secret + "/key"}, {}, 5000).code == 0);
        QVERIFY2(asUser(secret).contains("sesame"), asUser(secret).constData()); // it may: anybody may
        QCOMPARE(m_engine.api("POST", "/build/prune?all=1").code, 0);
        QVERIFY(run("chmod", {"600", secret + "/key"}, {}, 5000).code == 0);
        QByteArray answer = asUser(secret);
        QVERIFY2(!answer.contains("sesame") && answer.contains("permission denied"), answer.constData());
        QVERIFY(run("chmod", {"700", secret}, {}, 5000).code == 0);
        answer = asUser(secret);
        QVERIFY2(!answer.contains("sesame") && answer.contains("permission denied"), answer.constData());
        const Output other = m_engine.api("POST", "/slipway/builds?folder=" + secret + "&device=1&inode=2");
        QCOMPARE(other.code, 22);
    }

    void theEditorsTextIsBuilt()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM nosuch\n"}});
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        options.dockerfileText = "FROM busybox\nRUN echo not saved yet\n";
        const Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000);
        QVERIFY(answer->image->has_value());
        QVERIFY(answer->text().contains("not saved yet\n"));
    }

    void eachStepIsTold()
    {
        using State = dockerapi::BuildStep::State;
        const QString folder = m_builder.context({{"Dockerfile", "ARG TAG=latest\n"                        // 1
                                                                 "FROM busybox:$TAG AS one\n"              // 2
                                                                 "RUN head -c 100000 /dev/zero >/big && \\\n" // 3
                                                                 "    echo loud >&2\n"
                                                                 "\n"
                                                                 "FROM busybox\n"                          // 6
                                                                 "ENV A=b\n"                               // 7
                                                                 "COPY --from=one /big /\n"                // 8
                                                                 "RUN exit 4\n"}});                        // 9
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        const auto told = [&] {
            const auto answer = std::make_shared<Answer>();
            const Request request = build(options, answer);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000); }();
            std::map<int, QByteArrayList> byLine;
            for (const auto& step : answer->steps) {
                static constexpr const char* words[] = {"started", "output", "pull", "cached", "done", "failed"};
                QByteArray word = words[static_cast<int>(step.state)];
                if (step.state == State::Done && step.size > 0)
                    word += step.size >= 100000 ? " big" : " small";
                if (step.state == State::Output)
                    word += (step.isStderr ? " 2:" : " 1:") + QByteArray::fromStdString(step.text).trimmed();
                byLine[step.line] << word;
            }
            return byLine;
        };
        auto steps = told();
        QCOMPARE(steps[1], QByteArrayList{"started"});
        QCOMPARE(steps[2], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[3], (QByteArrayList{"started", "output 2:loud", "done big"}));
        QCOMPARE(steps[6], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[7], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[8], (QByteArrayList{"started", "done big"}));
        QCOMPARE(steps[9], (QByteArrayList{"started", "failed"}));
        steps = told();
        QCOMPARE(steps[3], (QByteArrayList{"started", "cached", "done big"}));
        QCOMPARE(steps[7], (QByteArrayList{"started", "cached", "done"}));
        QCOMPARE(steps[8], (QByteArrayList{"started", "cached", "done big"}));
        QCOMPARE(steps[9], (QByteArrayList{"started", "failed"}));
    }

    void saysWhyItFailed()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN exit 3\n"}, {"Broken", "FROM busybox\nCOPPY a b\n"}});
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        const auto why = [&]() -> std::string {
            const auto answer = std::make_shared<Answer>();
            const Request request = build(options, answer);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000); }();
            return !answer->done() ? "no answer" : answer->image->has_value() ? "it was built" : answer->image->error().message;
        };
        QCOMPARE(why(), std::string("The command '/bin/sh -c exit 3' returned a non-zero code: 3"));
        options.dockerfile = "Broken";
        QCOMPARE(why(), std::string("dockerfile parse error on line 2: unknown instruction: COPPY (did you mean COPY?)"));
        options.dockerfile = "None";
        QVERIFY(QString::fromStdString(why()).startsWith("there is no Dockerfile "));
    }

    void aDroppedRequestEndsTheBuild()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo started && sleep 4322\n"}});
        const Footprint before(m_engine);
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->text().contains("started\n"), 20000);
        request.reset();
        const auto left = [&] { // but for what is kept of the folder on purpose
            m_engine.api("POST", "/build/prune?all=1");
            return Footprint(m_engine).leftSince(before);
        };
        QTRY_COMPARE_WITH_TIMEOUT(left(), QString(), 10000);
        QVERIFY(!answer->done());
    }

    void prunes()
    {
        const auto bytes = std::make_shared<std::atomic<std::int64_t>>(-1);
        const Request request = m_client->builds().prune(true, [bytes](Result<std::int64_t> freed) { *bytes = freed.value_or(-2); });
        QTRY_VERIFY_WITH_TIMEOUT(*bytes >= 0, 10000);
        const Output left = run("curl", {"-s", "--unix-socket", m_engine.socketPath(), "http://d/v1.45/system/df"}, {}, 5000);
        QVERIFY2(left.out.contains("\"BuildCache\":[]"), left.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestBuildClient)
#include "tst_build_client.moc"
