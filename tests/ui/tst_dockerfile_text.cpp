// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "dockerfile/analysis.h"
#include "dockerfile/build_settings.h"
#include "dockerfile/completion.h"
#include "dockerfile/text_file.h"
#include "images/image_dockerfile.h"
#include "isolated_settings.h"

using namespace slipway;
using namespace slipway::ui;

// What the editor knows of a text: its problems at their places, what can stand at the cursor, how it is built and saved.
class TestDockerfileText : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

    // | in TEXT is the cursor.
    static QStringList offered(QString text, QStringList files = {}, int* start = nullptr)
    {
        const int position = int(text.indexOf(QLatin1Char('|')));
        text.remove(position, 1);
        const CompletionSources sources{{QStringLiteral("node:20-alpine"), QStringLiteral("busybox:latest")},
                                        [files](const QString& folder) { return folder.isEmpty() ? files : QStringList{QStringLiteral("in-") + folder}; }};
        const Completion completion = completionAt(text, position, analyse(text), sources);
        if (start)
            *start = position - completion.start;
        QStringList texts;
        for (const auto& item : completion.items)
            texts << item.text;
        return texts;
    }

private slots:
    void init() { test::IsolatedSettings::forget(); }

    void problemsStandAtTheirPlaces()
    {
        const Analysis made = analyse(QStringLiteral("FROM busybox AS Ä\nRUN --mount=type=cash true\nCOPPY a b\n"));
        QVERIFY(made.count(dockerfile::Severity::Error) >= 2);
        const auto mount = std::ranges::find_if(made.problems, [](const Problem& each) { return each.message.contains(QStringLiteral("cash")); });
        QVERIFY(mount != made.problems.end());
        QCOMPARE(mount->line, 1);
        const auto keyword = std::ranges::find_if(made.problems, [](const Problem& each) { return each.message.contains(QStringLiteral("COPPY")); });
        QVERIFY(keyword != made.problems.end());
        QCOMPARE((std::array{keyword->line, keyword->column, keyword->endLine, keyword->endColumn}), (std::array{2, 0, 2, 5}));
    }

    void adviceHasItsRuleAndFix()
    {
        const Analysis made = analyse(QStringLiteral("FROM busybox as b\nENV ä x\n"));
        const auto casing = std::ranges::find(made.problems, QStringLiteral("FromAsCasing"), &Problem::rule);
        QVERIFY(casing != made.problems.end());
        QCOMPARE(casing->severity, dockerfile::Severity::Warning);
        const auto legacy = std::ranges::find(made.problems, QStringLiteral("LegacyKeyValueFormat"), &Problem::rule);
        QVERIFY(legacy != made.problems.end());
        QCOMPARE(legacy->line, 1);
        QVERIFY(legacy->endColumn <= 7); // columns are characters, not bytes
    }

    void ignoredFilesAreNamed()
    {
        const QString text = QStringLiteral("FROM busybox:1\nCOPY secret.txt /\n");
        QCOMPARE(analyse(text).problems.size(), 0u);
        const Analysis made = analyse(text, QStringLiteral("*.txt\n"));
        QCOMPARE(made.problems.size(), 1u);
        QCOMPARE(made.problems[0].rule, QStringLiteral("CopyIgnoredFile"));
    }

    void practicesAreAdvised()
    {
        const Analysis made = analyse(QStringLiteral("FROM debian:12\nRUN sudo apt-get update\n"));
        QVERIFY(std::ranges::contains(made.problems, QStringLiteral("DL3004"), &Problem::rule));
        QCOMPARE(made.count(dockerfile::Severity::Error), 0); // they keep nobody from building
    }

    void dockerfileOfAnImage()
    {
        const auto entry = [](const char* createdBy) { return Json{{"CreatedBy", createdBy}, {"Size", 0}}; };
        const Json history = Json::array({entry("/bin/sh -c #(nop)  CMD [\"node\" \"server.js\"]"), entry("HEALTHCHECK &{[\"CMD-SHELL\" \"curl -f a\"] \"30s\" \"0s\" \"0s\" \"0s\" '\\x00'}"),
                                          entry("EXPOSE map[3000/tcp:{}]"), entry("VOLUME [/data]"), entry("|1 WHO=you /bin/sh -c echo $WHO"), entry("RUN /bin/sh -c npm ci --production # buildkit"),
                                          entry("COPY . /app # buildkit"), entry("/bin/sh -c #(nop) COPY dir:0123abcd in /app "), entry("ENV GREETING=hello world A=b"),
                                          entry("/bin/sh -c #(nop)  WORKDIR /app"), entry("/bin/sh -c #(nop) ADD file:0123 in / ")});
        const Json image = {{"Config", {{"Env", {"PATH=/bin", "GREETING=hello world", "A=b"}}, {"Healthcheck", {{"Test", {"CMD-SHELL", "curl -f a"}}, {"Interval", 30'000'000'000}}}}}};
        const QString text = dockerfileOf(QStringLiteral("web:1"), history, image, QStringLiteral("node:20"), 1);
        QCOMPARE(text, QStringLiteral("# Read from the history of web:1.\n"
                                      "FROM node:20\n"
                                      "WORKDIR /app\n"
                                      "ENV GREETING=\"hello world\" A=b\n"
                                      "# COPY of files that the history does not name: … /app\n"
                                      "COPY . /app\n"
                                      "RUN npm ci --production\n"
                                      "RUN echo $WHO\n"
                                      "VOLUME /data\n"
                                      "EXPOSE 3000/tcp\n"
                                      "HEALTHCHECK --interval=30000ms CMD curl -f a\n"
                                      "CMD [\"node\", \"server.js\"]\n"));
        QCOMPARE(analyse(text).count(dockerfile::Severity::Error), 0);
        const QString unknown = dockerfileOf(QStringLiteral("web:1"), history, image, {}, 0);
        QVERIFY2(unknown.contains(QStringLiteral("FROM scratch\n# ADD of files")), qPrintable(unknown));
        QCOMPARE(analyse(unknown).count(dockerfile::Severity::Error), 0);
        const QString wide = dockerfileOf(QStringLiteral("a"), Json::array({entry(("/bin/sh -c apt-get update && echo 'x && y' && rm -rf " + std::string(90, 'z')).c_str())}), Json::object(), QStringLiteral("b"), 0);
        QVERIFY2(wide.contains(QStringLiteral("RUN apt-get update && \\\n    echo 'x && y' && \\\n    rm")), qPrintable(wide));
    }

    void onlyTheNewestTextIsAnalysed()
    {
        Analyser analyser;
        QList<int> revisions;
        QObject::connect(&analyser, &Analyser::analysed, [&](const std::shared_ptr<const Analysis>& made) { revisions << made->revision; });
        const QString text = QStringLiteral("FROM busybox\n") + QStringLiteral("RUN echo $A && \\\n    true\n").repeated(1000);
        for (int i = 1; i <= 20; ++i)
            analyser.analyse(text, {}, i);
        QTRY_VERIFY_WITH_TIMEOUT(!revisions.isEmpty() && revisions.last() == 20, 20000);
        QCOMPARE(revisions, (QList<int>{1, 20}));
    }

    void completes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("has");
        QTest::addColumn<QStringList>("hasNot");
        QTest::newRow("instruction") << "FROM busybox\nRU|" << QStringList{"RUN"} << QStringList{"FROM"};
        QTest::newRow("lower case") << "FROM busybox\nwork|" << QStringList{"WORKDIR"} << QStringList();
        QTest::newRow("anything on an empty line") << "FROM busybox\n|" << QStringList{"RUN", "COPY", "CMD"} << QStringList{"MAINTAINER"};
        QTest::newRow("image") << "FROM no|" << QStringList{"node:20-alpine"} << QStringList{"busybox"};
        QTest::newRow("image without its usual tag") << "FROM b|" << QStringList{"busybox"} << QStringList{"busybox:latest"};
        QTest::newRow("stage before") << "FROM a AS deps\nFROM |" << QStringList{"deps", "scratch"} << QStringList();
        QTest::newRow("AS") << "FROM busybox |" << QStringList{"AS "} << QStringList{"busybox"};
        QTest::newRow("stages to copy from") << "FROM a AS one\nFROM b AS two\nCOPY --from=|\nFROM c AS three\n" << QStringList{"one"} << QStringList{"two", "three"};
        QTest::newRow("flags") << "FROM a\nCOPY --ch|" << QStringList{"--chown=", "--chmod="} << QStringList{"--from="};
        QTest::newRow("switch") << "FROM a\nCOPY --li|" << QStringList{"--link "} << QStringList();
        QTest::newRow("flags of RUN") << "FROM a\nRUN --|" << QStringList{"--mount=", "--network="} << QStringList{"--from="};
        QTest::newRow("no flag inside a command") << "FROM a\nRUN ls --|" << QStringList() << QStringList{"--mount="};
        QTest::newRow("mount type") << "FROM a\nRUN --mount=type=c|" << QStringList{"cache"} << QStringList{"bind"};
        QTest::newRow("mount key") << "FROM a\nRUN --mount=type=cache,t|" << QStringList{"target=", "type="} << QStringList{"source="};
        QTest::newRow("variable") << "ARG TOP\nFROM a\nARG ONE=1\nENV TWO=2\nRUN echo $|" << QStringList{"ONE", "TWO"} << QStringList{"TOP"};
        QTest::newRow("variable in braces") << "FROM a\nENV TWO=2\nRUN echo ${T|" << QStringList{"TWO"} << QStringList();
        QTest::newRow("not a later one") << "FROM a\nRUN echo $|\nENV LATER=1\n" << QStringList() << QStringList{"LATER"};
        QTest::newRow("global for FROM") << "ARG TAG=1\nFROM a:$|" << QStringList{"TAG", "TARGETPLATFORM"} << QStringList();
        QTest::newRow("file") << "FROM a\nCOPY pa|" << QStringList{"package.json"} << QStringList{"src/"};
        QTest::newRow("in a folder") << "FROM a\nCOPY src/|" << QStringList{"in-src/"} << QStringList{"package.json"};
        QTest::newRow("not of the context") << "FROM a AS x\nFROM a\nCOPY --from=x pa|" << QStringList() << QStringList{"package.json"};
        QTest::newRow("after a continuation") << "FROM a\nCOPY \\\n  # why\n  pa|" << QStringList{"package.json"} << QStringList();
        QTest::newRow("comment") << "# RU|" << QStringList() << QStringList{"RUN"};
        QTest::newRow("signal") << "FROM a\nSTOPSIGNAL SIGT|" << QStringList{"SIGTERM"} << QStringList();
        QTest::newRow("health check") << "FROM a\nHEALTHCHECK --in|" << QStringList{"--interval="} << QStringList();
        QTest::newRow("trigger") << "FROM a\nONBUILD CO|" << QStringList{"COPY"} << QStringList();
    }
    void completes()
    {
        QFETCH(const QString, text);
        QFETCH(const QStringList, has);
        QFETCH(const QStringList, hasNot);
        const QStringList texts = offered(text, {QStringLiteral("src/"), QStringLiteral("package.json")});
        for (const QString& each : has)
            QVERIFY2(texts.contains(each), qPrintable(each + QStringLiteral(" of ") + texts.join(QLatin1Char(' '))));
        for (const QString& each : hasNot)
            QVERIFY2(!texts.contains(each), qPrintable(each + QStringLiteral(" of ") + texts.join(QLatin1Char(' '))));
    }
    void replacesOnlyTheWord()
    {
        int length = -1;
        offered(QStringLiteral("FROM a\nCOPY src/li|"), {}, &length);
        QCOMPARE(length, 2);
        offered(QStringLiteral("FROM a\nRUN --mount=type=c|"), {}, &length);
        QCOMPARE(length, 1);
        offered(QStringLiteral("FROM a\nENV A=b\nRUN echo x${A|"), {}, &length);
        QCOMPARE(length, 1);
    }

    void settingsComeFromTheFolderAndAreKept()
    {
        QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("My App")));
        const QString file = dir.filePath(QStringLiteral("My App/Dockerfile"));
        BuildSettings settings = BuildSettings::of(file);
        QCOMPARE(settings.tag, QStringLiteral("my-app:latest"));
        QCOMPARE(settings.context, dir.filePath(QStringLiteral("My App")));
        QCOMPARE(settings.problem(), QString());
        QCOMPARE(BuildSettings::of(dir.filePath(QStringLiteral("My App/Dockerfile.dev"))).tag, QStringLiteral("my-app-dev:latest"));
        settings.tag = QStringLiteral("localhost:5000/me/app:1 app:2");
        settings.args = QStringList{QStringLiteral("A=b=c"), QStringLiteral("HOME"), QStringLiteral("NOSUCHVARIABLE")};
        settings.noCache = true;
        settings.remember(file);
        QCOMPARE(BuildSettings::of(file), settings);
        QCOMPARE(settings.problem(), QString());
        const auto options = settings.options(file, QStringLiteral("FROM a"));
        QCOMPARE(options.tags, (std::vector<std::string>{"localhost:5000/me/app:1", "app:2"}));
        QCOMPARE(options.args.at("A"), std::string("b=c"));
        QCOMPARE(options.args.at("HOME"), qEnvironmentVariable("HOME").toStdString());
        QVERIFY(!options.args.contains("NOSUCHVARIABLE"));
        settings.tag = QStringLiteral("Big Name");
        QVERIFY(settings.problem().startsWith(QStringLiteral("Big is no name")));
    }

    void filesKeepTheirLineEnds()
    {
        QTemporaryDir dir;
        const QString name = dir.filePath(QStringLiteral("Dockerfile"));
        {
            QFile file(name);
            QVERIFY(file.open(QFile::WriteOnly));
            file.write("FROM a\r\nRUN b\r\n");
        }
        TextFile text;
        QCOMPARE(text.open(name).value(), QStringLiteral("FROM a\nRUN b\n"));
        QVERIFY(text.save(name, QStringLiteral("FROM a\nRUN ä\n")).has_value());
        QFile file(name);
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("FROM a\r\nRUN \xc3\xa4\r\n"));
    }

    void whatIsNoTextIsRefused()
    {
        QTemporaryDir dir;
        const auto refusal = [&](const QByteArray& bytes) {
            QFile file(dir.filePath(QStringLiteral("x")));
            [&] { QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate)); }();
            file.write(bytes);
            file.close();
            TextFile text;
            const auto opened = text.open(file.fileName());
            return opened ? QStringLiteral("opened") : QString::fromStdString(opened.error().message).section(QLatin1Char(' '), 1);
        };
        QCOMPARE(refusal(QByteArray("a\0b", 3)), QStringLiteral("is not text"));
        QCOMPARE(refusal("\xff\xfe"), QStringLiteral("is not UTF-8 text"));
        QCOMPARE(refusal(QByteArray((8 << 20) + 1, 'x')), QStringLiteral("has more than 8 MiB: too much for a Dockerfile"));
        TextFile text;
        QVERIFY(QString::fromStdString(text.open(dir.filePath(QStringLiteral("none"))).error().message).endsWith(QStringLiteral("is not there")));
        QVERIFY(QString::fromStdString(text.open(dir.path()).error().message).endsWith(QStringLiteral("is not a file")));
    }

    void changesByOthersAreSeen()
    {
        QTemporaryDir dir;
        const QString name = dir.filePath(QStringLiteral("Dockerfile"));
        TextFile text;
        QVERIFY(text.save(name, QStringLiteral("FROM a\n")).has_value());
        QSignalSpy changed(&text, &TextFile::changedOnDisk), removed(&text, &TextFile::removedOnDisk);
        QVERIFY(text.save(name, QStringLiteral("FROM b\n")).has_value()); // by ourselves: no news
        QTest::qWait(400);
        QCOMPARE(changed.count(), 0);
        const auto replace = [&](const QByteArray& bytes) { // as editors do: another file takes its place
            QSaveFile file(name);
            [&] { QVERIFY(file.open(QFile::WriteOnly)); }();
            file.write(bytes);
            [&] { QVERIFY(file.commit()); }();
        };
        replace("FROM c\n");
        QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, 5000);
        replace("FROM d\n"); // and it is still watched
        QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 2, 5000);
        QVERIFY(QFile::remove(name));
        QTRY_COMPARE_WITH_TIMEOUT(removed.count(), 1, 5000);
    }
};

QTEST_MAIN(TestDockerfileText)
#include "tst_dockerfile_text.moc"
