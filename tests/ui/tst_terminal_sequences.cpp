// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <array>

#include <vterm.h>

#include "sequence_generator.h"
#include "terminal/mono_text.h"
#include "terminal/terminal_screen.h"

using namespace slipway::ui;

namespace
{

// libvterm as it comes, with its own screen layer.
class PlainScreen
{
public:
    PlainScreen(int rows, int columns) : m_vterm(vterm_new(rows, columns)), m_screen(vterm_obtain_screen(m_vterm))
    {
        vterm_set_utf8(m_vterm, 1);
        vterm_screen_enable_altscreen(m_screen, 1);
        vterm_screen_reset(m_screen, 1);
    }
    ~PlainScreen() { vterm_free(m_vterm); }
    void write(const std::string& bytes) { vterm_input_write(m_vterm, bytes.data(), bytes.size()); }
    VTermPos cursor() const
    {
        VTermPos at{};
        vterm_state_get_cursorpos(vterm_obtain_state(m_vterm), &at);
        return at;
    }
    VTermScreenCell cell(int row, int column) const
    {
        VTermScreenCell cell{};
        vterm_screen_get_cell(m_screen, {row, column}, &cell);
        return cell;
    }

private:
    VTerm* m_vterm;
    VTermScreen* m_screen;
};

CellColor colour(const VTermColor& c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
        return {};
    return VTERM_COLOR_IS_INDEXED(&c) ? CellColor::indexed(c.indexed.idx) : CellColor::rgb(c.rgb.red, c.rgb.green, c.rgb.blue);
}

CellStyle styleOf(const VTermScreenCell& cell)
{
    CellStyle style;
    style.fg = colour(cell.fg);
    style.bg = colour(cell.bg);
    style.set(CellStyle::Bold, cell.attrs.bold);
    style.set(CellStyle::Underline, cell.attrs.underline);
    style.set(CellStyle::DoubleUnderline, cell.attrs.underline == VTERM_UNDERLINE_DOUBLE);
    style.set(CellStyle::CurlyUnderline, cell.attrs.underline == VTERM_UNDERLINE_CURLY);
    style.set(CellStyle::Italic, cell.attrs.italic);
    style.set(CellStyle::Blink, cell.attrs.blink);
    style.set(CellStyle::Reverse, cell.attrs.reverse);
    style.set(CellStyle::Conceal, cell.attrs.conceal);
    style.set(CellStyle::Strike, cell.attrs.strike);
    return style;
}

bool isWide(std::uint32_t c) { return c != 0xffffffff && columnsOf(c) == 2; }

QString shown(const std::string& bytes) { return QString::fromLatin1(QByteArray::fromStdString(bytes).toPercentEncoding(" ;[?!\"#()<>=+*,'/:@$&|{}~^`\\]")); }

QString describe(const CellStyle& s)
{
    return QStringLiteral("fg %1/%2/%3/%4 bg %5/%6/%7/%8 flags %9").arg(s.fg.kind).arg(s.fg.r).arg(s.fg.g).arg(s.fg.b).arg(s.bg.kind).arg(s.bg.r).arg(s.bg.g).arg(s.bg.b).arg(s.flags);
}

// What differs, or nothing.
QString difference(const TerminalScreen& ours, const PlainScreen& plain, int& joined)
{
    const VTermPos at = plain.cursor();
    if (at.row != ours.cursorRow() || at.col != ours.cursorColumn())
        return QStringLiteral("cursor at %1,%2 instead of %3,%4").arg(ours.cursorRow()).arg(ours.cursorColumn()).arg(at.row).arg(at.col);
    TerminalLine line;
    for (int r = 0; r < ours.rows(); ++r) {
        ours.read(ours.lineCount() - ours.rows() + r, line);
        std::uint32_t left = 0;
        for (int c = 0; c < ours.columns(); ++c) {
            const VTermScreenCell theirs = plain.cell(r, c);
            const TerminalCell cell = static_cast<std::size_t>(c) < line.cells.size() ? line.cells[static_cast<std::size_t>(c)] : TerminalCell{};
            const QString where = QStringLiteral("cell %1,%2: ").arg(r).arg(c);
            const std::uint32_t code = theirs.chars[0];
            const bool orphan = code == 0xffffffff && !isWide(left);
            left = code;
            if (code == 0xffffffff) { // the second half of a wide character; libvterm leaves such halves alone, we never do
                if (cell.code != 0 || (orphan && cell.width == 0))
                    return where + QStringLiteral("not covered");
                continue;
            }
            if (isWide(code) && cell.code == 0) {
                joined += theirs.width == 2; // the other half had been lost, and came back by accident
                continue;
            }
            QString text;
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && theirs.chars[i]; ++i)
                text += QString::fromUcs4(reinterpret_cast<const char32_t*>(&theirs.chars[i]), 1);
            if ((code == 0 ? QStringLiteral(" ") : text) != ours.text(cell) || (cell.code == 0) != (code == 0))
                return where + QStringLiteral("'%1' instead of '%2'").arg(ours.text(cell), text);
            CellStyle mine = line.styles[cell.style], expected = styleOf(theirs);
            mine.set(CellStyle::Protected, false);
            mine.set(CellStyle::Dim, false); // which libvterm does not know
            if (code == 0)
                expected.fg = mine.fg = {}; // a blank has none
            if (mine != expected)
                return where + describe(mine) + QStringLiteral(" instead of ") + describe(expected);
        }
    }
    return {};
}

// The end of a piece of about SIZE. A mark comes with its letter: in the last column libvterm puts it on the next line otherwise.
std::size_t cut(std::string_view text, std::size_t at, std::size_t size)
{
    std::size_t end = std::min(at + size, text.size());
    while (end < text.size() && static_cast<unsigned char>(text[end]) == 0xcc)
        end = std::min(end + 2, text.size());
    return end;
}

QStringList everything(const TerminalScreen& screen)
{
    QStringList all;
    TerminalLine line;
    for (int i = 0; i < screen.lineCount(); ++i) {
        screen.read(i, line);
        QString text = screen.text(line) + (line.continued ? QStringLiteral("…") : QString());
        for (const TerminalCell& cell : line.cells)
            if (cell.style != 0)
                text += describe(line.styles[cell.style]);
        all << text;
    }
    return all << QStringLiteral("%1,%2").arg(screen.cursorRow()).arg(screen.cursorColumn());
}

} // namespace

class TestTerminalSequences : public QObject
{
    Q_OBJECT
private slots:
    void sameCellsAsPlainLibvterm()
    {
        bool given = false;
        const unsigned first = qEnvironmentVariable("SLIPWAY_SEED").toUInt(&given);
        int sequences = 0, joined = 0;
        for (unsigned seed = given ? first : 1; sequences < 5000; ++seed) {
            SequenceGenerator generator(seed);
            const int rows = 1 + generator.number(30), columns = 4 + generator.number(100);
            TerminalScreen ours(rows, columns, 1000);
            PlainScreen plain(rows, columns);
            std::string history;
            for (int i = 0; i < 50; ++i, ++sequences) {
                const std::string sequence = generator.next(rows, columns);
                history += sequence;
                plain.write(sequence);
                for (std::size_t at = 0; at < sequence.size();) { // ours gets it in pieces, as it comes from a socket
                    const std::size_t stop = cut(sequence, at, generator.oneIn(3) ? static_cast<std::size_t>(1 + generator.number(40)) : sequence.size());
                    ours.write(std::string_view(sequence).substr(at, stop - at));
                    at = stop;
                }
                const QString wrong = difference(ours, plain, joined);
                if (!wrong.isEmpty())
                    QFAIL(qPrintable(QStringLiteral("SLIPWAY_SEED=%1, %2×%3, sequence %4: %5\nafter %6\nthe last was %7")
                                         .arg(seed).arg(rows).arg(columns).arg(i).arg(wrong, shown(history), shown(sequence))));
            }
            if (given)
                break;
        }
        QVERIFY2(joined < 50, qPrintable(QString::number(joined)));
    }

    // At the last column it matters whether the next character goes there or wraps: all steps in all orders, behind wide characters too. All pairs, and
    // some of the threes.
    void atTheEdge()
    {
        const std::string run(50, 'r'), wide = "\u4e2d";
        const std::vector<std::string> steps = {"a", wide, "ab" + wide, "e\u0301", run, run + "\r\n" + run + "\n", "\r", "\n", "\r\n", "\b", "\t", "\x1b[A", "\x1b[B",
                                                "\x1b[C", "\x1b[D", "\x1b[9G", "\x1b[10G", "\x1b[3d", "\x1b[2;9H", "\x1b[2;10H", "\x1b[K", "\x1b[1K", "\x1b[2K",
                                                "\x1b[31m", "\x1b[7m" + wide + "\x1b[m", "\x1b[P", "\x1b[@", "\x1b""7", "\x1b""8"};
        constexpr int rows = 4, columns = 10;
        int joined = 0;
        for (int start = 8; start <= columns; ++start)
            for (std::size_t order = 0; order < steps.size() * steps.size() * steps.size(); order += order < steps.size() * steps.size() ? 1 : 31) {
                TerminalScreen ours(rows, columns, 100);
                PlainScreen plain(rows, columns);
                const std::string first = "\x1b[2;" + std::to_string(start) + 'H';
                const std::array all{first, steps[order % steps.size()], steps[order / steps.size() % steps.size()], steps[order / steps.size() / steps.size()], std::string("x")};
                std::string written;
                for (const std::string& step : all) {
                    ours.write(step);
                    plain.write(step);
                    written += step;
                    const QString wrong = difference(ours, plain, joined);
                    if (!wrong.isEmpty())
                        QFAIL(qPrintable(wrong + QStringLiteral(" after ") + shown(written)));
                }
            }
    }

    // What is written past libvterm looks as if it had passed through, scrollback included.
    void inOnePieceOrByteByByte()
    {
        for (unsigned seed = 1; seed <= 60; ++seed) {
            SequenceGenerator generator(seed);
            const int rows = 1 + generator.number(30), columns = 4 + generator.number(100);
            TerminalScreen whole(rows, columns, 300), slow(rows, columns, 300), limited(rows, columns, 300);
            std::string text;
            for (int i = 0; i < 40; ++i)
                text += generator.next(rows, columns);
            whole.write(text);
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t stop = cut(text, at, 1);
                slow.write(std::string_view(text).substr(at, stop - at));
                at = stop;
            }
            for (std::string_view rest = text; !rest.empty();) {
                const std::size_t taken = limited.write(rest, 50);
                QVERIFY(taken > 0 && taken <= rest.size());
                rest.remove_prefix(taken);
            }
            const QStringList expected = everything(slow);
            for (const TerminalScreen* other : {&whole, &limited}) {
                const QStringList got = everything(*other);
                for (qsizetype i = 0; i < std::min(got.size(), expected.size()); ++i)
                    if (got[i] != expected[i])
                        QFAIL(qPrintable(QStringLiteral("seed %1, %2×%3, line %4 of %5 is\n%6\ninstead of\n%7\nafter %8")
                                             .arg(seed).arg(rows).arg(columns).arg(i).arg(got.size()).arg(got[i], expected[i], shown(text))));
                QCOMPARE(got.size(), expected.size());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestTerminalSequences)
#include "tst_terminal_sequences.moc"
