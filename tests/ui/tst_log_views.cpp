// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStyle>
#include <QStyleFactory>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include <cmath>

#include "charts/charts_view.h"
#include "charts/time_series_chart.h"
#include "logs/find_bar.h"
#include "logs/found_spans.h"
#include "logs/jump_bar.h"
#include "logs/log_canvas.h"
#include "logs/log_details.h"
#include "logs/log_view.h"
#include "logs/logs_page.h"
#include "logs/memory_log.h"
#include "models/container_model.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_view.h"
#include "fake_engine.h"
#include "isolated_settings.h"
#include "log_samples.h"

using namespace slipway;
using namespace slipway::ui;

// The three views over a client that answers at once. With SLIPWAY_PICTURES=DIR they are also saved as pictures.
namespace
{

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

    slipway::test::IsolatedSettings m_settings;

    static QToolButton* button(const QWidget& in, const QString& text)
    {
        for (QToolButton* each : in.findChildren<QToolButton*>())
            if (each->text() == text)
                return each;
        qFatal("no button %s", qPrintable(text));
    }
    static QString status(const QWidget& view) { return view.findChild<QLabel*>(QStringLiteral("logStatus"))->text(); }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English)); }
    void theJumpBarKnowsHowLongTheLogIs()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(900, 400);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(1500));
        QTRY_COMPARE(view.pages().count(), 1500u);
        emit view.canvas().jumpRequested();
        const auto* jump = view.findChild<JumpBar*>();
        const auto* hint = jump->findChild<QLabel*>();
        QVERIFY2(hint->text().startsWith(QStringLiteral("lines 1 to 1,500")), qPrintable(hint->text()));
        client.onLines(sampleLines(1));
        QTRY_VERIFY(hint->text().startsWith(QStringLiteral("lines 1 to 1,501")));
        jump->findChild<QLineEdit*>()->setText(QStringLiteral("nonsense"));
        QTest::keyClick(jump->findChild<QLineEdit*>(), Qt::Key_Return);
        const QString wrong = hint->text();
        client.onLines(sampleLines(1));
        QTRY_COMPARE(view.pages().count(), 1502u);
        QTest::qWait(30);
        QCOMPARE(hint->text(), wrong);
    }
    // A line is as wide as it is shown, not as its bytes.
    void itScrollsSidewaysOnlyWhereThereIsSomething()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(700, 300);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        const QScrollBar& bar = *view.canvas().horizontalScrollBar();
        std::vector<dockerapi::LogLine> lines(2);
        lines[0].text = "{\"level\":\"info\",\"msg\":\"short\",\"time\":\"" + std::string(200, '1') + "\"}";
        for (int i = 0; i < 200; ++i)
            lines[1].text += "\x1b[31mx\x1b[0m";
        lines[1].text.resize(60 * 10);
        client.onLines(lines);
        QTRY_VERIFY(view.pages().line(1));
        QTest::qWait(60);
        QCOMPARE(bar.maximum(), 0);
        lines.resize(1);
        lines[0].text = std::string(300, 'w') + "needle";
        client.onLines(lines);
        QTRY_VERIFY(bar.maximum() > 0);
        emit view.canvas().findRequested();
        view.findChild<FindBar*>()->open(QStringLiteral("needle"));
        QTRY_VERIFY(bar.value() > 0);
    }
    // The details of a line without end do not stop the window: they show its beginning and say so.
    void detailsOfALongLine()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(900, 500);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        std::vector<dockerapi::LogLine> lines(1);
        for (int i = 0; i < 300'000; ++i)
            lines[0].text += "word" + std::to_string(i) + ' ';
        client.onLines(lines);
        QTRY_VERIFY(view.pages().line(0));
        const auto* text = view.findChild<QPlainTextEdit*>();
        emit view.canvas().detailsRequested(0);
        QTRY_VERIFY(!text->toPlainText().isEmpty());
        QCOMPARE(text->toPlainText().size(), 64 << 10); // a megabyte of one line took Qt more than half a second to lay out
        const auto said = view.findChild<QTreeWidget*>()->findItems(QStringLiteral("64.00 KiB are shown"), Qt::MatchEndsWith | Qt::MatchFixedString, 1);
        QCOMPARE(said.size(), 1);
        QVERIFY(text->toPlainText().startsWith(QStringLiteral("word0 word1 ")));
    }
    void aLongErrorDoesNotWidenTheWindow()
    {
        FindBar bar;
        bar.setStatus(QStringLiteral("short"), false);
        const int width = bar.minimumSizeHint().width();
        const QString text = QStringLiteral("Not a regular expression: ") + QString(200, QLatin1Char('x'));
        bar.setStatus(text, true);
        QCOMPARE(bar.minimumSizeHint().width(), width);
        QCOMPARE(bar.findChild<QLabel*>()->text(), text);
    }
    // Closing a filter stays where one is, also when a key follows before the next frame.
    void aKeyRightAfterTheFilter()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(900, 400);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(5000));
        QTRY_VERIFY(view.pages().line(4999));
        LogCanvas& canvas = view.canvas();
        emit canvas.findRequested();
        auto* find = view.findChild<FindBar*>();
        button(*find, QStringLiteral("Filter"))->click();
        find->open(QStringLiteral("refused"));
        QTRY_COMPARE(view.pages().count(), 714u);
        QTRY_VERIFY(canvas.following());
        canvas.setFocus();
        QTest::keyClick(&canvas, Qt::Key_PageUp);
        QTRY_VERIFY(view.pages().line(canvas.topLine()));
        QTest::qWait(50);
        const std::uint64_t top = canvas.topLine();
        QVERIFY(top > 4000);
        emit find->closed();
        QTest::keyClick(&canvas, Qt::Key_Down);
        QCOMPARE(canvas.topLine(), top + 1);
        QTest::qWait(60);
        QCOMPARE(canvas.topLine(), top + 1);
    }
    // An expression that would take for ever on a line is not tried for ever: the engine gives up, and so does the eye.
    void badExpressions()
    {
        logstore::LogQuery query;
        query.text = "(x+x+)+[yz]";
        query.regex = true;
        const QRegularExpression expression = expressionOf(query);
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < 50; ++i)
            QVERIFY(foundSpans(expression, QString(16'000, QLatin1Char('x'))).empty());
        QVERIFY2(clock.elapsed() < 2'000, qPrintable(QString::number(clock.elapsed()))); // one took longer
        query.text = "b+";
        QCOMPARE(foundSpans(expressionOf(query), QStringLiteral("abba B")).size(), 2u);
    }
    void logs()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(1100, 560);
        view.show();
        picture(view, QStringLiteral("logs-none"));
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        QCOMPARE(client.logOptions.tail, std::optional<std::uint64_t>(SpooledLogs::firstLines));
        LogCanvas& canvas = view.canvas();
        LogPages& pages = view.pages();
        client.onLines(sampleLines(5000));
        QTRY_COMPARE(pages.count(), 5000u);
        QTRY_COMPARE(canvas.verticalScrollBar()->value(), canvas.verticalScrollBar()->maximum());
        QVERIFY(canvas.following());
        QTRY_VERIFY(pages.line(4999).has_value());
        picture(view, QStringLiteral("logs"));

        // Follow stops on scroll-up: what is seen stays.
        QTest::keyClick(&canvas, Qt::Key_PageUp);
        QVERIFY(!canvas.following());
        const std::uint64_t top = canvas.topLine();
        client.onLines(sampleLines(100));
        QTRY_COMPARE(pages.count(), 5100u);
        QTest::qWait(50);
        QCOMPARE(canvas.topLine(), top);
        QTest::keyClick(&canvas, Qt::Key_End);
        QVERIFY(canvas.following());

        // Find: the newest match at the end of a log, then backwards and around.
        QTest::keyClick(&canvas, Qt::Key_F, Qt::ControlModifier);
        auto* find = view.findChild<FindBar*>();
        find->open(QStringLiteral("refused"));
        const std::uint64_t matches = 5000 / 7 + 100 / 7;
        QTRY_COMPARE(pages.findRun().table().matches(), matches);
        QTRY_COMPARE(pages.matchNumber(), std::optional<std::uint64_t>(matches - 1));
        QTest::keyClick(&view, Qt::Key_F3, Qt::ShiftModifier);
        QTRY_COMPARE(pages.matchNumber(), std::optional<std::uint64_t>(matches - 2));
        for (std::uint64_t at : {matches - 1, std::uint64_t{0}, std::uint64_t{1}}) {
            QTest::keyClick(&view, Qt::Key_F3);
            QTRY_COMPARE(pages.matchNumber(), std::optional<std::uint64_t>(at));
        }
        QTRY_COMPARE(canvas.currentLine(), *pages.currentMatch());
        QVERIFY(!pages.marks(300).empty());
        picture(view, QStringLiteral("logs-find"));

        // The filter, with lines around; what comes while it is on comes too.
        button(*find, QStringLiteral("Filter"))->click();
        QTRY_COMPARE(pages.count(), matches);
        QTRY_VERIFY(status(view).startsWith(QStringLiteral("728 of 5,100")));
        client.onLines(sampleLines(7));
        QTRY_COMPARE(pages.count(), matches + 1);
        picture(view, QStringLiteral("logs-filter"));
        find->findChild<QSpinBox*>()->setValue(1);
        QTRY_COMPARE(pages.count(), (matches + 1) * 3);
        QTRY_COMPARE(pages.lineAt(0).value_or(0), 3u);
        picture(view, QStringLiteral("logs-context"));
        button(*find, QStringLiteral("Filter"))->click();
        QTRY_COMPARE(pages.count(), 5107u);
        find->open(QStringLiteral("a(b"));
        button(*find, QStringLiteral(".*"))->click();
        QTRY_VERIFY(find->findChild<QLabel*>()->text().contains(QStringLiteral("Not a regular expression")));
        QTest::keyClick(find->findChild<QLineEdit*>(), Qt::Key_Escape);
        QVERIFY(find->isHidden());

        // Streams and levels.
        button(view, QStringLiteral("stdout"))->click();
        QTRY_COMPARE(pages.count(), std::uint64_t{5000 / 7 * 2 + 100 / 7 * 2 + 2});
        button(view, QStringLiteral("stderr"))->click();
        QTRY_COMPARE(pages.count(), 0u);
        button(view, QStringLiteral("stdout"))->click();
        button(view, QStringLiteral("stderr"))->click();
        QTRY_COMPARE(pages.count(), 5107u);

        // A line, a time, its details.
        auto* jump = view.findChild<JumpBar*>();
        QTest::keyClick(&view, Qt::Key_G, Qt::ControlModifier);
        QVERIFY(jump->isVisible());
        jump->findChild<QLineEdit*>()->setText(QStringLiteral("1,235"));
        QTest::keyClick(jump->findChild<QLineEdit*>(), Qt::Key_Return);
        QTRY_COMPARE(canvas.topLine(), 1234u);
        emit jump->timeChosen(1'790'000'000'000'000'000 + 2000 * 137'000'000LL);
        QTRY_COMPARE(canvas.topLine(), 2000u);
        canvas.setFocus();
        QTest::keyClick(&canvas, Qt::Key_Return);
        picture(view, QStringLiteral("logs-details"));
        emit jump->lineChosen(2);
        QTRY_COMPARE(view.findChild<QTreeWidget*>()->topLevelItemCount() > 6, true);
        QTest::qWait(50);
        picture(view, QStringLiteral("logs-details"));
        emit view.findChild<LogDetails*>()->closed();

        // All of it, though most of it was never read.
        canvas.selectAll();
        QTest::keyClick(&canvas, Qt::Key_C, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(QApplication::clipboard()->text().count(QLatin1Char('\n')), 5106, 20'000);
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("INFO  http: GET /api/orders/0 200")));
        QTest::keyClick(&canvas, Qt::Key_Escape);
        canvas.setWrap(true);
        canvas.setTimes(LogCanvas::Times::Utc);
        canvas.setNumbers(true);
        QTest::keyClick(&canvas, Qt::Key_End);
        view.resize(900, 460);
        QTest::qWait(60);
        picture(view, QStringLiteral("logs-wrap"));
        client.onLogEnd(fail(ErrorKind::NotFound, "no such container: c1"));
        QTRY_VERIFY(!pages.problem().isEmpty());
        picture(view, QStringLiteral("logs-error"));
    }

    void howItLooksIsRemembered()
    {
        FakeClient client;
        EngineBridge bridge(client);
        const auto action = [](const LogView& view, const QString& text) {
            for (QAction* each : view.findChildren<QAction*>())
                if (each->text() == text)
                    return each;
            return static_cast<QAction*>(nullptr);
        };
        {
            const LogView view(bridge);
            QVERIFY(action(view, QStringLiteral("No time"))->isChecked());
            action(view, QStringLiteral("UTC"))->trigger();
            action(view, QStringLiteral("Line numbers"))->trigger();
            action(view, QStringLiteral("Show JSON lines as their message and fields"))->trigger();
        }
        const LogView view(bridge);
        slipway::test::IsolatedSettings::forget(); // the other tests start as usual
        QVERIFY(action(view, QStringLiteral("UTC"))->isChecked());
        QVERIFY(action(view, QStringLiteral("Line numbers"))->isChecked());
        QVERIFY(!action(view, QStringLiteral("Show JSON lines as their message and fields"))->isChecked());
        QCOMPARE(view.canvas().shownText("{\"msg\":\"x\"}"), QStringLiteral("{\"msg\":\"x\"}"));
    }

    // Two containers as one.
    void merged()
    {
        FakeClient client;
        std::map<std::string, std::function<void(std::vector<dockerapi::LogLine>)>> lines;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(1100, 420);
        view.show();
        view.setSources({{QStringLiteral("a"), QStringLiteral("shop-web-1"), QColor(0x1f, 0x6f, 0xeb)}}, true);
        QTRY_VERIFY(client.onLines);
        const auto first = client.onLines;
        client.onLines = {};
        view.setSources({{QStringLiteral("a"), QStringLiteral("shop-web-1"), QColor(0x1f, 0x6f, 0xeb)},
                         {QStringLiteral("b"), QStringLiteral("shop-db-1"), QColor(0x1a, 0x7f, 0x37)}}, true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(300));
        QTRY_COMPARE(view.pages().count(), 300u);
        QTRY_VERIFY(view.pages().line(299).has_value());
        QCOMPARE(view.pages().line(299)->source, 1u);
        picture(view, QStringLiteral("logs-merged"));
        static_cast<void>(first);
    }

    // The room: what runs is ticked, groups stand for their containers, a double click leaves one alone.
    void room()
    {
        FakeClient client;
        EngineBridge bridge(client);
        ContainerModel model(bridge);
        std::vector<dockerapi::ContainerSummary> rows;
        for (const auto& [id, name, project, state] : {std::tuple{"1", "shop-web-1", "shop", "running"}, {"2", "shop-db-1", "shop", "running"}, {"3", "cache", "", "running"}, {"4", "job", "", "exited"}}) {
            auto& row = rows.emplace_back();
            row.id = id, row.name = name, row.state = state;
            if (*project)
                row.labels["com.docker.compose.project"] = project;
        }
        model.setRows(rows);
        LogsPage page(bridge, model);
        page.resize(1200, 520);
        page.show();
        QTRY_COMPARE(page.chosen(), (std::set<QString>{"1", "2", "3"}));
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(400));
        QTRY_COMPARE(page.view().pages().count(), 400u);
        QTRY_VERIFY(page.view().pages().line(399).has_value());
        picture(page, QStringLiteral("logs-room"));
        // Another theme has other colours for the names; one stays where one was.
        QTest::keyClick(&page.view().canvas(), Qt::Key_PageUp);
        QTest::keyClick(&page.view().canvas(), Qt::Key_Return);
        const std::uint64_t top = page.view().canvas().topLine();
        const QColor color = page.view().pages().sources().front().color;
        for (const auto mode : {theme::Mode::Dark, theme::Mode::Light}) {
            theme::apply(mode);
            QTest::qWait(60);
            QVERIFY(!page.view().canvas().following());
            QCOMPARE(page.view().canvas().topLine(), top);
            QVERIFY(page.view().findChild<LogDetails*>()->isVisible());
            QCOMPARE(page.view().pages().sources().front().color == color, mode == theme::Mode::Light);
        }
        auto* tree = page.findChild<QTreeWidget*>(QLatin1StringView(names::logsTree));
        QCOMPARE(tree->topLevelItemCount(), 3);
        QTreeWidgetItem* shop = tree->findItems(QStringLiteral("shop"), Qt::MatchExactly).value(0);
        QVERIFY(shop);
        shop->setCheckState(0, Qt::Unchecked);
        QCOMPARE(page.chosen(), std::set<QString>{"3"});
        emit tree->itemDoubleClicked(tree->findItems(QStringLiteral("job"), Qt::MatchStartsWith).value(0), 0);
        QCOMPARE(page.chosen(), std::set<QString>{"4"});
        rows.pop_back();
        model.setRows(rows);
        emit model.refreshed();
        QTRY_COMPARE(page.chosen(), std::set<QString>{});
    }

    // What a log must not be able to do: stop the window, or act on it.
    void badLines()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(900, 400);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        std::vector<dockerapi::LogLine> bad(8);
        for (int i = 0; i < 1'000'000; ++i)
            bad[0].text += "\x1b[3" + std::to_string(i % 8) + "mx";
        bad[1].text = std::string("a\0b\0", 4);
        bad[2].text = "\xff\xfe\xc3(\x80 invalid";
        bad[3].text = std::string(3 << 20, 'w');
        bad[4].text = "<img src=file:///etc/passwd> <a href=x>&lt;%n";
        bad[5].text = "\u202ertl e\u0301\u0301\u0301\u0301 zalgo";
        bad[6].text = "\x1b]52;c;aGk=\x07\x1b[2J\x1b[?1049hescapes";
        bad[7].text = "no end", bad[7].partial = true;
        for (auto& line : bad)
            line.timeNs = 1'790'000'000'000'000'000;
        client.onLines(bad);
        client.onLogEnd({});
        LogPages& pages = view.pages();
        QTRY_COMPARE(pages.count(), 8u);
        QTRY_VERIFY(pages.line(7).has_value());
        QTRY_VERIFY(pages.line(3)->length > 3'000'000);
        QCOMPARE(pages.line(1)->text, std::string_view("a\0b\0", 4));
        QCOMPARE(view.canvas().shownText(pages.line(6)->text), QStringLiteral("escapes"));
        for (const bool wrap : {false, true}) {
            view.canvas().setWrap(wrap);
            for (std::uint64_t line = 0; line < 8; ++line) {
                view.canvas().showLine(line);
                view.grab();
            }
        }
        view.canvas().setWrap(false);
        view.canvas().showLine(0);
        picture(view, QStringLiteral("logs-bad"));
        emit view.canvas().detailsRequested(0);
        QTest::qWait(50);
    }

    // The engine stops, answers nonsense, forgets the log: said, and tried again.
    void theEngineFails()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(900, 400);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(100));
        QTRY_COMPARE(view.pages().count(), 100u);
        QTRY_VERIFY(view.pages().line(99).has_value());
        client.onLines = {};
        client.onLogEnd(fail(ErrorKind::Unavailable, "the engine is gone"));
        QTRY_COMPARE(view.pages().problem(), QStringLiteral("the engine is gone"));
        QVERIFY(view.pages().line(99).has_value()); // what was read is still shown
        for (QPushButton* each : view.findChildren<QPushButton*>())
            if (each->text() == QStringLiteral("Try again"))
                each->click();
        QTRY_VERIFY(client.onLines);
        QVERIFY(!client.logOptions.since.empty()); // from where it stopped
        auto more = sampleLines(101);
        client.onLines(more);
        QTRY_COMPARE(view.pages().count(), 101u); // nothing twice
        QVERIFY(view.pages().problem().isEmpty());
    }

    void goingTo_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qlonglong>("line");
        QTest::addColumn<qlonglong>("timeNs"); // 0: none
        const auto at = [](const char* iso) { return QDateTime::fromString(QLatin1StringView(iso), Qt::ISODateWithMs).toMSecsSinceEpoch() * 1'000'000; };
        QTest::newRow("line") << "42" << 42LL << 0LL;
        QTest::newRow("line with commas") << "50,000,000" << 50'000'000LL << 0LL;
        QTest::newRow("clock") << "14:03" << 0LL << at("2026-11-27T14:03:00Z");
        QTest::newRow("clock, seconds") << "14:03:22.5" << 0LL << at("2026-11-27T14:03:22.500Z");
        QTest::newRow("date") << "2026-11-20 01:02" << 0LL << at("2026-11-20T01:02:00Z");
        QTest::newRow("offset") << "2026-11-20T01:02:00+02:00" << 0LL << at("2026-11-19T23:02:00Z");
        QTest::newRow("ago") << "-5m" << 0LL << at("2026-11-27T19:55:00Z");
        QTest::newRow("words") << "yesterday" << 0LL << 0LL;
        QTest::newRow("no such time") << "25:99" << 0LL << 0LL;
        QTest::newRow("no line") << "0" << 0LL << 0LL;
    }
    void goingTo()
    {
        QFETCH(QString, text);
        QFETCH(qlonglong, line);
        QFETCH(qlonglong, timeNs);
        const qint64 reference = QDateTime::fromString(QStringLiteral("2026-11-27T20:00:00Z"), Qt::ISODate).toMSecsSinceEpoch() * 1'000'000;
        const auto target = parseLogTarget(text, reference, true);
        QCOMPARE(target.has_value(), line != 0 || timeNs != 0);
        if (line != 0)
            QCOMPARE(std::get<std::uint64_t>(target->at), std::uint64_t(line));
        if (timeNs != 0)
            QCOMPARE(std::get<std::int64_t>(target->at), timeNs);
    }

    void looks()
    {
        const LineLook json = lookOf("{\"time\":\"x\",\"level\":\"error\",\"msg\":\"it \\u001b[2J broke\",\"port\":5432,\"tags\":[1,2]}", true);
        QCOMPARE(json.line.text, QStringLiteral("ERROR it  broke  port=5432 tags=[1,2] "));
        QCOMPARE(json.level, logstore::Level::Error);
        QVERIFY(lookOf("{\"a\":1}", false).line.text.startsWith(QLatin1Char('{')));
        QVERIFY(lookOf("{not json}", true).line.text.startsWith(QLatin1Char('{')));
        QVERIFY(lookOf(std::string(100'000, '[').insert(0, "{\"a\":") + "}", true).line.text.startsWith(QLatin1Char('{')));
        const std::string deep = "{\"a\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}";
        QVERIFY(lookOf(deep, true).line.text.startsWith(QLatin1Char('{')));
        const LineLook link = lookOf("see https://example.org/a?b=c, or http://x.y/z). file:///etc/passwd", true);
        QCOMPARE(link.links.size(), 2u);
        QCOMPARE(link.line.text.mid(link.links[0].first, link.links[0].second), QStringLiteral("https://example.org/a?b=c"));
        QCOMPARE(link.line.text.mid(link.links[1].first, link.links[1].second), QStringLiteral("http://x.y/z"));
    }

    void savesToAFile()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(2000));
        QTRY_COMPARE(view.pages().count(), 2000u);
        const QTemporaryDir dir;
        LogExport saving(client, nullptr);
        QSignalSpy ended(&saving, &LogExport::ended);
        saving.start(dir.filePath("x.log"), {"c1"}, {"c1"}, {}, logstore::ExportFormat::Plain);
        QTRY_COMPARE(ended.size(), 1);
        QVERIFY2(ended[0][1].toString().isEmpty(), qPrintable(ended[0][1].toString()));
        QByteArray want;
        for (const auto& line : sampleLines(2000))
            want += QByteArray::fromStdString(line.text) + '\n';
        QFile file(dir.filePath("x.log"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll() == want);
        saving.start(QStringLiteral("/no/such/folder/x.log"), {"c1"}, {"c1"}, {}, logstore::ExportFormat::Plain);
        QCOMPARE(ended.size(), 2);
        QVERIFY(!ended[1][1].toString().isEmpty());
    }

    void linesInMemory()
    {
        LineStore store(4u << 20);
        MemoryLog log(store);
        LogCanvas canvas(log);
        canvas.resize(400, 200);
        canvas.show();
        for (int round = 0; round < 60; ++round) {
            for (const dockerapi::LogLine& line : sampleLines(2000))
                store.append(line);
            log.linesChanged();
            canvas.viewport()->repaint(); // before the frame timer
            if (round == 20)
                QTest::keyClick(&canvas, Qt::Key_Home);
            if (round == 30)
                canvas.selectAll();
        }
        QVERIFY(store.firstLine() > 0);
        QTRY_VERIFY(canvas.topLine() >= store.firstLine());
        QVERIFY(!canvas.hasSelection());
        store.clear();
        log.linesChanged();
        canvas.viewport()->repaint();
        QCOMPARE(log.count(), 0u);
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
        QCOMPARE(client.shellOptions.command, std::vector<std::string>{"/bin/bash"});
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
        QTRY_VERIFY(client.onSample);
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
