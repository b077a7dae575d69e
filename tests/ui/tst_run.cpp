// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTcpServer>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "jobs/jobs.h"
#include "run/field_problem.h"
#include "run/lines_edit.h"
#include "run/rows_editor.h"
#include "run/run_command.h"
#include "run/run_dialog.h"
#include "run/shell_words.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "fake_engine.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{

const char* const pasted =
    "$ sudo docker run -itd --rm \\\n"
    "    --name web -p 127.0.0.1:8080:80 -p9000:9000/udp -e 'GREETING=hello world' --env=EMPTY= \\\n"
    "    -v /srv/www:/www:ro --mount type=volume,source=data,target=/data --network backend --restart=no \\\n"
    "    -m 512m --cpus 1.5 --pids-limit 100 -l team=web --cap-add NET_ADMIN --read-only --ulimit nofile=1024:2048 \\\n"
    "    nginx:1.27 sh -c 'echo \"it works\"; sleep 1' # a comment\n";


QString problemTexts(const QWidget& dialog)
{
    QStringList out;
    for (const FieldProblem* problem : dialog.findChildren<FieldProblem*>())
        if (problem->isVisibleTo(&dialog))
            out << problem->text();
    return out.join(QLatin1Char('\n'));
}

QPushButton* fixButton(const QWidget& dialog, const QString& text)
{
    for (QPushButton* button : dialog.findChildren<QPushButton*>())
        if (button->text() == text && button->isVisibleTo(&dialog))
            return button;
    return nullptr;
}

void picture(QWidget& widget, const QString& name)
{
    for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::apply(mode);
        QCoreApplication::processEvents();
        const QString suffix = mode == theme::Mode::Dark ? QStringLiteral("dark") : QStringLiteral("light");
        QVERIFY(widget.grab().save(QDir(QStringLiteral(SLIPWAY_BINARY_DIR)).filePath(QStringLiteral("%1-%2.png").arg(name, suffix))));
    }
}

} // namespace

// docker run as text, as a form and as the body of a create; the dialog over an engine that answers at once.
class TestRun : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }

    void words_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("plain") << "a  b\tc" << QStringList{"a", "b", "c"};
        QTest::newRow("quotes") << "a'b c'\"d \\\"e\\\" $F\" ''" << QStringList{"ab cd \"e\" $F", ""};
        QTest::newRow("continued") << "a \\\n  b\\ c" << QStringList{"a", "b c"};
        QTest::newRow("comment") << "a#b # c d\ne" << QStringList{"a#b", "e"};
    }
    void words()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, words);
        QCOMPARE(splitWords(text).value(), words);
        QCOMPARE(splitWords(quotedWords(words)).value(), words);
    }
    void wordsThatOnlyAShellUnderstands()
    {
        QVERIFY(!splitWords(QStringLiteral("a | b")));
        QVERIFY(!splitWords(QStringLiteral("echo 'x")));
        QVERIFY(splitWords(QStringLiteral("echo 'x' | b")).error().message.find('|') != std::string::npos);
    }

    void aPastedCommand()
    {
        const auto parsed = parseRunCommand(QString::fromUtf8(pasted));
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        const RunSpec& s = parsed->spec;
        QCOMPARE(s.image, QStringLiteral("nginx:1.27"));
        QCOMPARE(s.name, QStringLiteral("web"));
        QCOMPARE(s.ports, (QStringList{"127.0.0.1:8080:80", "9000:9000/udp"}));
        QCOMPARE(s.environment, (QStringList{"GREETING=hello world", "EMPTY="}));
        QCOMPARE(s.mounts, QStringList{"/srv/www:/www:ro"});
        QVERIFY(s.interactive && s.tty && s.autoRemove);
        QCOMPARE(s.memory, std::int64_t(512) << 20);
        QCOMPARE(s.pids, 100);
        const Json body = s.body();
        QCOMPARE(body["Cmd"], (Json{"sh", "-c", "echo \"it works\"; sleep 1"}));
        const Json& host = body["HostConfig"];
        QCOMPARE(host["NanoCpus"], Json(1'500'000'000));
        QCOMPARE(host["CapAdd"], Json{"NET_ADMIN"});
        QCOMPARE(host["ReadonlyRootfs"], Json(true));
        QCOMPARE(host["Ulimits"][0]["Hard"], Json(2048));
        QCOMPARE(host["Mounts"][0]["Target"], Json("/data"));
        QCOMPARE(host["PortBindings"]["9000/udp"][0]["HostPort"], Json("9000"));
        QCOMPARE(parseRunCommand(s.commandLine()).value().spec, s);
    }
    void whatIsNoCommandIsSaid_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("another program") << "ls -l" << "docker run";
        QTest::newRow("another verb") << "docker ps -a" << "docker ps";
        QTest::newRow("no image") << "docker run -d" << "no image";
        QTest::newRow("unknown flag") << "docker run --frobnicate x nginx" << "--frobnicate";
        QTest::newRow("no value") << "docker run -p" << "--publish";
        QTest::newRow("bad size") << "docker run -m lots nginx" << "lots";
        QTest::newRow("bad ulimit") << "docker run --ulimit many nginx" << "many";
        QTest::newRow("env file") << "docker run --env-file /nonexistent nginx" << "/nonexistent";
    }
    void whatIsNoCommandIsSaid()
    {
        QFETCH(QString, text);
        QFETCH(QString, said);
        const auto parsed = parseRunCommand(text);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().message.find(said.toStdString()) != std::string::npos, parsed.error().message.c_str());
    }
    void problemsNameTheirField()
    {
        RunSpec spec;
        spec.image = QStringLiteral("Nginx");
        spec.ports = {QStringLiteral("80:80"), QStringLiteral("70000:80"), QStringLiteral("8000-8002:80-81")};
        spec.mounts = {QStringLiteral("$(pwd):/app"), QStringLiteral("/srv:relative")};
        spec.options = {QStringLiteral("--publish=80:80"), QStringLiteral("--init")};
        QList<std::pair<RunField, int>> found;
        for (const RunProblem& problem : spec.problems())
            found << std::pair(problem.field, problem.row);
        QCOMPARE(found, (QList<std::pair<RunField, int>>{{RunField::Image, -1}, {RunField::Ports, 1}, {RunField::Ports, 2},
                                                         {RunField::Mounts, 0}, {RunField::Mounts, 1}, {RunField::Options, 0}}));
    }
    void aContainerAsACommand()
    {
        const Json image = {{"Config", {{"Env", {"PATH=/bin"}}, {"Cmd", {"nginx"}}, {"Labels", {{"maintainer", "me"}}}}}};
        RunSpec spec = parseRunCommand(QString::fromUtf8(pasted)).value().spec;
        spec.environment.sort();
        Json container = {{"Id", std::string(64, 'a')}, {"Name", "/web"}, {"Config", spec.body()}, {"HostConfig", spec.body()["HostConfig"]}};
        container["Config"].erase("HostConfig");
        container["Config"]["Env"].push_back("PATH=/bin");
        container["Config"]["Labels"]["maintainer"] = "me";
        container["Config"]["Hostname"] = std::string(12, 'a');
        container["HostConfig"]["MemorySwap"] = std::int64_t(1) << 30;
        container["HostConfig"]["ShmSize"] = 67'108'864;
        RunSpec again = specOfContainer(container, image);
        std::ranges::sort(again.options);
        std::ranges::sort(spec.options);
        QCOMPARE(again.commandLine(), spec.commandLine());
    }
    void envLines()
    {
        QCOMPARE(parseEnvLines(QStringLiteral("# comment\n\nexport A=1\nB=\"two words\"\nC\n")), (QStringList{"A=1", "B=two words", "C"}));
    }

    void theDialogFillsFromACommandAndBack()
    {
        FakeClient client;
        EngineBridge bridge(client);
        QApplication::clipboard()->clear();
        Jobs jobs;
        RunDialog dialog(bridge, jobs);
        dialog.show();
        auto* command = dialog.findChild<LinesEdit*>(QLatin1StringView(names::runEquivalent));
        auto* confirm = dialog.findChild<QPushButton*>(QLatin1StringView(names::runConfirm));
        QVERIFY(!confirm->isEnabled());
        command->setPlainText(QString::fromUtf8(pasted));
        QCOMPARE(dialog.findChild<QLineEdit*>(QLatin1StringView(names::runName))->text(), QStringLiteral("web"));
        QCOMPARE(dialog.findChild<RowsEditor*>(QLatin1StringView(names::runPorts))->texts().size(), 2);
        QCOMPARE(dialog.findChild<LinesEdit*>(QLatin1StringView(names::runEnv))->lines().size(), 2);
        QVERIFY(command->toPlainText().startsWith(QStringLiteral("$ sudo")));
        QVERIFY2(confirm->isEnabled(), qPrintable(problemTexts(dialog)));
        picture(dialog, QStringLiteral("run-pasted"));
        dialog.findChild<QLineEdit*>(QLatin1StringView(names::runName))->setText(QStringLiteral("other"));
        QVERIFY(command->toPlainText().startsWith(QStringLiteral("docker run -dit --rm --name other ")));
        command->setPlainText(QStringLiteral("docker run --frob nginx"));
        QVERIFY(problemTexts(dialog).contains(QStringLiteral("--frob")));
    }
    void aTakenPortHasItsFix()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        FakeClient client;
        client.imagesPart.summaries = {{"sha256:1", {"nginx:latest"}, {}, 0, 1 << 20}};
        client.summaries.push_back({});
        client.summaries[0].name = "web";
        client.summaries[0].ports.push_back({"0.0.0.0", 80, 18080, "tcp"});
        EngineBridge bridge(client);
        Jobs jobs;
        RunDialog dialog(bridge, jobs);
        dialog.show();
        RunSpec spec;
        spec.image = QStringLiteral("nginx");
        spec.ports = {QStringLiteral("18080:80"), QStringLiteral("%1:81").arg(server.serverPort())};
        dialog.setSpec(spec);
        QTRY_VERIFY(problemTexts(dialog).contains(QStringLiteral("web")));
        QVERIFY(problemTexts(dialog).contains(QString::number(server.serverPort())));
        picture(dialog, QStringLiteral("run-port-taken"));
        QPushButton* fix = fixButton(dialog, QStringLiteral("Use 18081"));
        QVERIFY(fix);
        fix->click();
        QCOMPARE(dialog.findChild<RowsEditor*>(QLatin1StringView(names::runPorts))->texts()[0], QStringLiteral("18081:80"));
        QVERIFY(!problemTexts(dialog).contains(QStringLiteral("web")));
    }
    void aMissingImageIsPulledFirst()
    {
        FakeClient client;
        EngineBridge bridge(client);
        Jobs jobs;
        RunDialog dialog(bridge, jobs);
        dialog.show();
        dialog.setImage(QStringLiteral("ghcr.io/team/app"));
        QSignalSpy started(&dialog, &RunDialog::started);
        dialog.findChild<QPushButton*>(QLatin1StringView(names::runConfirm))->click();
        QCOMPARE(client.imagesPart.pulled, std::string("ghcr.io/team/app:latest"));
        client.imagesPart.onProgress({"layer", "Downloading", "", "", 512, 1024});
        auto* progress = dialog.findChild<QWidget*>(QLatin1StringView(names::runProgress));
        QTRY_VERIFY(progress->isVisible());
        picture(dialog, QStringLiteral("run-pulling"));
        client.imagesPart.onEnd(fail(ErrorKind::NotFound, "manifest unknown"));
        QTRY_VERIFY(problemTexts(dialog).contains(QStringLiteral("manifest unknown")));
        QVERIFY(client.createdBody.is_null());
        fixButton(dialog, QStringLiteral("Try again"))->click();
        client.imagesPart.onEnd({});
        QTRY_COMPARE(started.count(), 1);
        QCOMPARE(client.createdBody["Image"], Json("ghcr.io/team/app"));
        QCOMPARE(client.acts, std::vector<std::string>{"start"});
    }
    void aPullGoesOnInTheBackground()
    {
        FakeClient client;
        EngineBridge bridge(client);
        Jobs jobs;
        RunDialog dialog(bridge, jobs);
        dialog.open();
        dialog.setImage(QStringLiteral("ghcr.io/team/app"));
        auto* confirm = dialog.findChild<QPushButton*>(QLatin1StringView(names::runConfirm));
        confirm->click();
        QCOMPARE(jobs.running(), 1);
        fixButton(dialog, QStringLiteral("Continue in the background"))->click();
        QVERIFY(!dialog.isVisible());
        client.imagesPart.onEnd(fail(ErrorKind::NotFound, "manifest unknown"));
        QTRY_VERIFY(dialog.isVisible()); // back with all that was typed
        QVERIFY(problemTexts(dialog).contains(QStringLiteral("manifest unknown")));
        QVERIFY(jobs.all().empty());
        confirm->click();
        QCOMPARE(jobs.running(), 1);
        dialog.reject();
        QVERIFY(client.imagesPart.alive.expired());
        QVERIFY(dialog.isVisible() && confirm->isEnabled());
        confirm->click();
        fixButton(dialog, QStringLiteral("Continue in the background"))->click();
        QSignalSpy started(&dialog, &RunDialog::started);
        client.imagesPart.onEnd({});
        QTRY_COMPARE(started.count(), 1);
        QVERIFY(!dialog.isVisible());
    }
    void aFailedStartLeavesNothingAndStandsAtItsField()
    {
        FakeClient client;
        client.imagesPart.summaries = {{"sha256:1", {"nginx:latest"}, {}, 0, 1 << 20}};
        client.actAnswer = fail(ErrorKind::Conflict, "driver failed: failed to bind port 0.0.0.0:28080/tcp: address already in use");
        EngineBridge bridge(client);
        Jobs jobs;
        RunDialog dialog(bridge, jobs);
        dialog.show();
        RunSpec spec;
        spec.image = QStringLiteral("nginx");
        spec.ports = {QStringLiteral("28080:80")};
        dialog.setSpec(spec);
        QCoreApplication::processEvents();
        dialog.findChild<QPushButton*>(QLatin1StringView(names::runConfirm))->click();
        QTRY_VERIFY(problemTexts(dialog).contains(QStringLiteral("28080/tcp")));
        QCOMPARE(client.removed, std::vector<std::string>{"new"});
        QVERIFY(dialog.isVisible());
        QVERIFY(fixButton(dialog, QStringLiteral("Use 28081")));
    }
};

QTEST_MAIN(TestRun)
#include "tst_run.moc"
