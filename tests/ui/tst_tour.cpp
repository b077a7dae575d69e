// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDir>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPainter>
#include <QProcess>
#include <QPushButton>
#include <QSpinBox>
#include <QRegularExpression>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QTranslator>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "client/engine_client.h"
#include "charts/event_strip.h"
#include "containers/container_detail.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/dockerfile_page.h"
#include "dockerfile/dockerfile_view.h"
#include "isolated_settings.h"
#include "logs/find_bar.h"
#include "logs/jump_bar.h"
#include "logs/log_canvas.h"
#include "logs/log_view.h"
#include "logs/logs_page.h"
#include "shell/main_window.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "support/engine_process.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_view.h"

using namespace slipway;
using namespace slipway::ui;

// The tour: the real window under Xvfb with the real engine, through the main job on real input. A picture a step in build/tour.
class TestTour : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;
    test::EngineProcess m_engine;
    std::unique_ptr<EngineClient> m_client;
    std::unique_ptr<EngineBridge> m_bridge;
    std::unique_ptr<MainWindow> m_window;
    QTranslator m_plurals; // as the program has it
    QString m_url, m_id;
    int m_step = 0;

    static QDir folder()
    {
        const QString name = QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour");
        return qApp->devicePixelRatio() > 1 ? QDir(name + QStringLiteral("/scale%1").arg(qRound(qApp->devicePixelRatio()))) : QDir(name);
    }
    // The window with the dialogs and menus that stand over it; nothing in them may have less room than its words need.
    void picture(const char* name)
    {
        QTest::qWait(250);
        QPixmap all = m_window->grab();
        QStringList cut = withoutRoom(*m_window);
        QPainter painter(&all);
        for (QWidget* top : QApplication::topLevelWidgets()) {
            if (!top->isVisible() || top == m_window.get() || top->windowType() == Qt::ToolTip)
                continue;
            const QRect place(m_window->mapFromGlobal(top->mapToGlobal(QPoint())), top->size());
            painter.setPen(theme::colors().strongLine);
            painter.drawRect(place.adjusted(-1, -1, 0, 0));
            painter.drawPixmap(place.topLeft(), top->grab());
            cut += withoutRoom(*top);
        }
        painter.end();
        QVERIFY(all.save(folder().filePath(QStringLiteral("%1-%2.png").arg(++m_step, 2, 10, QLatin1Char('0')).arg(QLatin1StringView(name)))));
        QVERIFY2(cut.isEmpty(), qPrintable(QStringLiteral("%1: no room for %2").arg(QLatin1StringView(name), cut.join(QStringLiteral(", ")))));
    }
    static QStringList withoutRoom(const QWidget& top)
    {
        QStringList cut;
        for (const QAbstractButton* button : top.findChildren<QAbstractButton*>())
            if (button->isVisible() && !button->text().isEmpty() && button->width() < button->minimumSizeHint().width())
                cut << button->text();
        for (const QLabel* label : top.findChildren<QLabel*>())
            if (label->isVisible() && !label->wordWrap() && label->width() < label->minimumSizeHint().width() &&
                label->sizePolicy().horizontalPolicy() != QSizePolicy::Ignored)
                cut << label->text();
        return cut;
    }
    void inBothThemes(const char* name)
    {
        picture(name);
        theme::apply(theme::Mode::Dark);
        picture((QByteArray(name) + "-dark").constData());
        theme::apply(theme::Mode::Light);
    }
    template <class W>
    W* find(const char* name) const
    {
        return m_window->findChild<W*>(QLatin1StringView(name));
    }
    void click(const char* name)
    {
        auto* button = find<QAbstractButton>(name);
        QVERIFY2(button, name);
        QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled() && button->isVisible(), 15000);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    void showTab(ContainerDetail::Tab tab)
    {
        auto* bar = find<QTabWidget>(names::detailTabs)->tabBar();
        QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(tab).center());
    }
    void openWindow()
    {
        m_window.reset();
        m_window = std::make_unique<MainWindow>(*m_bridge, QStringLiteral(SLIPWAY_BINARY_DIR "/share/slipway/starter.tar"));
        m_window->resize(1280, 800);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void chooseTheOnlyRow()
    {
        auto* view = find<QAbstractItemView>(names::containersView);
        QVERIFY(within(10000, [&] { return view->model()->rowCount() == 1; }));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(0, 0)).center());
    }
    // What the labels and buttons below WIDGET say.
    static QString words(const QWidget* widget)
    {
        QStringList out;
        for (const QLabel* label : widget->findChildren<QLabel*>())
            if (label->isVisible())
                out << label->text();
        for (const QAbstractButton* button : widget->findChildren<QAbstractButton*>())
            if (button->isVisible())
                out << button->text();
        return out.join(QLatin1Char('\n'));
    }
    QByteArray fetch()
    {
        QNetworkAccessManager network;
        QNetworkRequest request{QUrl(m_url)};
        request.setTransferTimeout(3000);
        QNetworkReply* reply = network.get(request);
        const QSignalSpy done(reply, &QNetworkReply::finished);
        if (!QTest::qWaitFor([&] { return done.count() > 0; }, 5000) || reply->error() != QNetworkReply::NoError)
            return reply->errorString().toUtf8();
        return reply->readAll();
    }
    // Not QTRY_…: that counts attempts, so one that takes seconds (a fetch, a docker command) makes a failure look like a hang.
    template <class F>
    static bool within(int milliseconds, F condition)
    {
        return QTest::qWaitFor(condition, milliseconds);
    }
    QString state() const
    {
        return QString::fromUtf8(m_engine.docker({"inspect", "-f", "{{.State.Status}}", m_id}).out).trimmed();
    }

private slots:
    void initTestCase()
    {
        folder().removeRecursively();
        QVERIFY(folder().mkpath(QStringLiteral(".")));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        theme::apply(theme::Mode::Light);
        QVERIFY(m_plurals.load(QStringLiteral(SLIPWAY_BINARY_DIR "/translations/slipway_en.qm")));
        QCoreApplication::installTranslator(&m_plurals);
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        m_bridge = std::make_unique<EngineBridge>(*m_client);
        m_bridge->setAddress(QStringLiteral("unix:///run/user/1000/slipway/slipway.sock")); // as on a user's machine
        openWindow();
        m_bridge->start();
    }

    void welcomeRunsTheStarter()
    {
        QTRY_COMPARE_WITH_TIMEOUT(m_bridge->state(), EngineBridge::State::Connected, 10000);
        picture("welcome");
        click(names::startStarterButton);
        auto* link = find<QLabel>(names::starterLink);
        QTRY_VERIFY_WITH_TIMEOUT(!link->text().isEmpty() && link->isVisible(), 20000);
        static const QRegularExpression address(QStringLiteral("http://[0-9.:]+/"));
        m_url = address.match(link->text()).captured();
        m_id = QString::fromUtf8(m_engine.docker({"ps", "-q", "--no-trunc"}).out).trimmed();
        QCOMPARE(m_id.size(), 64);
        auto* view = find<QAbstractItemView>(names::containersView);
        QTRY_COMPARE_WITH_TIMEOUT(view->model()->rowCount(), 1, 5000);
        picture("container-runs");
    }

    void itsPageIsServedAndLogged()
    {
        QByteArray page;
        QVERIFY2(within(15000, [&] { return (page = fetch()).contains("<html"); }), page.constData());
        showTab(ContainerDetail::Logs);
        auto* canvas = find<QWidget>(names::logView)->findChild<LogCanvas*>();
        QVERIFY(canvas);
        QTRY_VERIFY_WITH_TIMEOUT(find<LogView>(names::logView)->pages().count() > 0, 10000);
        canvas->setFocus();
        QVERIFY2(within(10000, [&] {
            QTest::keyClick(canvas->viewport(), Qt::Key_A, Qt::ControlModifier); // what has come so far
            return canvas->selectedText().value_or(QString()).contains(QLatin1StringView(" / 200"));
        }), qPrintable(canvas->selectedText().value_or(QString())));
        picture("log-line");
        click(names::logsButton);
        auto* logs = find<LogsPage>(names::logsPage);
        QTRY_VERIFY_WITH_TIMEOUT(logs->chosen().size() == 1 && logs->view().pages().count() > 0, 10000);
        QTest::qWait(300);
        inBothThemes("logs");
        click(names::containersButton);
    }

    void typingInItsShellHappensInside()
    {
        showTab(ContainerDetail::Terminal);
        auto* terminal = find<QWidget>(names::terminalView)->findChild<TerminalCanvas*>();
        QVERIFY(terminal);
        QTRY_VERIFY_WITH_TIMEOUT(terminal->isVisible(), 10000);
        QTest::qWait(1500);
        terminal->setFocus();
        QTest::keyClicks(terminal, QStringLiteral("ls -la / && echo typed > /tmp/tour"));
        QTest::keyClick(terminal, Qt::Key_Return);
        QVERIFY(within(15000, [&] { return m_engine.docker({"exec", m_id, "cat", "/tmp/tour"}).out == "typed\n"; }));
        picture("shell");
    }

    void itsChartMoves()
    {
        showTab(ContainerDetail::Charts);
        auto* charts = find<QWidget>(names::chartsView);
        QTest::qWait(2500);
        const QImage before = charts->grab().toImage();
        m_engine.docker({"exec", m_id, "sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"});
        QTest::qWait(2500);
        QVERIFY(charts->grab().toImage() != before);
        picture("charts");
        showTab(ContainerDetail::Processes);
        QVERIFY(within(10000, [&] { return words(find<QWidget>(names::processesTab)).contains(QStringLiteral("processes")); }));
        const auto* list = find<QWidget>(names::processesTab)->findChild<QAbstractItemView*>();
        QVERIFY(within(10000, [&] { return list->model()->rowCount() >= 1; }));
        picture("processes");
        showTab(ContainerDetail::Inspect);
        auto* tree = find<QAbstractItemView>(names::inspectTree);
        QVERIFY(within(10000, [&] { return tree->model()->rowCount() > 5; }));
        picture("inspect");
    }

    void anotherOneFromAPastedCommand()
    {
        click(names::runButton);
        QVERIFY(within(5000, [&] { return find<QDialog>(names::runDialog) && find<QDialog>(names::runDialog)->isVisible(); }));
        auto* dialog = find<QDialog>(names::runDialog);
        auto* command = find<QPlainTextEdit>(names::runEquivalent);
        command->setFocus();
        command->selectAll();
        QApplication::clipboard()->setText(
            QStringLiteral("docker run -d --name second -p 127.0.0.1:%1:80 -e GREETING='hello world' -e DB_PASSWORD=hunter2 -m 64m --cpus 0.5 -l "
                           "team=web slipway/starter:latest").arg(QUrl(m_url).port()));
        QTest::keyClick(command, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(find<QLineEdit>(names::runName)->text(), QStringLiteral("second"));
        // The starter has that port: the dialog says so and offers a free one.
        QAbstractButton* fix = nullptr;
        QVERIFY2(within(5000, [&] {
            for (QAbstractButton* button : dialog->findChildren<QAbstractButton*>())
                if (button->isVisible() && button->text().startsWith(QStringLiteral("Use ")))
                    fix = button;
            return fix != nullptr;
        }), qPrintable(words(dialog)));
        QVERIFY(words(dialog).contains(QStringLiteral("is taken by the container")));
        inBothThemes("run-dialog");
        QTest::mouseClick(fix, Qt::LeftButton);
        click(names::runConfirm);
        QVERIFY(within(20000, [&] { return m_engine.docker({"inspect", "-f", "{{.State.Status}}", "second"}).out == "running\n"; }));
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.Config.Labels.team}}", "second"}).out,
                 QByteArray("67108864 500000000 web\n"));
        showTab(ContainerDetail::Overview);
        QVERIFY2(within(15000, [&] { return words(find<QWidget>(names::overviewTab)).contains(QStringLiteral("of 64 MiB")); }),
                 qPrintable(words(find<QWidget>(names::overviewTab))));
        QVERIFY(words(find<QWidget>(names::overviewTab)).contains(QStringLiteral("GREETING")));
        QVERIFY(!words(find<QWidget>(names::overviewTab)).contains(QStringLiteral("hunter2")));
        inBothThemes("overview");
        auto* more = find<QToolButton>(names::detailMore);
        // Not showMenu(): that returns when it is closed.
        more->menu()->popup(m_window->mapToGlobal(QPoint(m_window->width() - 240, 96)));
        picture("more-actions");
        more->menu()->close();
    }

    void whyItStopped()
    {
        QCOMPARE(m_engine.docker({"kill", "second"}).code, 0);
        QVERIFY(within(15000, [&] {
            auto* card = find<QWidget>(names::overviewTab)->findChild<QWidget*>(QLatin1StringView(names::stopCard));
            return card && card->isVisible() && words(card).contains(QStringLiteral("SIGKILL"));
        }));
        inBothThemes("why-it-stopped");
        QCOMPARE(m_engine.docker({"rm", "second"}).code, 0);
        chooseTheOnlyRow();
    }

    // Six more that do different things; one of them wants more memory than it may have.
    void monitorShowsTheBusiestFirst()
    {
        const auto start = [&](const QString& name, const QString& script, const QStringList& options = {}) {
            QCOMPARE(m_engine.docker(QStringList{"run", "-d", "--name", name, "--entrypoint", "sh"} + options + QStringList{"slipway/starter:latest", "-c", script}).code, 0);
        };
        start("encoder", "while :; do :; done", {"--cpus", "0.4"});
        start("worker", "while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1; done");
        start("cache", "dd if=/dev/zero of=/dev/shm/x bs=1M count=48; sleep 1000", {"--shm-size", "64m", "-m", "96m"});
        start("queue", "while :; do sleep 3; done");
        start("api", "while :; do echo 'INFO request served'; sleep 1; echo 'ERROR upstream timed out' >&2; sleep 2; done");
        start("batch", "echo 'INFO reading 40 files'; sleep 4; echo 'ERROR cannot allocate 64 MiB' >&2; tail /dev/zero; exit 3", {"-m", "24m", "--memory-swap", "24m"});
        click(names::monitorButton);
        auto* tiles = find<QAbstractItemView>(names::monitorTiles);
        QVERIFY(within(20000, [&] { return tiles->model()->rowCount() >= 6 && tiles->model()->index(0, 0).data().toString() == QStringLiteral("encoder"); }));
        QTest::qWait(6000);
        inBothThemes("monitor");
        QTest::mouseClick(tiles->viewport(), Qt::LeftButton, {}, tiles->visualRect(tiles->model()->index(0, 0)).center());
        auto* charts = find<QWidget>(names::chartsView);
        QVERIFY(within(10000, [&] { return charts && charts->isVisible(); }));
        QTest::qWait(1500);
        inBothThemes("charts-throttled");
    }

    void itsEndStandsInTheChartsAndLeadsToItsLog()
    {
        QVERIFY(within(30000, [&] { return m_engine.docker({"inspect", "-f", "{{.State.Status}}", "batch"}).out == "exited\n"; }));
        const QString batch = QString::fromUtf8(m_engine.docker({"inspect", "-f", "{{.Id}}", "batch"}).out).trimmed();
        auto* view = find<QAbstractItemView>(names::containersView);
        const auto rowOf = [&](const QString& name) {
            for (int row = 0; row < view->model()->rowCount(); ++row)
                if (view->model()->index(row, 0).data().toString() == name)
                    return view->model()->index(row, 0);
            return QModelIndex();
        };
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(rowOf("batch")).center());
        showTab(ContainerDetail::Overview);
        QVERIFY2(within(15000, [&] { return words(find<QWidget>(names::overviewTab)).contains(QStringLiteral("The kernel killed")); }),
                 qPrintable(words(find<QWidget>(names::overviewTab))));
        QVERIFY(words(find<QWidget>(names::overviewTab)).contains(QStringLiteral("cannot allocate")));
        inBothThemes("why-it-stopped-oom");
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(rowOf("api")).center());
        showTab(ContainerDetail::Charts);
        auto* strip = find<QWidget>(names::chartsView)->findChild<EventStrip*>();
        QVERIFY(within(15000, [&] { return strip->accessibleDescription().contains(QStringLiteral("of the log")); }));
        QTest::qWait(1000);
        picture("charts-errors");
        auto* table = find<QWidget>(names::chartsView)->findChild<QAbstractButton*>(QLatin1StringView(names::chartsTable)); // of this container
        QTest::mouseClick(table, Qt::LeftButton);
        QTest::qWait(300);
        picture("charts-table");
        QTest::mouseClick(table, Qt::LeftButton);
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Left);
        QTest::keyClick(strip, Qt::Key_Return);
        auto* logs = find<LogView>(names::logView);
        QVERIFY(within(10000, [&] { return logs && logs->isVisible() && logs->pages().count() > 0; }));
        QTest::qWait(500);
        picture("log-lines-of-that-moment");
        QCOMPARE(m_engine.docker({"rm", "-f", "encoder", "worker", "cache", "queue", "api", "batch"}).code, 0);
        chooseTheOnlyRow();
    }

    // Four that talk at the same time, each in its own way.
    void severalLogsAreReadAsOne()
    {
        const auto start = [&](const QString& name, const QString& script) {
            QCOMPARE(m_engine.docker({"run", "-d", "--name", name, "--label", "com.docker.compose.project=shop", "--entrypoint", "sh",
                                      "slipway/starter:latest", "-c", "i=0; while :; do i=$((i+1)); " + script + "; done"}).code, 0);
        };
        start("web", "echo \"{\\\"level\\\":\\\"info\\\",\\\"msg\\\":\\\"GET /api/orders/$i\\\",\\\"status\\\":200,\\\"ms\\\":$((i % 37 + 3)),\\\"user\\\":\\\"u$((i * 7919 % 1000))\\\"}\"; sleep 0.3");
        start("payments", "if [ $((i % 4)) = 0 ]; then printf '\\033[31;1mERROR\\033[0m charge %d: connection refused by 10.88.0.7:5432\\n' $i >&2; else printf '\\033[32mINFO\\033[0m  charge %d: \\033[1maccepted\\033[0m, see https://pay.example/c/%d\\n' $i $i; fi; sleep 0.4");
        start("worker", "echo \"WARN  job $i: queue is $((i * 3)) behind\"; echo \"DEBUG job $i: took $((i % 90)) ms\"; sleep 0.7");
        start("db", "echo \"LOG:  checkpoint complete: wrote $((i * 13)) buffers\"; sleep 0.9");
        click(names::logsButton);
        auto* logs = find<LogsPage>(names::logsPage);
        QVERIFY(within(15000, [&] { return logs->chosen().size() == 5 && logs->view().pages().count() > 60; }));
        LogView& view = logs->view();
        view.canvas().setTimes(LogCanvas::Times::Local);
        inBothThemes("logs-of-five");
        view.canvas().setFocus();
        QTest::keyClick(&view.canvas(), Qt::Key_F, Qt::ControlModifier);
        auto* find = view.findChild<FindBar*>();
        QVERIFY(find && find->isVisible());
        find->open(QStringLiteral("connection refused"));
        QVERIFY(within(10000, [&] { return view.pages().matchNumber() && view.pages().findRun().table().matches() >= 4; }));
        QTest::keyClick(&view, Qt::Key_F3, Qt::ShiftModifier);
        QTest::qWait(300);
        inBothThemes("logs-found");
        const auto buttons = find->findChildren<QToolButton*>();
        const auto filter = std::ranges::find(buttons, QStringLiteral("Filter"), &QToolButton::text);
        QVERIFY(filter != buttons.end());
        QTest::mouseClick(*filter, Qt::LeftButton);
        find->findChild<QSpinBox*>()->setValue(1);
        QVERIFY(within(10000, [&] { return view.pages().filtered() && view.pages().count() >= 12; }));
        QTest::qWait(300);
        inBothThemes("logs-filtered");
        QTest::keyClick(find->findChild<QLineEdit*>(), Qt::Key_Escape);
        QVERIFY(within(5000, [&] { return !view.pages().filtered(); }));
        QTest::keyClick(&view.canvas(), Qt::Key_PageUp);
        QVERIFY(!view.canvas().following());
        QTest::mouseClick(view.canvas().viewport(), Qt::LeftButton, {}, {500, 106});
        QTest::keyClick(&view.canvas(), Qt::Key_Return);
        QTest::keyClick(&view.canvas(), Qt::Key_G, Qt::ControlModifier);
        QTest::qWait(300);
        inBothThemes("logs-line");
        QTest::keyClick(view.findChild<JumpBar*>()->findChild<QLineEdit*>(), Qt::Key_Escape);
        view.canvas().setTimes(LogCanvas::Times::None);
        QCOMPARE(m_engine.docker({"rm", "-f", "web", "payments", "worker", "db"}).code, 0);
        click(names::containersButton);
        chooseTheOnlyRow();
    }

    void dark()
    {
        theme::apply(theme::Mode::Dark);
        showTab(ContainerDetail::Charts);
        picture("charts-dark");
        showTab(ContainerDetail::Logs);
        picture("log-dark");
        showTab(ContainerDetail::Terminal);
        picture("shell-dark");
        QVERIFY(find<TerminalView>(names::terminalView)->hasSession()); // it lived on while another container was looked at
        showTab(ContainerDetail::Overview);
        picture("overview-dark");
        theme::apply(theme::Mode::Light);
    }

    void otherSizes()
    {
        m_window->resize(1920, 1080);
        for (const auto& [tab, name] : {std::pair{ContainerDetail::Overview, "overview-1920"}, {ContainerDetail::Logs, "log-1920"},
                                        {ContainerDetail::Charts, "charts-1920"}, {ContainerDetail::Processes, "processes-1920"}}) {
            showTab(tab);
            picture(name);
        }
        m_window->resize(m_window->minimumSize());
        showTab(ContainerDetail::Overview);
        picture("smallest");
        m_window->resize(1280, 800);
    }

    void rightToLeft()
    {
        QApplication::setLayoutDirection(Qt::RightToLeft);
        openWindow();
        chooseTheOnlyRow();
        for (const auto& [tab, name] : {std::pair{ContainerDetail::Overview, "overview-rtl"}, {ContainerDetail::Logs, "log-rtl"},
                                        {ContainerDetail::Charts, "charts-rtl"}, {ContainerDetail::Terminal, "shell-rtl"}}) {
            showTab(tab);
            QTest::qWait(1000);
            picture(name);
        }
        QApplication::setLayoutDirection(Qt::LeftToRight);
        openWindow();
        chooseTheOnlyRow();
    }

    void imagesHelpAndPalette()
    {
        click(names::imagesButton);
        auto* view = find<QAbstractItemView>(names::imagesView);
        QVERIFY(within(10000, [&] { return view->model()->rowCount() == 1; }));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(0, 0)).center());
        QVERIFY(within(10000, [&] { return find<QWidget>(names::imageDetail) && words(find<QWidget>(names::imageDetail)).contains(QStringLiteral("linux/")); }));
        inBothThemes("images");
        auto* tabs = find<QTabWidget>(names::imageTabs);
        tabs->setCurrentIndex(1);
        picture("image-configuration");
        click(names::pullButton);
        QVERIFY(within(5000, [&] { return find<QDialog>(names::askDialog) != nullptr; }));
        picture("pull-dialog");
        QTest::keyClick(find<QDialog>(names::askDialog), Qt::Key_Escape);
        m_window->openHelp();
        inBothThemes("first-steps");
        QTest::keyClick(find<QWidget>(names::helpPage), Qt::Key_Escape);
        click(names::containersButton);
        m_window->openPalette();
        inBothThemes("palette");
        QTest::keyClick(find<QWidget>(names::palette), Qt::Key_Escape);
        auto* search = find<QWidget>(names::containersPage)->findChild<QLineEdit*>(QLatin1StringView(names::searchField));
        search->setText(QStringLiteral("no such container"));
        picture("nothing-matches");
        search->clear();
        chooseTheOnlyRow();
    }

    void buildsFromADockerfile()
    {
        QTemporaryDir dir;
        const auto write = [&dir](const char* name, const QByteArray& text) {
            QFile file(dir.filePath(QLatin1StringView(name)));
            return file.open(QFile::WriteOnly) && file.write(text) == text.size();
        };
        click(names::buildsButton);
        inBothThemes("builds-empty");
        QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("greeter")));
        QVERIFY(write("greeter/index.html", "<html><body><h1>Built here</h1></body></html>\n"));
        QVERIFY(write("greeter/Dockerfile", "# A page of our own on the starter image\n"
                                            "FROM slipway/starter:latest AS words\n"
                                            "WORKDIR /words\n"
                                            "RUN for i in 1 2 3; do echo \"line $i\"; done | tee greeting.txt\n"
                                            "\n"
                                            "FROM slipway/starter:latest\n"
                                            "LABEL org.opencontainers.image.title=greeter\n"
                                            "COPY --from=words /words/greeting.txt /www/\n"
                                            "COPY index.html /www/\n"
                                            "EXPOSE 80\n"));
        m_window->openDockerfile(dir.filePath(QStringLiteral("greeter")));
        auto* editor = find<CodeEditor>(names::codeEditor);
        QVERIFY(within(10000, [&] { return find<QTreeView>(names::outline)->model()->rowCount() == 2; }));
        picture("dockerfile");
        m_window->activateWindow(); // no window manager gives it back after a dialog
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        editor->setFocus();
        QTest::keyClick(editor, Qt::Key_B, Qt::ControlModifier);
        auto* run = find<QPushButton>(names::buildRunButton);
        QVERIFY2(within(30000, [&] { return run->isVisible(); }), qPrintable(find<QLabel>(names::buildState)->text()));
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.Config.Labels}}", "greeter"}).out, QByteArray("map[org.opencontainers.image.title:greeter]\n"));
        QCOMPARE(m_engine.docker({"run", "--rm", "greeter", "cat", "/www/greeting.txt"}).out, QByteArray("line 1\nline 2\nline 3\n"));
        inBothThemes("built");

        editor->goTo(3);
        editor->moveCursor(QTextCursor::EndOfLine);
        QTest::keyClicks(editor, QStringLiteral(" && cat nosuchfile"));
        editor->moveCursor(QTextCursor::End);
        QTest::keyClicks(editor, QStringLiteral("CM"));
        QVERIFY(find<QWidget>(names::completionPopup)->isVisible());
        picture("dockerfile-completion");
        QTest::keyClick(editor, Qt::Key_Tab);
        QTest::keyClicks(editor, QStringLiteral("serve"));
        QTest::keyClick(editor, Qt::Key_B, Qt::ControlModifier);
        QVERIFY(within(30000, [&] { return editor->markAt(3) && editor->markAt(3)->state == CodeEditor::Mark::State::Failed; }));
        inBothThemes("build-failed");
        editor->setFocus();
        editor->goTo(3);
        QTest::keyClick(editor, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier); // what it was just before that
        TerminalView* shell = nullptr;
        QVERIFY(within(30000, [&] {
            auto* holder = find<QWidget>(names::stepShell);
            shell = holder ? holder->findChild<TerminalView*>() : nullptr;
            return shell && shell->isVisible() && shell->hasSession();
        }));
        find<QPushButton>(names::stepShellPaste)->click();
        QTest::qWait(2000);
        inBothThemes("step-shell");
        auto* panels = find<QTabWidget>(names::buildPanels);
        emit panels->tabCloseRequested(panels->currentIndex());
        QVERIFY(within(20000, [&] { return m_engine.docker({"ps", "-aq", "--filter", "label=io.slipway.step-shell"}).out.isEmpty(); }));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(editor, Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        auto* builds = find<QTreeWidget>(names::buildHistoryList);
        QVERIFY(within(10000, [&] { return builds->topLevelItemCount() >= 2 && find<QTreeView>(names::stepTable)->model()->rowCount() > 0; }));
        inBothThemes("build-history");
        find<QTabWidget>(names::buildHistoryTabs)->setCurrentIndex(1);
        QTest::qWait(500);
        picture("build-history-log");
        find<QTabWidget>(names::buildHistoryTabs)->setCurrentIndex(0);
        builds->topLevelItem(1)->setSelected(true);
        QTest::qWait(500);
        inBothThemes("builds-compared");
        find<QTabWidget>(names::buildHistoryTabs)->setCurrentIndex(2);
        QTest::qWait(200);
        inBothThemes("dockerfiles-compared");
        QTest::keyClick(builds, Qt::Key_Escape);
        QVERIFY(editor->isVisible());
        editor->setFocus();
        editor->undo();
        find<QTabWidget>(names::buildPanels)->setCurrentIndex(0);
        QVERIFY(within(5000, [&] { return find<QTreeView>(names::problemList)->model()->rowCount() > 0; }));
        picture("dockerfile-problems");
        click(names::buildOptionsButton);
        QVERIFY(within(5000, [&] { return find<QDialog>(names::buildOptions) != nullptr; }));
        inBothThemes("build-options");
        QTest::keyClick(find<QDialog>(names::buildOptions), Qt::Key_Escape);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        editor->setFocus();
        while (editor->document()->isModified() && editor->document()->isUndoAvailable())
            editor->undo();
        QTest::keyClick(editor, Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(m_engine.docker({"rmi", "greeter"}).code, 0);
        click(names::containersButton);
    }

    // A Node service, its base image (a stand-in made of Debian's Node) pulled from a registry, built by one click, run, and reached.
    void buildsANodeService()
    {
        const QString archive = qEnvironmentVariable("CACHE") + QStringLiteral("/node-20.tar");
        if (!QFile::exists(archive))
            QSKIP("no stand-in of node:20-alpine: ./dev test makes it, of a Debian mirror's packages");
        QTemporaryDir dir(QStringLiteral("/tmp/slipway-node-XXXXXX"));
        const auto write = [&dir](const char* name, const QByteArray& text) {
            QFile file(dir.filePath(QLatin1StringView(name)));
            return file.open(QFile::WriteOnly) && file.write(text) == text.size();
        };
        QVERIFY(write("registry.yml", "version: 0.1\nstorage: {filesystem: {rootdirectory: " + dir.path().toUtf8() + "/registry}}\nhttp: {addr: '127.0.0.1:5000'}\n"));
        QProcess registry;
        registry.start(QStringLiteral("docker-registry"), {QStringLiteral("serve"), dir.filePath(QStringLiteral("registry.yml"))});
        const auto end = qScopeGuard([&registry] {
            registry.kill();
            registry.waitForFinished();
        });
        const QString base = QStringLiteral("127.0.0.1:5000/library/node:20-alpine");
        const test::Output imported = m_engine.docker({"import", "-c", "ENV PATH=/usr/local/bin:/usr/bin:/bin", "-c", "CMD [\"node\"]", archive, base}, {}, 120000);
        QVERIFY2(imported.code == 0, imported.err.constData());
        QVERIFY(within(10000, [&] { return m_engine.docker({"push", base}, {}, 120000).code == 0; }));
        QCOMPARE(m_engine.docker({"rmi", base}).code, 0);

        QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("shop")));
        QVERIFY(write("shop/package.json", "{\"name\": \"shop\", \"version\": \"1.0.0\", \"main\": \"server.js\"}\n"));
        QVERIFY(write("shop/package-lock.json", "{\"name\": \"shop\", \"version\": \"1.0.0\", \"lockfileVersion\": 3, \"requires\": true,\n"
                                                " \"packages\": {\"\": {\"name\": \"shop\", \"version\": \"1.0.0\"}}}\n"));
        QVERIFY(write("shop/server.js", "const http = require('http');\n"
                                        "http.createServer((request, response) => response.end('Hello from Node ' + process.version + '\\n')).listen(3000);\n"));
        QVERIFY(write("shop/.dockerignore", "node_modules\n"));
        QVERIFY(write("shop/Dockerfile", "FROM " + base.toUtf8() + "\n"
                                         "WORKDIR /app\n"
                                         "COPY package*.json ./\n"
                                         "RUN npm ci --production\n"
                                         "COPY . .\n"
                                         "EXPOSE 3000\n"
                                         "CMD [\"node\", \"server.js\"]\n"));
        m_window->openDockerfile(dir.filePath(QStringLiteral("shop")));
        QVERIFY(within(15000, [&] { return find<QTreeView>(names::outline)->model()->rowCount() == 1; }));
        auto* editor = find<DockerfilePage>(names::dockerfilePage)->current();
        QVERIFY(within(15000, [&] { return editor->editor().markAt(0) != nullptr; }));
        inBothThemes("node-forecast");
        click(names::buildButton);
        auto* run = find<QPushButton>(names::buildRunButton);
        QVERIFY2(within(120000, [&] { return run->isVisible(); }), qPrintable(find<QLabel>(names::buildState)->text()));
        inBothThemes("node-built");
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{json .Config.Cmd}} {{.Config.WorkingDir}}", "shop"}).out.trimmed(), QByteArray("[\"node\",\"server.js\"] /app"));
        click(names::buildRunButton);
        QVERIFY(within(10000, [&] { return find<QDialog>(names::runDialog) != nullptr; }));
        QAbstractButton* publish = nullptr;
        QVERIFY(within(10000, [&] { // once the image is known
            for (auto* button : find<QDialog>(names::runDialog)->findChildren<QAbstractButton*>())
                publish = button->isVisible() && button->text().startsWith(QStringLiteral("Publish at")) ? button : publish;
            return publish != nullptr;
        }));
        publish->click();
        picture("node-run");
        QTest::mouseClick(find<QDialog>(names::runDialog)->findChild<QPushButton*>(QLatin1StringView(names::runConfirm)), Qt::LeftButton);
        QByteArray port;
        QVERIFY(within(30000, [&] {
            port = m_engine.docker({"ps", "--filter", "ancestor=shop:latest", "--format", "{{.Ports}}"}).out;
            return port.contains("->3000/tcp");
        }));
        const QRegularExpression published(QStringLiteral(":(\\d+)->3000/tcp"));
        const QString url = QStringLiteral("http://127.0.0.1:%1/").arg(published.match(QString::fromUtf8(port)).captured(1));
        QByteArray said;
        QVERIFY2(within(30000, [&] { return (said = test::run("curl", {"-s", url}).out).startsWith("Hello from Node v20."); }), said.constData());
        click(names::containersButton);
        picture("node-runs");
        const QString id = QString::fromUtf8(m_engine.docker({"ps", "-q", "--filter", "ancestor=shop:latest"}).out.trimmed());
        QCOMPARE(m_engine.docker({"rm", "-f", id}).code, 0);
        QCOMPARE(m_engine.docker({"rmi", "shop", base}).code, 0);
        QVERIFY(within(10000, [&] { return find<QWidget>(names::containersView) != nullptr; }));
        chooseTheOnlyRow();
    }

    void stopAndRemove()
    {
        click(names::stopButton);
        QVERIFY(within(20000, [&] { return state() == QStringLiteral("exited"); }));
        picture("stopped");
        click(names::removeButton);
        inBothThemes("remove");
        click(names::confirmButton);
        QVERIFY(within(10000, [&] { return m_engine.docker({"ps", "-aq"}).out.isEmpty(); }));
        auto* view = find<QAbstractItemView>(names::containersView);
        QTRY_COMPARE_WITH_TIMEOUT(view->model()->rowCount(), 0, 5000);
        picture("removed");
    }

    void theEngineGoesAndComes()
    {
        m_engine.stop();
        QVERIFY(within(15000, [&] { return m_bridge->state() == EngineBridge::State::Lost; }));
        inBothThemes("engine-lost");
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QVERIFY(within(15000, [&] { return m_bridge->state() == EngineBridge::State::Connected; }));
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_bridge.reset();
        m_client.reset();
        m_engine.stop();
    }
};

QTEST_MAIN(TestTour)
#include "tst_tour.moc"
