// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/dockerfile/dockerfile.h"
#include "build/dockerfile/text.h"

using namespace slipway::dockerfile;

// Golden folders: golden/NAME/Dockerfile with the tree it gives (where there is one) and the problems it has, one a line:
// "line:column-line:column severity rule: message [fix: "text"]". A new case is a new folder.
class TestDockerfileGolden : public QObject
{
    Q_OBJECT

    static QString folder() { return QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/engine/build/dockerfile/golden/"); }
    static std::string read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
    }
    static std::string shown(const Diagnostic& each)
    {
        static constexpr const char* severities[] = {"error", "warning", "info"};
        const auto place = [](Position at) { return std::to_string(at.line) + ':' + std::to_string(at.column); };
        return place(each.range.start) + '-' + place(each.range.end) + ' ' + severities[static_cast<int>(each.severity)]
               + (each.rule.empty() ? "" : ' ' + each.rule) + ": " + each.message
               + (each.hasFix ? " [fix: " + inQuotes(each.fix) + ']' : "") + '\n';
    }

private slots:
    void cases_data()
    {
        QTest::addColumn<QString>("path");
        for (const QString& name : QDir(folder()).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << folder() + name + QLatin1Char('/');
    }
    void cases()
    {
        QFETCH(QString, path);
        const File file = parse(read(path + QStringLiteral("Dockerfile")));
        std::string problems;
        for (const Diagnostic& each : file.diagnostics)
            problems += shown(each);
        QVERIFY2(problems == read(path + QStringLiteral("problems")), ("it has these problems:\n" + problems).c_str());
        if (QFile::exists(path + QStringLiteral("tree")))
            QVERIFY2(file.syntax.dump() == read(path + QStringLiteral("tree")), ("its tree is:\n" + file.syntax.dump()).c_str());
    }

    void heredocsAreRead()
    {
        const File file = parse(read(folder() + QStringLiteral("heredocs/Dockerfile")));
        const auto& stage = file.stages.at(0).instructions;
        const auto& quotedName = stage.at(1).as<Run>()->command.heredocs.at(0);
        QCOMPARE(quotedName.name, std::string("QUOTED"));
        QVERIFY(quotedName.chomp && !quotedName.expand);
        QCOMPARE(dropTabs(quotedName.content), std::string("tabs $stay\n"));
        const Copy& copy = *stage.at(2).as<Copy>();
        QCOMPARE(copy.heredocs.size(), std::size_t(1)); // a name with a blank is two words to COPY, as to BuildKit
        QCOMPARE(copy.heredocs[0].content, std::string("first\n"));
        QCOMPARE(stage.at(4).as<Run>()->command.heredocs.size(), std::size_t(2));
        QCOMPARE(stage.at(5).as<Onbuild>()->instruction, std::string("COPY <<later /later\non build\nlater"));
        const auto trigger = parseTrigger(stage.at(5).as<Onbuild>()->instruction);
        QVERIFY2(trigger, trigger ? "" : trigger.error().message.c_str());
        QCOMPARE(trigger->as<Copy>()->heredocs.at(0).content, std::string("on build\n"));
        QCOMPARE(stage.at(6).node->firstLine, 22);
    }

    void stagesAreFoundByNameAndNumber()
    {
        const File file = parse("FROM a AS Build\nFROM b AS second\nFROM c\n");
        QCOMPARE(file.stage("BUILD", 3)->index, 0);
        QCOMPARE(file.stage("1", 3)->index, 1);
        QVERIFY(!file.stage("second", 1));
        QVERIFY(!file.stage("9", 3));
        QCOMPARE(targetStage(file, "").value()->index, 2);
        QCOMPARE(targetStage(file, "biuld").error().message,
                 std::string("target stage \"biuld\" could not be found (did you mean build?)"));
    }

    void mountsAreRead()
    {
        const auto expand = [](const std::string& text) -> slipway::Result<std::string> { return text == "$ID" ? "npm" : text; };
        const auto mount = parseMount("type=cache,id=$ID,target=/c,sharing=locked,uid=5,mode=0700,ro", expand);
        QVERIFY(mount);
        QCOMPARE(mount->id, std::string("npm"));
        QVERIFY(mount->sharing == Mount::Sharing::Locked && mount->readOnly && mount->uid == 5u && mount->mode == 0700u);
        QCOMPARE(parseMount("type=tmpfs,target=/t,size=1.5g", expand)->size, std::int64_t(1610612736));
        QVERIFY(parseMount("target=/t", expand)->readOnly);
        QVERIFY(!parseMount("type=cache,target=/t", expand)->readOnly);
        QCOMPARE(parseMount("\"source=a,b\",target=/t", expand)->source, std::string("a,b"));
    }

    void portsAreRead()
    {
        QCOMPARE(parseExposed("8000-8002/UDP")->ports, (std::vector<std::string>{"8000/udp", "8001/udp", "8002/udp"}));
        QVERIFY(parseExposed("80/TCP")->oddCase);
        QVERIFY(parseExposed("127.0.0.1:80:8080")->hostPart);
        QVERIFY(parseExposed("[::1]:80:8080"));
        QVERIFY(!parseExposed("9-1"));
        QVERIFY(!parseExposed("x:80:80"));
    }

    // No bytes are a crash, and large files end soon.
    void hostileFiles()
    {
        std::string text = "FROM a\n";
        for (int i = 0; i < 200'000; ++i)
            text += "RUN a \\\n";
        QVERIFY(!parse(text).firstError());
        std::string onbuild;
        for (int i = 0; i < 10'000; ++i)
            onbuild += "ONBUILD ";
        QVERIFY(parse("FROM a\n" + onbuild + "RUN x\n").firstError());
        std::string heredocs = "FROM a\nRUN ";
        for (int i = 0; i < 5'000; ++i)
            heredocs += "<<A" + std::to_string(i) + ' ';
        QVERIFY(parse(heredocs).firstError());
        std::uint32_t seed = 12345;
        static constexpr std::string_view alphabet = "FROM RUN COPY <<EOF \\ \n \"'$`{}[]#=-,:/\t\xff\xc3\xa9";
        for (int round = 0; round < 3'000; ++round) {
            std::string noise = round % 2 ? "FROM a\nRUN " : "";
            for (int i = 0; i < 120; ++i) {
                seed = seed * 1664525 + 1013904223;
                noise += alphabet[(seed >> 10) % alphabet.size()];
            }
            (void)parse(noise);
        }
    }
};

QTEST_GUILESS_MAIN(TestDockerfileGolden)
#include "tst_dockerfile_golden.moc"
