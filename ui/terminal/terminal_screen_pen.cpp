// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

// Colours and attributes. SGR is the commonest sequence by far and is done here; libvterm is told how the pen is before it gets anything
// that it would use it for.
namespace slipway::ui
{
namespace
{
constexpr std::size_t maxStyles = 0xffff;

// Of a colour after 38 or 48; false: in a way that is left to libvterm.
bool colorOf(const int*& at, const int* end, CellColor& color)
{
    const auto isByte = [](int value) { return value >= 0 && value <= 255; };
    if (end - at >= 2 && at[0] == 5 && isByte(at[1])) {
        color = CellColor::indexed(at[1]);
        at += 2;
        return true;
    }
    if (end - at >= 4 && at[0] == 2 && isByte(at[1]) && isByte(at[2]) && isByte(at[3])) {
        color = CellColor::rgb(at[1], at[2], at[3]);
        at += 4;
        return true;
    }
    return false;
}

bool apply(CellStyle& pen, const int* at, const int* const end)
{
    while (at < end) {
        const int value = *at++;
        if (setRendition(value, pen))
            continue;
        switch (value) {
        case 5:
        case 25: pen.set(CellStyle::Blink, value == 5); break;
        case 38:
        case 48:
            if (!colorOf(at, end, value == 38 ? pen.fg : pen.bg))
                return false;
            break;
        default: return false;
        }
    }
    return true;
}

void describe(std::string& sgr, int base, const CellColor& color)
{
    if (color.kind == CellColor::Indexed)
        sgr += ';' + std::to_string(base) + ";5;" + std::to_string(color.r);
    else if (color.kind == CellColor::Rgb)
        sgr += ';' + std::to_string(base) + ";2;" + std::to_string(color.r) + ';' + std::to_string(color.g) + ';' + std::to_string(color.b);
}
} // namespace

// AT: behind ESC [. Says where the sequence ends if it was an SGR of the common kind, nullptr otherwise.
const char* TerminalScreen::writePen(const char* at, const char* const end)
{
    std::array<int, mostArguments> values{};
    std::size_t count = 1;
    int digits = 0;
    for (; at < end; ++at) {
        if (*at >= '0' && *at <= '9') {
            if (++digits > 4)
                return nullptr;
            values[count - 1] = values[count - 1] * 10 + (*at - '0');
        } else if (*at == ';' && count < values.size()) {
            ++count;
            digits = 0;
        } else {
            break;
        }
    }
    if (at == end || *at != 'm')
        return nullptr;
    CellStyle pen = m_pen;
    if (!apply(pen, values.data(), values.data() + count))
        return nullptr;
    m_pen = pen;
    m_penChanged = m_penPast = true;
    ++m_effort;
    return at + 1;
}

void TerminalScreen::tellPen()
{
    m_penPast = false;
    const CellStyle pen = m_pen;
    const bool changed = m_penChanged;
    std::string sgr = "\x1b[0";
    const auto add = [&](CellStyle::Flag flag, const char* number) {
        if (pen.has(flag))
            sgr += number;
    };
    add(CellStyle::Bold, ";1");
    add(CellStyle::Italic, ";3");
    if (pen.has(CellStyle::CurlyUnderline))
        sgr += ";4:3";
    else
        add(CellStyle::Underline, pen.has(CellStyle::DoubleUnderline) ? ";21" : ";4");
    add(CellStyle::Blink, ";5");
    add(CellStyle::Reverse, ";7");
    add(CellStyle::Conceal, ";8");
    add(CellStyle::Strike, ";9");
    describe(sgr, 38, pen.fg);
    describe(sgr, 48, pen.bg);
    feed(sgr + 'm');
    m_pen = pen;
    m_penChanged = changed;
}

std::uint16_t TerminalScreen::penStyle()
{
    if (m_penChanged || m_styles[m_penStyle] != m_pen)
        m_penStyle = internStyle(m_pen);
    m_penChanged = false;
    return m_penStyle;
}

std::uint16_t TerminalScreen::internStyle(const CellStyle& style)
{
    const std::size_t slot = (style.fg.r * 7u + style.fg.g * 31u + style.fg.b * 61u + style.bg.r * 13u + style.bg.g * 17u + style.bg.b * 29u + style.flags
                              + style.fg.kind * 5u + style.bg.kind * 3u) % m_recentStyles.size();
    auto& [recent, recentIndex] = m_recentStyles[slot];
    if (recent == style)
        return recentIndex;
    if (const auto it = m_styleIndex.find(style); it != m_styleIndex.end()) {
        recent = style;
        return recentIndex = it->second;
    }
    if (m_styles.size() >= maxStyles && m_stylesRefused % 4096 == 0)
        collectStyles();
    if (m_styles.size() >= maxStyles) { // that many colours at once on one screen
        ++m_stylesRefused;
        return 0;
    }
    const std::uint16_t index = static_cast<std::uint16_t>(m_styles.size());
    m_styles.push_back(style);
    m_styleIndex.emplace(style, index);
    return index;
}

void TerminalScreen::collectStyles()
{
    std::vector<std::uint16_t> renamed(m_styles.size(), 0);
    std::vector<CellStyle> kept{CellStyle{}};
    for (Grid* g : {&m_primaryGrid, &m_alternateGrid})
        for (Row& row : g->rows)
            for (TerminalCell& cell : row.cells) {
                if (cell.style != 0 && renamed[cell.style] == 0) {
                    renamed[cell.style] = static_cast<std::uint16_t>(kept.size());
                    kept.push_back(m_styles[cell.style]);
                }
                cell.style = renamed[cell.style];
            }
    m_styles = std::move(kept);
    m_styleIndex.clear();
    for (std::size_t i = 0; i < m_styles.size(); ++i)
        m_styleIndex.emplace(m_styles[i], static_cast<std::uint16_t>(i));
    m_recentStyles.fill({});
    m_penStyle = 0;
    m_penChanged = true;
}

} // namespace slipway::ui
