// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDir>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPushButton>
#include <QRegularExpression>
#include <QTabWidget>
#include <QToolButton>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "client/engine_client.h"
#include "containers/container_detail.h"
#include "isolated_settings.h"
#include "logs/log_canvas.h"
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
    QString m_url, m_id;
    int m_step = 0;
    QWidget* m_shown = nullptr; // what the pictures are of, when not of the whole window

    void picture(const char* name)
    {
        QTest::qWait(250);
        const QString file = QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour/%1-%2.png").arg(++m_step, 2, 10, QLatin1Char('0')).arg(QLatin1StringView(name));
        QVERIFY((m_shown ? m_shown : m_window.get())->grab().save(file));
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
        QDir(QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour")).removeRecursively();
        QVERIFY(QDir().mkpath(QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour")));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        theme::apply(theme::Mode::Light);
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        m_bridge = std::make_unique<EngineBridge>(*m_client);
        m_window = std::make_unique<MainWindow>(*m_bridge, QStringLiteral(SLIPWAY_BINARY_DIR "/share/slipway/starter.tar"));
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
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
        QTRY_VERIFY_WITH_TIMEOUT(canvas->rowCount() > 0, 10000);
        canvas->setFocus();
        QVERIFY2(within(10000, [&] {
            QTest::keyClick(canvas->viewport(), Qt::Key_A, Qt::ControlModifier); // what has come so far
            return canvas->selectedText().contains(QLatin1StringView(" / 200"));
        }), qPrintable(canvas->selectedText()));
        picture("log-line");
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
        m_shown = dialog;
        picture("run-dialog");
        theme::apply(theme::Mode::Dark);
        picture("run-dialog-dark");
        theme::apply(theme::Mode::Light);
        m_shown = nullptr;
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
        picture("overview");
    }

    void whyItStopped()
    {
        QCOMPARE(m_engine.docker({"kill", "second"}).code, 0);
        QVERIFY(within(15000, [&] {
            auto* card = find<QWidget>(names::overviewTab)->findChild<QWidget*>(QLatin1StringView(names::stopCard));
            return card && card->isVisible() && words(card).contains(QStringLiteral("SIGKILL"));
        }));
        picture("why-it-stopped");
        QCOMPARE(m_engine.docker({"rm", "second"}).code, 0);
        auto* view = find<QAbstractItemView>(names::containersView);
        QVERIFY(within(10000, [&] { return view->model()->rowCount() == 1; }));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(0, 0)).center());
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

    void stopAndRemove()
    {
        click(names::stopButton);
        QVERIFY(within(20000, [&] { return state() == QStringLiteral("exited"); }));
        picture("stopped");
        click(names::removeButton);
        picture("remove");
        click(names::confirmButton);
        QVERIFY(within(10000, [&] { return m_engine.docker({"ps", "-aq"}).out.isEmpty(); }));
        auto* view = find<QAbstractItemView>(names::containersView);
        QTRY_COMPARE_WITH_TIMEOUT(view->model()->rowCount(), 0, 5000);
        picture("removed");
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
