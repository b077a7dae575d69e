// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QStyle>
#include <QStyleFactory>
#include <QTest>
#include <QToolButton>

#include <cmath>

#include "charts/charts_view.h"
#include "charts/time_series_chart.h"
#include "logs/find_bar.h"
#include "logs/log_canvas.h"
#include "logs/log_view.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_view.h"
#include "fake_engine.h"

using namespace slipway;
using namespace slipway::ui;

// The three views over a client that answers at once. With SLIPWAY_PICTURES=DIR they are also saved as pictures.
namespace
{

std::vector<dockerapi::LogLine> sampleLines(int count)
{
    std::vector<dockerapi::LogLine> lines;
    for (int i = 0; i < count; ++i) {
        dockerapi::LogLine line;
        line.timeNs = 1'790'000'000'000'000'000 + i * 137'000'000LL;
        const std::string n = std::to_string(i);
        switch (i % 7) {
        case 0: line.text = "\x1b[32mINFO\x1b[0m  http: GET /api/orders/" + n + " \x1b[1m200\x1b[0m in 12 ms"; break;
        case 1: line.text = "\x1b[36mDEBUG\x1b[0m cache: hit ratio 0.93, 1,204 entries"; break;
        case 2: line.text = "{\"level\":\"info\",\"msg\":\"worker started\",\"worker\":" + n + "}"; break;
        case 3: line.text = "\x1b[33mWARN\x1b[0m  db: slow query (812 ms): SELECT * FROM orders WHERE customer = $1 ORDER BY created_at DESC LIMIT 50 OFFSET 1200"; break;
        case 4: line.text = "\x1b[31;1mERROR\x1b[0m payment: connection refused by 10.88.0.7:5432", line.isStderr = true; break;
        case 5: line.text = "\tat com.example.Orders.find(Orders.java:" + n + ")", line.isStderr = true; break;
        default: line.text = "\u6ce8\u6587\u3092\u53d7\u3051\u4ed8\u3051\u307e\u3057\u305f \u2713 order " + n; break;
        }
        lines.push_back(line);
    }
    return lines;
}

QPalette darkPalette()
{
    QPalette p;
    p.setColor(QPalette::Window, QColor(0x1b, 0x1e, 0x25));
    p.setColor(QPalette::Base, QColor(0x14, 0x17, 0x1c));
    p.setColor(QPalette::Button, QColor(0x26, 0x2a, 0x33));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(role, QColor(0xe4, 0xe8, 0xef));
    p.setColor(QPalette::Highlight, QColor(0x3d, 0x8b, 0xff));
    p.setColor(QPalette::HighlightedText, Qt::white);
    return p;
}

QPalette lightPalette()
{
    QPalette p = QStyleFactory::create(QStringLiteral("Fusion"))->standardPalette();
    p.setColor(QPalette::Window, QColor(0xf4, 0xf5, 0xf7));
    p.setColor(QPalette::Base, Qt::white);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(role, QColor(0x1c, 0x21, 0x2a));
    p.setColor(QPalette::Highlight, QColor(0x1f, 0x6f, 0xeb));
    p.setColor(QPalette::HighlightedText, Qt::white);
    return p;
}

void picture(QWidget& w, const QString& name)
{
    const QString dir = qEnvironmentVariable("SLIPWAY_PICTURES");
    if (dir.isEmpty())
        return;
    for (const bool dark : {false, true}) {
        w.setPalette(dark ? darkPalette() : lightPalette());
        w.setAutoFillBackground(true);
        QTest::qWait(60);
        w.grab().save(QStringLiteral("%1/%2-%3.png").arg(dir, name, dark ? QStringLiteral("dark") : QStringLiteral("light")));
    }
}

} // namespace

class TestLogViews : public QObject
{
    Q_OBJECT
private slots:
    void logs()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(980, 520);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QCOMPARE(client.logOptions.tail, std::optional<std::uint64_t>(LogView::firstLoad));
        auto* canvas = view.findChild<LogCanvas*>();
        picture(view, QStringLiteral("logs-empty"));
        client.onLines(sampleLines(5000));
        QTRY_COMPARE(canvas->rowCount(), 5000u);
        QTRY_COMPARE(canvas->verticalScrollBar()->value(), canvas->verticalScrollBar()->maximum());
        QVERIFY(canvas->following());
        picture(view, QStringLiteral("logs"));

        QTest::keyClick(canvas, Qt::Key_PageUp);
        QVERIFY(!canvas->following());
        const std::uint64_t top = canvas->topLine();
        client.onLines(sampleLines(100));
        QTRY_COMPARE(canvas->rowCount(), 5100u);
        QCOMPARE(canvas->topLine(), top);
        QTest::keyClick(canvas, Qt::Key_F, Qt::ControlModifier);
        auto* find = view.findChild<FindBar*>();
        find->open(QStringLiteral("refused"));
        QTRY_VERIFY(canvas->currentMatch().has_value());
        picture(view, QStringLiteral("logs-find"));
        QToolButton* filter = nullptr;
        for (QToolButton* button : find->findChildren<QToolButton*>())
            if (button->text() == QStringLiteral("Filter"))
                filter = button;
        QVERIFY(filter);
        filter->click();
        QTRY_COMPARE(canvas->rowCount(), std::uint64_t{5000 / 7 + 100 / 7});
        QTRY_VERIFY(view.findChild<QLabel*>(QStringLiteral("logStatus"))->text().startsWith(QStringLiteral("728 of")));
        client.onLines(sampleLines(7));
        QTRY_COMPARE(canvas->rowCount(), std::uint64_t{5000 / 7 + 100 / 7 + 1});
        picture(view, QStringLiteral("logs-filter"));
        filter->click();
        QCOMPARE(canvas->rowCount(), 5107u);
        QTest::keyClick(find->findChild<QLineEdit*>(), Qt::Key_Escape);
        QVERIFY(find->isHidden());
        QTest::keyClick(canvas, Qt::Key_End);
        QVERIFY(canvas->following());
        canvas->setStreams(false, true);
        QCOMPARE(canvas->rowCount(), std::uint64_t{5000 / 7 * 2 + 100 / 7 * 2 + 2});
        canvas->setStreams(true, true);
        canvas->setWrap(true);
        canvas->setTimes(LogCanvas::Times::Utc);
        canvas->selectAll();
        QVERIFY(canvas->selectedText().startsWith(QStringLiteral("INFO  http: GET /api/orders/0 200")));
        QTest::keyClick(canvas, Qt::Key_Escape);
        view.resize(700, 420);
        picture(view, QStringLiteral("logs-wrap"));
        client.onLogEnd(fail(ErrorKind::NotFound, "no such container: c1"));
        picture(view, QStringLiteral("logs-error"));
    }

    void logsBeyondTheBudget()
    {
        LineStore store(4u << 20);
        LogSearch search;
        LogCanvas canvas(store, search);
        canvas.resize(400, 200);
        canvas.show();
        for (int round = 0; round < 60; ++round) {
            for (const dockerapi::LogLine& line : sampleLines(2000))
                store.append(line);
            canvas.linesChanged();
            canvas.viewport()->repaint(); // before the frame timer
            if (round == 20)
                QTest::keyClick(&canvas, Qt::Key_Home);
            if (round == 30)
                canvas.selectAll();
        }
        QVERIFY(store.firstLine() > 0);
        QVERIFY(canvas.topLine() >= store.firstLine());
        QVERIFY(!canvas.hasSelection());
        store.clear();
        canvas.linesChanged();
        canvas.viewport()->repaint();
        QCOMPARE(canvas.rowCount(), 0u);
    }

    void terminal()
    {
        FakeClient client;
        EngineBridge bridge(client);
        TerminalView view(bridge);
        view.resize(900, 460);
        view.show();
        view.setContainer(QStringLiteral("c1"), false);
        picture(view, QStringLiteral("terminal-stopped"));
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.terminal);
        QCOMPARE(client.shellOptions.command, std::vector<std::string>{"bash"});
        auto* canvas = view.findChild<TerminalCanvas*>();
        client.events.onOutput("\x1b[1;32mroot@web\x1b[0m:\x1b[1;34m/srv/app\x1b[0m# ls --color\r\n"
                               "\x1b[34mbin\x1b[0m  \x1b[34metc\x1b[0m  \x1b[32mrun.sh\x1b[0m  README.md  \u65e5\u672c\u8a9e.txt\r\n");
        for (int i = 0; i < 6; ++i) {
            std::string row;
            for (int c = 0; c < 36; ++c)
                row += "\x1b[48;5;" + std::to_string(16 + i * 36 + c) + "m  ";
            client.events.onOutput(row + "\x1b[m\r\n");
        }
        client.events.onOutput("\u250c\u2500\u2500\u2500\u2500\u2510 \x1b[1mbold\x1b[m \x1b[3mitalic\x1b[m \x1b[4munder\x1b[m \x1b[7mreverse\x1b[m e\u0301\r\n"
                               "\u2514\u2500\u2500\u2500\u2500\u2518\r\n\x1b[1;32mroot@web\x1b[0m:\x1b[1;34m/srv/app\x1b[0m# ");
        QTRY_VERIFY(client.terminal->rows > 0);
        canvas->setFocus();
        QTest::keyClicks(canvas, QStringLiteral("ls"));
        QTest::keyClick(canvas, Qt::Key_Return);
        QTest::keyClick(canvas, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(client.terminal->written, std::string("ls\r\x03"));
        picture(view, QStringLiteral("terminal"));
        auto first = client.terminal;
        view.setContainer(QStringLiteral("c2"), true);
        QTRY_VERIFY(client.terminal != first);
        view.setContainer(QStringLiteral("c1"), true);
        QTest::keyClicks(canvas, QStringLiteral("x"));
        QCOMPARE(first->written, std::string("ls\r\x03x")); // the session lived on
        view.setContainer(QStringLiteral("c2"), true);
        client.events.onClosed({});
        QTRY_COMPARE(view.findChild<QPushButton*>()->text(), QStringLiteral("Reconnect"));
        picture(view, QStringLiteral("terminal-ended"));
    }

    void charts()
    {
        FakeClient client;
        EngineBridge bridge(client);
        ChartsView view(bridge);
        view.resize(1000, 760);
        view.setContainer(QStringLiteral("c1"), true);
        QVERIFY(!client.onSample);
        view.show();
        QVERIFY(client.onSample);
        dockerapi::StatsSample s;
        s.onlineCpus = 2;
        s.cpuTotalNs = 0;
        s.memoryLimit = 512u << 20;
        for (int i = 0; i < 290; ++i) {
            s.timeNs = (1'790'000'000LL + i) * 1'000'000'000;
            s.cpuTotalNs = *s.cpuTotalNs + static_cast<std::uint64_t>(4e8 + 3e8 * std::sin(i / 14.0) + 1e8 * std::sin(i / 2.3));
            s.memoryUsage = static_cast<std::uint64_t>((180 + i / 3.0 + 14 * std::sin(i / 5.0)) * 1048576);
            s.networkRx += static_cast<std::uint64_t>(2e6 * (1.2 + std::sin(i / 9.0)));
            s.networkTx += static_cast<std::uint64_t>(6e5 * (1.3 + std::cos(i / 6.0)));
            s.blockRead += i % 40 < 5 ? 4'000'000 : 20'000;
            s.blockWrite += i % 25 < 3 ? 1'500'000 : 60'000;
            if (i < 120 || i > 150)
                client.onSample(s);
        }
        QTest::qWait(50);
        auto* chart = view.findChild<TimeSeriesChart*>();
        QMouseEvent move(QEvent::MouseMove, QPointF(320, 110), chart->mapToGlobal(QPointF(320, 110)), Qt::NoButton, Qt::NoButton,
                         Qt::NoModifier);
        QApplication::sendEvent(chart, &move);
        picture(view, QStringLiteral("charts"));
        QVERIFY(!client.statsAlive.expired());
        view.hide();
        QVERIFY(client.statsAlive.expired()); // sampling stops when nobody looks
    }
};

QTEST_MAIN(TestLogViews)
#include "tst_log_views.moc"
