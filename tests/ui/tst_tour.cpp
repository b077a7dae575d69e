// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QDir>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPushButton>
#include <QRegularExpression>
#include <QTabWidget>
#include <QToolButton>
#include <QLabel>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "client/engine_client.h"
#include "logs/log_canvas.h"
#include "shell/main_window.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "support/engine_process.h"
#include "terminal/terminal_canvas.h"

using namespace slipway;
using namespace slipway::ui;

// The tour: the real window under Xvfb with the real engine, through the main job on real input. A picture a step in build/tour.
class TestTour : public QObject
{
    Q_OBJECT

    test::EngineProcess m_engine;
    std::unique_ptr<EngineClient> m_client;
    std::unique_ptr<EngineBridge> m_bridge;
    std::unique_ptr<MainWindow> m_window;
    QString m_url, m_id;
    int m_step = 0;

    void picture(const char* name)
    {
        QTest::qWait(250);
        const QString file = QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour/%1-%2.png").arg(++m_step, 2, 10, QLatin1Char('0')).arg(QLatin1StringView(name));
        QVERIFY(m_window->grab().save(file));
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
    void showTab(int index)
    {
        auto* bar = find<QTabWidget>(names::detailTabs)->tabBar();
        QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(index).center());
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
        showTab(0);
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
        showTab(1);
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
        showTab(2);
        auto* charts = find<QWidget>(names::chartsView);
        QTest::qWait(2500);
        const QImage before = charts->grab().toImage();
        m_engine.docker({"exec", m_id, "sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"});
        QTest::qWait(2500);
        QVERIFY(charts->grab().toImage() != before);
        picture("charts");
        showTab(3);
        picture("inspect");
    }

    void dark()
    {
        theme::apply(theme::Mode::Dark);
        showTab(2);
        picture("charts-dark");
        showTab(0);
        picture("log-dark");
        theme::apply(theme::Mode::Light);
    }

    void stopAndRemove()
    {
        click(names::stopButton);
        QVERIFY(within(20000, [&] { return state() == QStringLiteral("exited"); }));
        picture("stopped");
        click(names::removeButton);
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
