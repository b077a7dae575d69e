// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/mono_text.h"

#include <algorithm>
#include <utility>

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGlyphRun>
#include <QPainter>
#include <QVarLengthArray>

#include "terminal/box_glyph.h"

namespace slipway::ui
{

int columnsOf(char32_t c)
{
    if (c < 0x300)
        return c == 0xad ? 0 : 1;
    static constexpr std::pair<char32_t, char32_t> wide[] = {
        {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
        {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x2705, 0x2705},
        {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2757, 0x2757},
        {0x2795, 0x2797},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
        {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18aff},
        {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f19a}, {0x1f200, 0x1f320},
        {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff},
        {0x20000, 0x3fffd}};
    const auto* it = std::lower_bound(std::begin(wide), std::end(wide), c,
                                      [](const auto& range, char32_t value) { return range.second < value; });
    if (it != std::end(wide) && c >= it->first)
        return 2;
    switch (QChar::category(c)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
    case QChar::Other_Format: return 0;
    default: return 1;
    }
}

QFont MonoText::defaultFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (QFontDatabase::hasFamily(QStringLiteral("Hack")) && !QFontDatabase::isFixedPitch(font.family()))
        font.setFamily(QStringLiteral("Hack"));
    if (font.pointSizeF() <= 0)
        font.setPointSizeF(10);
    return font;
}

MonoText::MonoText(const QFont& font) : m_font(font)
{
    m_font.setKerning(false);
    m_font.setFixedPitch(true);
    m_font.setStyleHint(QFont::Monospace);
    for (std::size_t i = 0; i < 4; ++i) {
        m_fonts[i] = m_font;
        m_fonts[i].setBold(i & 1);
        m_fonts[i].setItalic(i & 2);
        m_raw[i] = QRawFont::fromFont(m_fonts[i]);
        for (std::size_t c = 0x21; c < 0x7f; ++c) {
            const QChar unit(static_cast<char16_t>(c));
            int count = 1;
            if (!m_raw[i].glyphIndexesForChars(&unit, 1, &m_ascii[i][c], &count))
                m_ascii[i][c] = 0;
        }
    }
    const QFontMetricsF metrics(m_font);
    m_cellWidth = std::max(1, qRound(metrics.horizontalAdvance(QLatin1Char('M'))));
    m_lineHeight = std::max(1, qCeil(metrics.ascent() + metrics.descent()) + 2);
    m_ascent = qCeil(metrics.ascent()) + 1;
}

// Ideographs stand in the middle of their two cells. The font that has them is looked for when the first is drawn.
qreal MonoText::wideShift(std::size_t face) const
{
    if (!m_wideShift[face])
        m_wideShift[face] = std::max(0.0, (2 * m_cellWidth - QFontMetricsF(m_fonts[face]).horizontalAdvance(QChar(0x4e00))) / 2);
    return *m_wideShift[face];
}

void MonoText::draw(QPainter& p, int x, int y, QStringView text, bool bold, bool italic, const QColor& blocks) const
{
    const std::size_t face = (bold ? 1u : 0u) | (italic ? 2u : 0u);
    const QRawFont& raw = m_raw[face];
    QVarLengthArray<quint32, 256> glyphs;
    QVarLengthArray<QPointF, 256> points;
    glyphs.reserve(text.size());
    const int baseline = y + m_ascent;
    int column = 0;
    for (qsizetype i = 0; i < text.size();) {
        const qsizetype start = i;
        char32_t c = text[i].unicode();
        const bool alone = i + 1 == text.size() || text[i + 1].unicode() < 0x300;
        if (alone && c < 0x7f && (c == ' ' || m_ascii[face][c] != 0)) { // nearly all that is ever drawn
            if (c != ' ') {
                glyphs.append(m_ascii[face][c]);
                points.append(QPointF(x + column * m_cellWidth, baseline));
            }
            ++column;
            ++i;
            continue;
        }
        if (text[i].isHighSurrogate() && i + 1 < text.size())
            c = QChar::surrogateToUcs4(text[i], text[i + 1]), ++i;
        ++i;
        const int width = columnsOf(c);
        bool cluster = width == 0 || c >= 0x10000;
        while (c >= 0x20 && i < text.size() && text[i].unicode() >= 0x300) { // marks that follow belong to this cell
            const bool pair = text[i].isHighSurrogate() && i + 1 < text.size();
            if (columnsOf(pair ? QChar::surrogateToUcs4(text[i], text[i + 1]) : text[i].unicode()) != 0)
                break;
            i += pair ? 2 : 1;
            cluster = true;
        }
        const QPointF at(x + column * m_cellWidth, baseline);
        column += std::max(1, width);
        if (c == ' ')
            continue;
        if (isBoxGlyph(c) && !cluster) {
            drawBoxGlyph(p, c, QRect(qRound(at.x()), y, m_cellWidth, m_lineHeight), blocks.isValid() && isBlock(c) ? blocks : p.pen().color());
            continue;
        }
        quint32 glyph = 0;
        int count = 1;
        const QChar unit(static_cast<char16_t>(c));
        if (!cluster && raw.glyphIndexesForChars(&unit, 1, &glyph, &count) && glyph != 0) {
            glyphs.append(glyph);
            points.append(at);
            continue;
        }
        p.setFont(m_fonts[face]);
        p.drawText(at + QPointF(width == 2 ? wideShift(face) : 0, 0), text.mid(start, i - start).toString());
    }
    if (glyphs.isEmpty())
        return;
    QGlyphRun run;
    run.setRawFont(raw);
    run.setRawData(glyphs.constData(), points.constData(), static_cast<int>(glyphs.size()));
    p.drawGlyphRun(QPointF(0, 0), run);
}

} // namespace slipway::ui
