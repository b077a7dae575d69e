// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "terminal/cell_style.h"

using namespace slipway::ui;

namespace
{
ViewColors colors(bool dark)
{
    QPalette palette;
    palette.setColor(QPalette::Base, dark ? QColor(0x1b, 0x1e, 0x23) : QColor(Qt::white));
    palette.setColor(QPalette::Text, dark ? QColor(0xe6, 0xe9, 0xef) : QColor(0x1b, 0x1f, 0x27));
    return ViewColors::of(palette);
}
CellColor ofSeventeen(int i) { return i < 16 ? CellColor::indexed(i) : CellColor{}; }
} // namespace

class TestCellStyle : public QObject
{
    Q_OBJECT
private slots:
    void themes_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void anyOfTheSixteenIsReadOnAny_data() { themes_data(); }
    void anyOfTheSixteenIsReadOnAny()
    {
        QFETCH(const bool, dark);
        const ViewColors view = colors(dark);
        for (int i = 0; i < 17 * 17 * 8; ++i) {
            CellStyle style{.fg = ofSeventeen(i % 17), .bg = ofSeventeen(i / 17 % 17), .flags = 0};
            const int flags = i / 289;
            style.set(CellStyle::Bold, flags & 1);
            style.set(CellStyle::Reverse, flags & 2);
            const auto inks = view.inks(style, flags & 4);
            const QString which = QStringLiteral("%1 on %2, flags %3: %4 on %5").arg(i % 17).arg(i / 17 % 17).arg(flags).arg(inks.text.name(), inks.background.name());
            if (style.fg == style.bg && style.fg != CellColor{}) // hidden
                QVERIFY2(inks.text == inks.background, qPrintable(which));
            else
                QVERIFY2(contrast(inks.text, inks.background) >= 4.5, qPrintable(which));
        }
    }

    void realColoursAreTrue_data() { themes_data(); }
    void realColoursAreTrue()
    {
        QFETCH(const bool, dark);
        const ViewColors view = colors(dark);
        for (int i = 16; i < 256; ++i) {
            QCOMPARE(view.inks({.fg = CellColor::indexed(i), .bg = CellColor::indexed(17), .flags = 0}).text, view.ansi(i));
            QCOMPARE(view.inks({.fg = {}, .bg = CellColor::indexed(i), .flags = 0}).background, view.ansi(i));
        }
        QCOMPARE(view.inks({.fg = CellColor::rgb(250, 250, 250), .bg = {}, .flags = 0}).text, QColor(250, 250, 250));
        QCOMPARE(view.inks({.fg = CellColor::rgb(250, 250, 250), .bg = CellColor::rgb(1, 2, 3), .flags = CellStyle::Reverse}).background, QColor(250, 250, 250));
        // Parts of pictures are not text.
        QCOMPARE(view.inks({.fg = CellColor::indexed(3), .bg = CellColor::indexed(11), .flags = 0}).blocks, view.ansi(3));
    }

    // What can be read anyway is not touched, and what is moved keeps its tint.
    void asLittleAsItTakes()
    {
        const ViewColors view = colors(false);
        QCOMPARE(view.inks({.fg = CellColor::indexed(1), .bg = {}, .flags = 0}).text, view.ansi(1));
        const QColor green = view.inks({.fg = CellColor::indexed(2), .bg = CellColor::rgb(0x60, 0x60, 0x60), .flags = 0}).text;
        QVERIFY(contrast(green, QColor(0x60, 0x60, 0x60)) < 4.8);
        QVERIFY2(green.green() > green.red() && green.green() > green.blue(), qPrintable(green.name()));
        // Plain text has no tint to lose.
        QVERIFY(contrast(view.inks({.fg = {}, .bg = CellColor::indexed(9), .flags = 0}).text, view.ansi(9)) > 6.5);
        const ViewColors night = colors(true);
        QCOMPARE(night.inks({.fg = CellColor::indexed(0), .bg = CellColor::indexed(6), .flags = 0}).text, night.background); // black, not grey
    }
};

QTEST_APPLESS_MAIN(TestCellStyle)
#include "tst_cell_style.moc"
