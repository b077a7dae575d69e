// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <QByteArray>

#include <vterm.h>

#include "terminal/plain_bytes.h"

// What a program prints, split into texts, controls and sequences before libvterm gets it. libvterm 0.3.3 writes past its arrays
// when a sequence has more than 16 arguments, repeats a character without width for ever, goes left of the first column at
// an encoded C1 control, keeps every combining mark, and reads a saved cursor that is outside after a change of size.
namespace slipway::ui
{
namespace
{
constexpr std::size_t longestSequence = 400, longestString = 140'000; // an OSC 52 of 100,000 bytes in base64
constexpr std::size_t mostDigits = 9, longestText = 4096;
constexpr qsizetype longestTitle = 200, longestClipboard = 100'000;

bool isIntermediate(char c) { return c >= 0x20 && c <= 0x2f; }
bool isLeader(char c) { return c >= 0x3c && c <= 0x3f; }
bool isArgument(char c) { return c >= '0' && c <= ';'; }
bool isFinal(char c) { return c >= 0x40 && c <= 0x7e; }

// How many bytes at the end of [BEGIN, END) begin a character that is not complete: 0 to 3.
std::size_t openTail(const char* begin, const char* end)
{
    for (std::ptrdiff_t back = 1; back <= 3 && back <= end - begin; ++back) {
        const auto c = static_cast<unsigned char>(end[-back]);
        if (c < 0x80)
            return 0;
        if (c < 0xc0)
            continue;
        const int length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        return length > back && c < 0xf8 ? static_cast<std::size_t>(back) : 0;
    }
    return 0;
}

QString printable(std::string_view utf8, qsizetype longest)
{
    QString text;
    for (const QChar c : QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())))
        if (c.isPrint() || c.isSurrogate())
            text += c;
    return text.left(longest).trimmed();
}
} // namespace

std::size_t TerminalScreen::write(std::string_view bytes, std::size_t effort)
{
    m_effort = 0;
    if (!bytes.empty())
        m_left.reset();
    std::string joined;
    const std::size_t held = m_tail.size();
    if (held > 0) {
        joined = std::exchange(m_tail, {});
        joined += bytes;
        bytes = joined;
    }
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    const char* const fresh = at + held;
    while (at < end && (m_effort <= effort || at <= fresh)) {
        if (m_input != Input::Ground) {
            step(static_cast<unsigned char>(*at++));
            ++m_effort;
        } else if (*at == '\x1b') {
            at = writeSequence(at, end);
        } else {
            at = writeText(at, end);
        }
    }
    return static_cast<std::size_t>(at - fresh);
}

void TerminalScreen::feed(std::string_view bytes)
{
    if (!bytes.empty())
        vterm_input_write(m_vterm, bytes.data(), bytes.size());
}

// Text and controls up to an escape, or as much as may go at once.
const char* TerminalScreen::writeText(const char* at, const char* const end)
{
    constexpr std::ptrdiff_t worthIt = 40, piece = 64 * 1024;
    const auto c = static_cast<unsigned char>(*at);
    if (c < 0x20 && !plainByte(*at)) {
        control(*at);
        return at + 1;
    }
    if (c == 0x7f)
        return at + 1;
    if (plainByte(*at) && !m_partialText && canWritePast()) {
        const char* stop = plainEnd(at, std::min(end, at + piece));
        if (stop < end && static_cast<unsigned char>(*stop) >= 0x80)
            --stop; // libvterm must see the letter of a mark that may follow
        if (stop > at && (m_past || m_penPast || stop - at >= worthIt)) {
            writePast(at, stop);
            m_effort += static_cast<std::size_t>(stop - at) / 8;
            return stop;
        }
    }
    const char* stop = slowTextEnd(at, end);
    if (stop == at)
        return at + 2; // an encoded C1 control
    const std::size_t open = openTail(at, stop);
    const char* const next = stop;
    if (open > 0 && stop == end) {
        m_tail.assign(stop - open, stop);
        stop -= open;
    } else if (open > 0 && static_cast<unsigned char>(*stop) >= 0x80) { // cut here
        stop -= open;
        if (stop == at)
            stop = next;
    } else {
        m_partialText = open > 0;
    }
    sync();
    feed({at, stop});
    if (m_tooMany) { // libvterm forgets the character and its marks
        m_tooMany = false;
        m_muted = true;
        feed("\r \r");
        if (m_cursorColumn > 0)
            feed("\x1b[" + std::to_string(m_cursorColumn) + 'C');
        m_muted = false;
    }
    return m_tail.empty() ? stop : end;
}

// Of text that libvterm gets in one piece, for it combines marks with letters only so.
const char* TerminalScreen::slowTextEnd(const char* at, const char* const end) const
{
    constexpr std::ptrdiff_t longRun = 256;
    const bool translated = m_unusual & (Charset | Shifted); // libvterm would translate what follows a foreign character otherwise
    const bool cornered = m_unusual == 0 && !m_past && m_cursorColumn >= m_columns - 1;
    const char* const limit = std::min(end, at + longestText);
    const char* stop = at;
    while (stop < limit) {
        const auto c = static_cast<unsigned char>(*stop);
        if (translated && stop > at && (c >= 0x80) != (static_cast<unsigned char>(stop[-1]) >= 0x80))
            break;
        if (plainByte(*stop)) {
            const char* const run = plainEnd(stop, limit);
            const auto* const line = run - stop >= longRun ? static_cast<const char*>(std::memchr(stop, '\n', static_cast<std::size_t>(longRun / 2))) : nullptr;
            if (line && m_unusual == 0)
                return line + 1;
            if (cornered && run - stop >= longRun)
                return stop + 2; // then it is known where the cursor is
            stop = run;
        } else if (c < 0x80 || (c == 0xc2 && stop + 1 < end && static_cast<unsigned char>(stop[1]) >= 0x80 && static_cast<unsigned char>(stop[1]) < 0xa0)) {
            break;
        } else {
            ++stop;
        }
    }
    return stop;
}

// Most sequences are short and whole: they need not be taken byte by byte.
const char* TerminalScreen::writeSequence(const char* at, const char* const end)
{
    if (end - at > 2 && at[1] == '[') {
        if (const char* const after = writePen(at + 2, end))
            return after;
        const char* stop = at + 2;
        while (stop < end && isLeader(*stop))
            ++stop;
        while (stop < end && isArgument(*stop))
            ++stop;
        while (stop < end && isIntermediate(*stop))
            ++stop;
        if (stop < end && isFinal(*stop) && stop - at < static_cast<std::ptrdiff_t>(longestSequence)) {
            finishCsi({at, stop + 1});
            return stop + 1;
        }
    }
    m_input = Input::Escape;
    m_sequence.clear();
    return at + 1;
}

void TerminalScreen::control(char c)
{
    if (c == '\0' || c == '\x7f' || c == '\x18' || c == '\x1a')
        return;
    sync();
    if (c == '\x0e')
        m_unusual |= Shifted;
    if (c == '\x0f')
        m_unusual &= static_cast<std::uint16_t>(~Shifted);
    feed({&c, 1});
}

// The states are those of libvterm's parser, so that what it would swallow is swallowed here.
void TerminalScreen::step(unsigned char c)
{
    const bool string = m_input >= Input::OscCommand && m_input != Input::DcsCommand;
    if (c == 0 || c == 0x7f)
        return;
    if (c == 0x18 || c == 0x1a) {
        m_input = Input::Ground;
        m_escapeInString = false;
        return;
    }
    if (c == 0x1b) {
        if (string)
            m_escapeInString = true;
        else
            m_input = Input::Escape;
        m_sequence.clear();
        return;
    }
    if (c < 0x20 && !(c == 7 && string)) {
        if (m_input != Input::Sos)
            control(static_cast<char>(c));
        return;
    }
    bool terminator = c == 7;
    if (m_escapeInString) {
        m_escapeInString = false;
        if (c == '\\') {
            terminator = true;
        } else {
            m_input = Input::Escape;
            if (c >= 0x40 && c < 0x60) { // not even a sequence, says libvterm
                m_input = Input::Ground;
                return;
            }
        }
    }
    switch (m_input) {
    case Input::Ground: break;
    case Input::Escape:
        if (isIntermediate(static_cast<char>(c))) {
            if (m_sequence.size() < 15)
                m_sequence += static_cast<char>(c);
        } else if (c >= 0x30 && c < 0x7f) {
            m_input = Input::Ground;
            finishEscape(static_cast<char>(c));
        }
        break;
    case Input::Csi: {
        const char byte = static_cast<char>(c), last = m_sequence.back(); // it begins with ESC [
        const bool leader = isLeader(byte) && (last == '[' || isLeader(last));
        const bool argument = isArgument(byte) && !isIntermediate(last);
        if (leader || argument || isIntermediate(byte)) {
            m_tooLong = m_tooLong || m_sequence.size() >= longestSequence;
            if (!m_tooLong)
                m_sequence += byte;
            break;
        }
        m_input = Input::Ground;
        if (isFinal(byte) && !m_tooLong) {
            m_sequence += byte;
            finishCsi(m_sequence);
        }
        break;
    }
    case Input::OscCommand:
        if (c >= '0' && c <= '9') {
            m_command = std::min(m_command < 0 ? c - '0' : m_command * 10 + c - '0', 99'999);
            break;
        }
        m_input = Input::Osc;
        if (c == ';')
            break;
        [[fallthrough]];
    case Input::Osc:
        if (terminator)
            finishString();
        else if ((m_command == 0 || m_command == 2 || m_command == 52) && m_string.size() <= longestString)
            m_string += static_cast<char>(c);
        break;
    case Input::DcsCommand:
        if (isFinal(static_cast<char>(c)) && !terminator)
            m_input = Input::String;
        break;
    case Input::String:
    case Input::Sos:
        if (terminator)
            m_input = Input::Ground;
        break;
    }
}

void TerminalScreen::finishEscape(char final)
{
    if (m_sequence.empty()) {
        switch (final) {
        case 'P': m_input = Input::DcsCommand; return;
        case 'X': m_input = Input::Sos; return;
        case '[':
            m_input = Input::Csi;
            m_sequence = "\x1b[";
            m_tooLong = false;
            return;
        case ']':
            m_input = Input::OscCommand;
            m_command = -1;
            m_string.clear();
            return;
        case '^':
        case '_': m_input = Input::String; return;
        default: break;
        }
    }
    sync();
    const bool alone = m_sequence.empty();
    if (alone && final == 'c')
        feed("\x1b[?1047l\x1b[?5l\x1b[?1000l"); // libvterm's own reset leaves these as they are
    m_filling = m_sequence == "#";
    feed("\x1b" + m_sequence + final);
    m_filling = false;
    if (!alone && m_sequence[0] == '(')
        setUnusual(Charset, final != 'B' || m_sequence.size() > 1);
    else if (!alone && m_sequence[0] == '#' && final != '8')
        setUnusual(BigLines, true);
    else if (alone && (final == 'n' || final == 'o' || final == 'N' || final == 'O'))
        setUnusual(Charset, true);
    else if (alone && final == 'H')
        setUnusual(Tabs, true);
    else if (alone && final == 'c')
        forgetModes();
    else if (alone && final == '8')
        keepCursorInside();
}

void TerminalScreen::keepCursorInside()
{
    VTermPos at{};
    vterm_state_get_cursorpos(vterm_obtain_state(m_vterm), &at);
    if (!inside(at.row, at.col))
        feed("\x1b[0n"); // asks nothing; every CSI ends by moving the cursor to where it may be
}

void TerminalScreen::finishCsi(std::string_view all)
{
    Csi csi;
    csi.final = all.back();
    std::size_t at = 2;
    while (isLeader(all[at]))
        ++at;
    csi.leader = all.substr(2, at - 2);
    bool fits = csi.leader.size() <= 8;
    for (std::size_t digits = 0; isArgument(all[at]); ++at) {
        if (all[at] >= '0' && all[at] <= '9') {
            fits = fits && ++digits <= mostDigits;
            if (digits <= mostDigits)
                csi.arguments[csi.count - 1] = std::max(0L, csi.arguments[csi.count - 1]) * 10 + all[at] - '0';
        } else if (csi.count == mostArguments) {
            fits = false;
            while (isArgument(all[at + 1]))
                ++at;
        } else {
            digits = 0;
            csi.arguments[csi.count++] = missing;
        }
    }
    csi.intermediates = all.substr(at, all.size() - 1 - at);
    if (csi.leader.size() > 8 || csi.intermediates.size() > 8)
        return;
    csi.plain = fits && csi.leader.empty() && csi.intermediates.empty() && !all.contains(':');
    if (csi.plain && movePast(csi))
        return;
    sync();
    if (csi.is("", "", 'b') && m_lastWidth <= 0)
        return;
    const int textWidth = m_lastWidth;
    if (fits) {
        feed(all);
    } else { // without what is too much; subarguments become arguments
        std::string rewritten = "\x1b[" + std::string(csi.leader);
        for (std::size_t i = 0; i < csi.count; ++i)
            rewritten += (i > 0 ? ";" : "") + (csi.arguments[i] == missing ? std::string() : std::to_string(csi.arguments[i]));
        feed(rewritten + std::string(csi.intermediates) + csi.final);
    }
    m_lastWidth = textWidth;
    m_effort += 8;
    noteModes(csi);
}

void TerminalScreen::setUnusual(std::uint16_t bits, bool on)
{
    m_unusual = static_cast<std::uint16_t>(on ? m_unusual | bits : m_unusual & ~bits);
}

void TerminalScreen::noteModes(const Csi& csi)
{
    const long first = csi.arguments[0], second = csi.count > 1 ? csi.arguments[1] : missing;
    if (csi.is("", "", 'm')) {
        noteDim(csi);
    } else if (csi.is("", "", 'r')) {
        setUnusual(Region, first > 1 || (second != missing && second != m_rows));
    } else if (csi.is("", "", 's')) {
        setUnusual(Margins, first > 1 || second != missing);
    } else if (csi.is("", "", 'g')) {
        setUnusual(Tabs, true);
    } else if (csi.is("", "", 'h') || csi.is("", "", 'l')) {
        if (first == 4 || first == 20)
            setUnusual(first == 4 ? Insert : NewLine, csi.final == 'h');
    } else if (csi.is("?", "", 'h') || csi.is("?", "", 'l')) {
        const bool on = csi.final == 'h';
        for (std::size_t i = 0; i < csi.count; ++i) {
            switch (csi.arguments[i]) {
            case 6: setUnusual(Origin, on); break;
            case 7: setUnusual(NoWrap, !on); break;
            case 69: setUnusual(Margins, true); break; // until a reset: the margins stay while it is off
            case 2004: m_bracketedPaste = on; break;
            default: break;
            }
        }
    } else if (csi.is("", "!", 'p')) {
        forgetModes();
    } else if (csi.is("", "\"", 'q')) {
        setUnusual(Protect, first == 1);
    }
}

void TerminalScreen::forgetModes()
{
    m_unusual = 0;
    m_bracketedPaste = false;
    m_mouse = MouseMode::None;
    m_pen.set(CellStyle::Dim, false);
    m_penChanged = true;
}

// SGR 2, which libvterm does not know.
void TerminalScreen::noteDim(const Csi& csi)
{
    for (std::size_t i = 0; i < csi.count; ++i) {
        const long value = csi.arguments[i];
        if ((value == 38 || value == 48 || value == 58) && i + 1 < csi.count) {
            i += csi.arguments[i + 1] == 2 ? 4 : 2;
        } else if (value == 2 || value == 22 || value == 0 || value == missing) {
            m_pen.set(CellStyle::Dim, value == 2);
            m_penChanged = true;
        }
    }
}

void TerminalScreen::finishString()
{
    m_input = Input::Ground;
    const std::string string = std::exchange(m_string, {});
    if (m_command == 0 || m_command == 2) {
        if (onTitle)
            onTitle(printable(string, longestTitle));
        return;
    }
    const std::size_t comma = string.find(';');
    if (m_command != 52 || comma == std::string::npos || string.size() > longestString || !onClipboard)
        return;
    const auto decoded = QByteArray::fromBase64Encoding(QByteArray(string.data() + comma + 1, static_cast<qsizetype>(string.size() - comma - 1)),
                                                        QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    const QString text = decoded ? QString::fromUtf8(*decoded) : QString();
    if (!text.isEmpty() && text.size() <= longestClipboard)
        onClipboard(text);
}

} // namespace slipway::ui
