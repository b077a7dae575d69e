// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/build_history.h"
#include "build/build_service.h"

using namespace slipway;
using namespace slipway::build;

class TestBuildHistory : public QObject
{
    Q_OBJECT

    static BuildRecord record(const std::string& text, std::int64_t started)
    {
        BuildRequest request;
        BuildRecord made = BuildRecord::of(request, text);
        made.startedNs = started;
        return made;
    }
    static BuildProgress step(BuildProgress::Kind kind, int number, const std::string& text = {})
    {
        BuildProgress progress;
        progress.kind = kind;
        progress.step = number;
        progress.total = 2;
        progress.text = text;
        return progress;
    }
    static std::string logOf(const BuildHistory& history, const std::string& id)
    {
        std::string all;
        (void)history.log(id, [&all](std::string_view line) -> Status {
            all += std::string(line) + '\n';
            return {};
        });
        return all;
    }

private slots:
    void theOldestGo()
    {
        const QTemporaryDir dir;
        BuildHistory history(dir.path().toStdString(), {.builds = 3});
        for (int i = 1; i <= 5; ++i)
            history.begin(record("FROM " + std::to_string(i), i), "FROM " + std::to_string(i))->end(std::string("sha256:" + std::to_string(i)));
        const auto kept = history.list();
        QCOMPARE(kept.size(), 3u);
        QCOMPARE(kept[0].image, std::string("sha256:5"));
        QCOMPARE(kept[2].image, std::string("sha256:3"));
        QCOMPARE(QDir(dir.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 3);
    }

    void largeOnesTakeTheRoomOfOldOnes()
    {
        const QTemporaryDir dir;
        BuildHistory history(dir.path().toStdString(), {.bytes = 50'000});
        for (int i = 1; i <= 4; ++i)
            history.begin(record("FROM a", i), std::string(20'000, '#'))->end(std::string("x"));
        QCOMPARE(history.list().size(), 2u);
    }

    void aLogHasAnEnd()
    {
        const QTemporaryDir dir;
        BuildHistory history(dir.path().toStdString(), {.logBytes = 10'000});
        const auto recording = history.begin(record("FROM a", 1), "FROM a");
        recording->take(step(BuildProgress::Kind::Step, 1, "RUN yes"));
        for (int i = 0; i < 100; ++i)
            recording->take(step(BuildProgress::Kind::Output, 1, std::string(1000, 'y') + '\n'));
        recording->take(step(BuildProgress::Kind::Done, 1));
        recording->end(std::string("x"));
        const std::string log = logOf(history, recording->id());
        QVERIFY(log.size() < 13'000);
        QCOMPARE(log.find("The rest of the output is not kept"), log.rfind("The rest of the output is not kept"));
        QVERIFY(log.ends_with("\"state\":\"done\",\"step\":1,\"total\":2}\n")); // what became of it is there all the same
    }

    void oneThatWasCutShortIsReadFromItsLog()
    {
        const QTemporaryDir dir;
        std::string id;
        {
            BuildHistory history(dir.path().toStdString());
            const auto recording = history.begin(record("FROM a", 1), "FROM a");
            id = recording->id();
            recording->take(step(BuildProgress::Kind::Step, 1, "FROM a"));
            recording->take(step(BuildProgress::Kind::Done, 1));
            recording->take(step(BuildProgress::Kind::Step, 2, "RUN b"));
            recording->take(step(BuildProgress::Kind::Output, 2, "said\n"));
            // As a killed engine leaves it: the record of the beginning, a log that ends in the middle of a line, and half of another.
            QDir().mkpath(dir.filePath("half"));
            QFile::copy(dir.filePath(QString::fromStdString(id) + "/record.json"), dir.filePath("record"));
            QFile::copy(dir.filePath(QString::fromStdString(id) + "/log"), dir.filePath("log"));
        }
        const QString folder = dir.filePath(QString::fromStdString(id));
        for (const char* name : {"record.json", "log"})
            QVERIFY(QFile::remove(folder + '/' + name));
        QVERIFY(QFile::rename(dir.filePath("record"), folder + "/record.json") && QFile::rename(dir.filePath("log"), folder + "/log"));
        QFile log(folder + "/log");
        QVERIFY(log.open(QFile::Append));
        log.write("{\"step\":2,\"sta");
        log.close();

        BuildHistory history(dir.path().toStdString());
        QVERIFY(!QDir(dir.filePath("half")).exists());
        const auto kept = history.get(id.substr(0, 6));
        QVERIFY(kept);
        QCOMPARE(kept->state, std::string("failed"));
        QCOMPARE(kept->error, std::string("the engine ended before the build did"));
        QCOMPARE(kept->steps.size(), 2u);
        QCOMPARE(kept->steps[0].state, std::string("done"));
        QCOMPARE(kept->steps[1].state, std::string("failed"));
        QVERIFY(logOf(history, id).contains("said"));
        QVERIFY(!history.get("nosuch") && !history.get(""));
        QVERIFY(history.remove(id));
        QVERIFY(history.list().empty());
    }

    void onesThatRunStay()
    {
        const QTemporaryDir dir;
        BuildHistory history(dir.path().toStdString(), {.builds = 1});
        const auto recording = history.begin(record("FROM a", 1), "FROM a");
        history.begin(record("FROM b", 2), "FROM b")->end(std::string("b"));
        QCOMPARE(history.list().size(), 2u);
        QVERIFY(history.remove(recording->id()).error().kind == ErrorKind::Conflict);
        QCOMPARE(history.clear(), 1);
        recording->end(fail(ErrorKind::Cancelled, "build cancelled"));
        QCOMPARE(history.list().at(0).state, std::string("cancelled"));
    }
};

QTEST_GUILESS_MAIN(TestBuildHistory)
#include "tst_build_history.moc"
