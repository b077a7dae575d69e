// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QImage>
#include <QLocale>
#include <QScreen>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include <cmath>

#include "fake_engine.h"
#include "isolated_settings.h"
#include "log_samples.h"
#include "logs/find_bar.h"
#include "logs/log_canvas.h"
#include "logs/log_view.h"

using namespace slipway;
using namespace slipway::ui;

// What a log's window shows after scrolling and following, where it moves pixels, is what painting all of it gives. With
// SLIPWAY_PICTURES=DIR both are saved when they differ.
class TestLogPicture : public QObject
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
    // What the window system has of it and what a whole painting gives.
    static bool shownAsPainted(QWidget& window)
    {
        QTest::qWait(20);
        const QSize size = (QSizeF(window.size()) * window.devicePixelRatioF()).toSize();
        QImage shown = window.screen()
                           ->grabWindow(window.winId(), 0, 0, size.width(), size.height())
                           .toImage()
                           .convertToFormat(QImage::Format_RGB32);
        QImage painted = window.grab().toImage().convertToFormat(QImage::Format_RGB32);
        shown.setDevicePixelRatio(1);
        painted.setDevicePixelRatio(1);
        painted = painted.copy(shown.rect()); // the platform may give less of it
        if (const QString dir = qEnvironmentVariable("SLIPWAY_PICTURES"); shown != painted && !dir.isEmpty()) {
            shown.save(dir + QStringLiteral("/shown.png"));
            painted.save(dir + QStringLiteral("/painted.png"));
        }
        return shown == painted;
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English)); }
    // Scrolling moves what is on the screen and paints the rest: nothing of the old place may stay.
    void scrolledAsPaintedWhole_data()
    {
        QTest::addColumn<bool>("wrap");
        QTest::newRow("lines") << false;
        QTest::newRow("wrapped") << true;
    }
    void scrolledAsPaintedWhole()
    {
        QFETCH(bool, wrap);
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(700, 500);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(3000));
        QTRY_COMPARE(view.pages().count(), 3000u);
        LogCanvas& canvas = view.canvas();
        canvas.setWrap(wrap);
        QTRY_VERIFY(shownAsPainted(view));
        canvas.verticalScrollBar()->setValue(1200);
        QTRY_VERIFY(view.pages().line(1200) && view.pages().line(1400) && view.pages().line(1000));
        QTest::mouseClick(canvas.viewport(), Qt::LeftButton, {}, {300, 100});
        for (const int notches : {-1, -1, 2, -3, 7, -1, 1, -40, 1}) {
            QWheelEvent wheel({300, 300}, canvas.viewport()->mapToGlobal(QPointF(300, 300)), {}, {0, notches * 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(canvas.viewport(), &wheel);
            QTRY_VERIFY(shownAsPainted(view));
        }
        for (const int key : {Qt::Key_Down, Qt::Key_Down, Qt::Key_Up, Qt::Key_PageDown, Qt::Key_Right, Qt::Key_Down, Qt::Key_End, Qt::Key_Up, Qt::Key_Home, Qt::Key_Down}) {
            QTest::keyClick(&canvas, static_cast<Qt::Key>(key));
            QTRY_VERIFY(view.pages().line(canvas.topLine()) && view.pages().line(std::min<std::uint64_t>(canvas.topLine() + 40, 2999)));
            QTRY_VERIFY(shownAsPainted(view));
        }
        for (int i = 0; i < 3; ++i) { // two steps before one painting
            QTest::keyClick(&canvas, Qt::Key_Down);
            canvas.setNumbers(i % 2 == 0);
            QTest::keyClick(&canvas, Qt::Key_Down);
            QTRY_VERIFY(shownAsPainted(view));
        }
    }
    // As lines come, those that are there move up as pixels.
    void followedAsPaintedWhole_data()
    {
        QTest::addColumn<bool>("wrap");
        QTest::addColumn<QString>("filter");
        QTest::newRow("lines") << false << "";
        QTest::newRow("wrapped") << true << "";
        QTest::newRow("filtered") << false << "order";
        QTest::newRow("wrapped, filtered") << true << "order";
    }
    void followedAsPaintedWhole()
    {
        QFETCH(bool, wrap);
        QFETCH(QString, filter);
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(500, 400);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        LogCanvas& canvas = view.canvas();
        canvas.setWrap(wrap);
        if (!filter.isEmpty()) {
            emit canvas.findRequested();
            button(view, QStringLiteral("Filter"))->click();
            view.findChild<FindBar*>()->open(filter);
        }
        std::uint64_t sent = 0;
        // All lines are told apart and some have the next one's beginning in the same call.
        const auto send = [&](int count) {
            auto lines = sampleLines(count);
            for (auto& line : lines)
                line.text = std::to_string(sent++) + ' ' + line.text,
                line.timeNs += static_cast<std::int64_t>(sent) * 1'000'000'000'000;
            client.onLines(lines);
        };
        const auto here = [&] {
            for (std::uint64_t row = view.pages().count() - std::min<std::uint64_t>(view.pages().count(), 30);
                 row < view.pages().count(); ++row)
                if (const auto line = view.pages().lineAt(row); !line || !view.pages().line(*line))
                    return false;
            return view.pages().endLine() == sent && !view.pages().rowsRun().running();
        };
        for (const int count : {1, 1, 5, 1, 20, 1, 1, 3, 7, 300, 2, 1, 14, 1}) { // begins in an empty window
            send(count);
            QTRY_VERIFY2(here(), qPrintable(QStringLiteral("%1 sent, %2 there, %3 rows, %4")
                                                .arg(sent)
                                                .arg(view.pages().endLine())
                                                .arg(view.pages().count())
                                                .arg(view.pages().rowsRun().running())));
            QTRY_VERIFY(canvas.verticalScrollBar()->value() == canvas.verticalScrollBar()->maximum());
            QTRY_VERIFY(shownAsPainted(view));
        }
        QTest::mouseClick(canvas.viewport(), Qt::LeftButton, {}, {300, 200});
        QTest::mouseDClick(canvas.viewport(), Qt::LeftButton, {}, {200, 250});
        canvas.setNumbers(true);
        for (const int count : {1, 14, 2, 700, 1}) { // across a digit more in the numbers
            send(count);
            QTRY_VERIFY(here());
            QTRY_VERIFY(shownAsPainted(view));
        }
        if (filter.isEmpty()) {
            emit canvas.findRequested();
            view.findChild<FindBar*>()->open(QStringLiteral("order"));
        }
        send(30);
        QTRY_VERIFY(here());
        QTRY_VERIFY(!view.pages().findRun().running());
        QTRY_VERIFY(shownAsPainted(view));
        QTest::keyClick(&view, Qt::Key_F3, Qt::ShiftModifier);
        QTest::keyClick(&canvas, Qt::Key_PageUp); // the pill stands over it now
        QTest::qWait(50);
        for (const int count : {1, 40}) {
            send(count);
            QTRY_VERIFY(shownAsPainted(view));
        }
        QTest::keyClick(&canvas, Qt::Key_Down);
        QTRY_VERIFY(shownAsPainted(view));
        canvas.setFollow(true);
        send(3);
        QTRY_VERIFY(here());
        QTRY_VERIFY(shownAsPainted(view));
        // A line that goes on is painted again: a long one comes in pieces.
        auto part = sampleLines(1);
        part[0].text.append(70'000, 'x');
        part[0].partial = true, part[0].timeNs += 10'000'000'000'000'000;
        client.onLines(part);
        ++sent;
        QTRY_VERIFY(here());
        QTRY_VERIFY(shownAsPainted(view));
        const auto length = [&] { return view.pages().line(sent - 1).value_or(LogLineView()).length; };
        const std::uint64_t before = length();
        client.onLines(part);
        QTRY_VERIFY(length() > before);
        QTRY_VERIFY(shownAsPainted(view));
    }
    void followingPaintsWhatIsNew()
    {
        FakeClient client;
        EngineBridge bridge(client);
        LogView view(bridge);
        view.resize(700, 500);
        view.show();
        view.setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(client.onLines);
        client.onLines(sampleLines(3000));
        QTRY_VERIFY(view.pages().line(2999));
        LogCanvas& canvas = view.canvas();
        QTRY_VERIFY(shownAsPainted(view));
        const double dpr = canvas.devicePixelRatioF();
        if (dpr != std::round(dpr))
            QSKIP("a line is no whole number of pixels");
        for (int i = 0; i < 20; ++i) {
            auto lines = sampleLines(1);
            lines[0].timeNs += 1'000'000'000'000LL * (i + 1);
            canvas.forgetPaints();
            client.onLines(lines);
            QTRY_VERIFY(view.pages().line(3000 + std::uint64_t(i)));
            QTRY_VERIFY(canvas.paintedLines() > 0);
            QTest::qWait(30);
            QVERIFY2(canvas.paintedLines() <= 6, qPrintable(QString::number(canvas.paintedLines())));
        }
        QVERIFY(shownAsPainted(view));
    }
};

QTEST_MAIN(TestLogPicture)
#include "tst_log_picture.moc"
