// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "containers/container_detail.h"
#include "containers/container_facts.h"
#include "containers/inspect_tab.h"
#include "containers/overview_tab.h"
#include "fake_engine.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/terminal_view.h"
#include "widgets/message_bar.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{

Json sample(const std::string& id, const std::string& status, int exitCode = 0)
{
    Json json;
    json["Id"] = id;
    json["Name"] = "/web";
    json["Image"] = "sha256:1";
    json["Created"] = "2026-11-24T09:00:00.123456789Z";
    json["RestartCount"] = 0;
    json["State"] = {{"Status", status}, {"Running", status == "running"}, {"ExitCode", exitCode}, {"OOMKilled", false}, {"Error", ""},
                     {"StartedAt", "2026-11-24T09:00:01.5Z"},
                     {"FinishedAt", status == "running" ? "0001-01-01T00:00:00Z" : "2026-11-24T09:05:01Z"}};
    json["Config"] = {{"Image", "ghcr.io/team/orders:2.4"}, {"Cmd", {"node", "server.js"}}, {"Entrypoint", {"/sbin/tini", "--"}},
                      {"WorkingDir", "/srv/app"}, {"User", "1000"},
                      {"Env", {"NODE_ENV=production", "DB_PASSWORD=hunter2", "PORT=3000"}},
                      {"Labels", {{"team", "web"}, {"<b>odd</b>", "<img src=file:///etc/passwd>"}}}};
    json["HostConfig"] = {{"Memory", 536'870'912}, {"NanoCpus", 1'500'000'000}, {"PidsLimit", 100},
                          {"RestartPolicy", {{"Name", "on-failure"}, {"MaximumRetryCount", 5}}},
                          {"Binds", {"/srv/www:/www:ro"}}, {"PortBindings", {{"3000/tcp", {{{"HostIp", ""}, {"HostPort", "8080"}}}}}}};
    json["Mounts"] = {{{"Type", "bind"}, {"Source", "/srv/www"}, {"Destination", "/www"}, {"RW", false}},
                      {{"Type", "volume"}, {"Name", "orders-data"}, {"Source", "/var/lib/x"}, {"Destination", "/data"}, {"RW", true}}};
    json["NetworkSettings"] = {{"Ports", {{"3000/tcp", {{{"HostIp", "0.0.0.0"}, {"HostPort", "8080"}}, {{"HostIp", "::"}, {"HostPort", "8080"}}}}}},
                               {"Networks", {{"backend", {{"IPAddress", status == "running" ? "172.18.0.4" : ""}, {"Gateway", "172.18.0.1"}}}}}};
    return json;
}

QString allText(const QWidget& widget)
{
    QStringList out;
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (label->isVisibleTo(&widget))
            out << label->text();
    for (const QPushButton* button : widget.findChildren<QPushButton*>())
        out << button->text();
    return out.join(QLatin1Char('\n'));
}

void picture(QWidget& widget, const QString& name)
{
    for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::apply(mode);
        QTest::qWait(20);
        const QString suffix = mode == theme::Mode::Dark ? QStringLiteral("dark") : QStringLiteral("light");
        QVERIFY(widget.grab().save(QDir(QStringLiteral(SLIPWAY_BINARY_DIR)).filePath(QStringLiteral("%1-%2.png").arg(name, suffix))));
    }
}

} // namespace

// The detail of a container and its tabs over an engine that answers at once.
class TestDetail : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }

    void whyItStopped_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("oom");
        QTest::addColumn<bool>("bad");
        QTest::addColumn<QString>("title");
        QTest::addColumn<QString>("meaning");
        QTest::newRow("done") << 0 << false << false << "exit code 0" << "no error";
        QTest::newRow("own error") << 3 << false << true << "Exit code 3" << "error of its own";
        QTest::newRow("not found") << 127 << false << true << "127" << "not found in the image";
        QTest::newRow("killed") << 137 << false << true << "SIGKILL" << "no sign of too little memory";
        QTest::newRow("out of memory") << 137 << true << true << "Out of memory" << "512";
        QTest::newRow("asked") << 143 << false << false << "SIGTERM" << "asked to stop";
        QTest::newRow("crash") << 139 << false << true << "SIGSEGV" << "bug";
        QTest::newRow("not a signal") << 255 << false << true << "Exit code 255" << "error of its own";
    }
    void whyItStopped()
    {
        QFETCH(int, code);
        QFETCH(bool, oom);
        QFETCH(bool, bad);
        QFETCH(QString, title);
        QFETCH(QString, meaning);
        Json json = sample("a", "exited", code);
        json["State"]["OOMKilled"] = oom;
        const auto reason = stopReason(json);
        QVERIFY(reason);
        QCOMPARE(reason->bad, bad);
        QVERIFY2(reason->title.contains(title), qPrintable(reason->title));
        QVERIFY2(reason->meaning.contains(meaning), qPrintable(reason->meaning));
        QVERIFY(!stopReason(sample("a", "running")));
    }
    void secretsAreKnownByName()
    {
        for (const char* name : {"DB_PASSWORD", "API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "mysql_root_password"})
            QVERIFY2(looksSecret(QLatin1StringView(name)), name);
        for (const char* name : {"PATH", "KEYBOARD", "PORT", "NODE_ENV", "AUTHOR", "MONKEY"})
            QVERIFY2(!looksSecret(QLatin1StringView(name)), name);
    }

    void overviewShowsItAsPeopleThinkOfIt()
    {
        FakeClient client;
        EngineBridge bridge(client);
        OverviewTab tab(bridge);
        tab.resize(620, 900);
        tab.setDocument(sample("a", "running"));
        tab.show();
        const QString text = allText(tab);
        for (const char* part : {"Running", "/sbin/tini -- node server.js", "8080", "172.18.0.4", "volume orders-data", "/srv/www (read-only)",
                                 "when it fails, 5 times", "NODE_ENV", "<img src=file:///etc/passwd>"})
            QVERIFY2(text.contains(QLatin1StringView(part)), part);
        QVERIFY(!text.contains(QStringLiteral("hunter2")));
        for (QLabel* label : tab.findChildren<QLabel*>())
            QVERIFY2(label->textFormat() == Qt::PlainText || !Qt::mightBeRichText(label->text()), qPrintable(label->text()));
        dockerapi::StatsSample s;
        s.timeNs = 1'790'000'000'000'000'000;
        s.cpuTotalNs = 0, s.memoryUsage = 200u << 20, s.pids = 12;
        client.onSample(s);
        s.timeNs += 1'000'000'000;
        s.cpuTotalNs = 750'000'000;
        client.onSample(s);
        QTRY_VERIFY(allText(tab).contains(QStringLiteral("200 MiB of 512 MiB, 312 MiB free")));
        QVERIFY(allText(tab).contains(QStringLiteral("0.75 cores of 1.50 cores")));
        picture(tab, QStringLiteral("overview"));
        for (QToolButton* button : tab.findChildren<QToolButton*>())
            if (button->isCheckable())
                button->click();
        QVERIFY(allText(tab).contains(QStringLiteral("hunter2")));
        QVERIFY(!client.statsAlive.expired());
        tab.hide();
        QVERIFY(client.statsAlive.expired());
    }
    void aStoppedOneSaysWhyWithItsLastWords()
    {
        FakeClient client;
        EngineBridge bridge(client);
        OverviewTab tab(bridge);
        tab.resize(620, 700);
        tab.show();
        Json json = sample("a", "exited", 137);
        json["State"]["OOMKilled"] = true;
        tab.setDocument(json);
        QCOMPARE(client.logOptions.follow, false);
        std::vector<dockerapi::LogLine> lines(2);
        lines[0].text = "listening on 3000";
        lines[1].text = "\x1b[31mFATAL\x1b[0m heap exhausted";
        lines[1].isStderr = true;
        client.onLines(lines);
        client.onLogEnd({});
        auto* card = tab.findChild<QWidget*>(QLatin1StringView(names::stopCard));
        QTRY_VERIFY(allText(*card).contains(QStringLiteral("FATAL heap exhausted")));
        QVERIFY(allText(*card).contains(QStringLiteral("Out of memory")));
        QVERIFY(!allText(*card).contains(QStringLiteral("listening")));
        picture(tab, QStringLiteral("overview-stopped"));
        QVERIFY(!allText(*card).contains(QStringLiteral("health check")));
        tab.setDocument(sample("a", "running"));
        QVERIFY(!card->isVisible());
    }

    void whyItStoppedByTheKernelAndTheHealthCheck()
    {
        FakeClient client;
        client.kept = dockerapi::MetricsHistory{};
        Json json = sample("a", "exited", 137);
        json["State"]["OOMKilled"] = true;
        json["State"]["FinishedAt"] = "2026-03-01T10:00:00.5Z";
        json["State"]["Health"] = {{"Status", "unhealthy"}, {"Log", {{{"ExitCode", 0}, {"Output", "fine"}}, {{"ExitCode", 7}, {"Output", "\x1b[31mconnection refused\n"}}}}};
        const std::int64_t finished = QDateTime::fromString(QStringLiteral("2026-03-01T10:00:00.500Z"), Qt::ISODateWithMs).toMSecsSinceEpoch() * 1'000'000;
        dockerapi::MetricsMark earlier{finished - 3'600'000'000'000, "die", 0, 1 << 20, 0}, died{finished + 20'000'000, "die", 137, 512 << 20, 2};
        client.keptMarks = {earlier, died};
        EngineBridge bridge(client);
        OverviewTab tab(bridge);
        tab.resize(620, 700);
        tab.show();
        tab.setDocument(json);
        client.onLines({{0, true, false, "FATAL heap exhausted"}});
        client.onLogEnd({});
        auto* card = tab.findChild<QWidget*>(QLatin1StringView(names::stopCard));
        QTRY_VERIFY2(allText(*card).contains(QStringLiteral("at most 512 MiB of its 512 MiB")), qPrintable(allText(*card)));
        QVERIFY(allText(*card).contains(QStringLiteral("killed 2 of its processes")));
        QVERIFY(allText(*card).contains(QStringLiteral("failed with exit code 7")));
        QVERIFY(allText(*card).contains(QStringLiteral("connection refused")));
        QVERIFY(!allText(*card).contains(QStringLiteral("fine")));
        QSignalSpy logs(&tab, &OverviewTab::logsWanted);
        for (QPushButton* button : card->findChildren<QPushButton*>())
            if (button->isVisible())
                button->click();
        QCOMPARE(logs.size(), 1);
        QVERIFY(logs[0][0].toLongLong() < finished && logs[0][0].toLongLong() > finished - 5'000'000'000);
        picture(tab, QStringLiteral("overview-stopped-why"));
    }

    void inspectIsSearchedAndCopied()
    {
        InspectTab tab;
        tab.resize(620, 500);
        tab.show();
        tab.setDocument(sample("a", "running"));
        auto* search = tab.findChild<QLineEdit*>(QLatin1StringView(names::inspectSearch));
        auto* tree = tab.findChild<QTreeWidget*>(QLatin1StringView(names::inspectTree));
        search->setText(QStringLiteral("172.18.0.4"));
        QCOMPARE(tab.shownMatches(), 1);
        QTreeWidgetItem* hit = nullptr;
        for (QTreeWidgetItemIterator it(tree); *it; ++it)
            if (!(*it)->isHidden() && (*it)->childCount() == 0 && !hit)
                hit = *it;
        QVERIFY(hit && hit->text(0) == QStringLiteral("IPAddress"));
        tree->setCurrentItem(hit);
        QTest::keyClick(&tab, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("172.18.0.4"));
        QCOMPARE(hit->data(0, Qt::UserRole).toString(), QStringLiteral(".NetworkSettings.Networks.backend.IPAddress"));
        picture(tab, QStringLiteral("inspect"));
        search->setText(QStringLiteral("no such thing"));
        QCOMPARE(tab.shownMatches(), 0);
    }

    void tabsAreMadeWhenShownAndLiveOn()
    {
        FakeClient client;
        for (int i = 0; i < 10; ++i)
            client.documents["c" + std::to_string(i)] = sample("c" + std::to_string(i), "running");
        EngineBridge bridge(client);
        ContainerDetail detail(bridge);
        detail.resize(640, 560);
        detail.show();
        detail.setContainer(QStringLiteral("c0"), QStringLiteral("web"), true);
        QVERIFY(detail.findChild<QWidget*>(QLatin1StringView(names::overviewTab)));
        QVERIFY(!detail.findChild<QWidget*>(QLatin1StringView(names::terminalView)));
        QVERIFY(!client.terminal);
        detail.showTab(ContainerDetail::Terminal);
        QTRY_VERIFY(client.terminal);
        auto* shell = detail.findChild<TerminalView*>(QLatin1StringView(names::terminalView));
        QTRY_VERIFY(shell->hasSession());
        const auto terminal = client.terminal;
        detail.showTab(ContainerDetail::Overview);
        for (int i = 1; i < 10; ++i) {
            detail.setContainer(QStringLiteral("c%1").arg(i), QStringLiteral("web%1").arg(i), true);
            QCoreApplication::processEvents();
        }
        QCOMPARE(detail.findChildren<OverviewTab*>().size(), static_cast<qsizetype>(ContainerDetail::kept) + 1);
        detail.showTab(ContainerDetail::Terminal);
        QTRY_VERIFY(client.terminal != terminal); // the other container's own
        detail.setContainer(QStringLiteral("c0"), QStringLiteral("web"), true);
        QCOMPARE(detail.findChild<TerminalView*>(QLatin1StringView(names::terminalView)), shell);
        QVERIFY(shell->hasSession());
        dockerapi::EventMessage gone;
        gone.type = "container", gone.action = "destroy", gone.actorId = "c0";
        emit bridge.event(gone);
        QVERIFY(!detail.findChild<TerminalView*>(QLatin1StringView(names::terminalView)));
    }
    void actionsAndTheirErrorsStandInTheTitle()
    {
        FakeClient client;
        client.documents["c0"] = sample("c0", "running");
        client.imagesPart.document = {{"Config", {{"Cmd", {"node", "server.js"}}, {"Entrypoint", {"/sbin/tini", "--"}}, {"Env", {"NODE_ENV=production"}}}}};
        EngineBridge bridge(client);
        ContainerDetail detail(bridge);
        detail.resize(640, 560);
        detail.show();
        detail.setContainer(QStringLiteral("c0"), QStringLiteral("web"), true);
        auto* start = detail.findChild<QToolButton*>(QLatin1StringView(names::detailStart));
        auto* stop = detail.findChild<QToolButton*>(QLatin1StringView(names::detailStop));
        QVERIFY(stop->isVisible() && !start->isVisible());
        client.actAnswer = fail(ErrorKind::Conflict, "it does not want to");
        stop->click();
        auto* message = detail.findChild<MessageBar*>();
        QTRY_COMPARE(message->text(), QStringLiteral("it does not want to"));
        QCOMPARE(client.acts, std::vector<std::string>{"stop"});
        picture(detail, QStringLiteral("detail"));
        QSignalSpy full(&detail, &ContainerDetail::fullChanged), close(&detail, &ContainerDetail::closeRequested);
        detail.findChild<QToolButton*>(QLatin1StringView(names::detailFull))->click();
        QTest::keyClick(&detail, Qt::Key_Escape);
        QCOMPARE(full.count(), 2);
        QCOMPARE(close.count(), 0);
        QTest::keyClick(&detail, Qt::Key_Escape);
        QCOMPARE(close.count(), 1);
    }
};

QTEST_MAIN(TestDetail)
#include "tst_detail.moc"
