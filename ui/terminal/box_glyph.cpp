// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/box_glyph.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <QPainter>
#include <QPainterPath>

namespace slipway::ui
{
namespace
{
enum Weight : std::uint8_t { None, Light, Heavy, Double };

// From U+2500: the weights of the arms to the left, up, right and down, two bits each; 0: it is none of arms alone.
constexpr std::array<std::uint8_t, 128> armsOf = {
    0x11, 0x22, 0x44, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x60, 0x90, 0xa0, 0x41, 0x42, 0x81, 0x82, 0x14, 0x24,
    0x18, 0x28, 0x05, 0x06, 0x09, 0x0a, 0x54, 0x64, 0x58, 0x94, 0x98, 0x68, 0xa4, 0xa8, 0x45, 0x46, 0x49, 0x85, 0x89, 0x4a, 0x86, 0x8a,
    0x51, 0x52, 0x61, 0x62, 0x91, 0x92, 0xa1, 0xa2, 0x15, 0x16, 0x25, 0x26, 0x19, 0x1a, 0x29, 0x2a, 0x55, 0x56, 0x65, 0x66, 0x59, 0x95,
    0x99, 0x5a, 0x69, 0x96, 0xa5, 0x6a, 0xa6, 0x9a, 0xa9, 0xaa, 0x00, 0x00, 0x00, 0x00, 0x33, 0xcc, 0x70, 0xd0, 0xf0, 0x43, 0xc1, 0xc3,
    0x34, 0x1c, 0x3c, 0x07, 0x0d, 0x0f, 0x74, 0xdc, 0xfc, 0x47, 0xcd, 0xcf, 0x73, 0xd1, 0xf3, 0x37, 0x1d, 0x3f, 0x77, 0xdd, 0xff, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x04, 0x10, 0x40, 0x02, 0x08, 0x20, 0x80, 0x21, 0x84, 0x12, 0x48};

class Box
{
public:
    Box(QPainter& p, const QRect& cell, const QColor& color)
        : m_p(p), m_cell(cell), m_color(color), m_light(std::max(1, cell.height() / 14)), m_heavy(m_light + 2), m_gap(2 * m_light),
          m_center(cell.x() + cell.width() / 2, cell.y() + cell.height() / 2)
    {
    }

    void arms(std::uint8_t code)
    {
        for (int side = 0; side < 4; ++side)
            if (const auto weight = arm(code, side); weight == Double)
                for (const int which : {-1, 1})
                    stroke(side, which * m_gap / 2, m_light, doubleEnd(code, side, which));
            else if (weight != None)
                stroke(side, 0, thickness(weight), singleEnd(code, side));
    }
    void dashes(int count, bool vertical, bool heavy)
    {
        const int length = vertical ? m_cell.height() : m_cell.width(), thick = heavy ? m_heavy : m_light;
        for (int i = 0; i < count; ++i) {
            const int from = length * i / count, to = std::max(from + 1, length * (i + 1) / count - std::max(1, length / count / 3));
            if (vertical)
                fill(m_center.x() - thick / 2, m_cell.y() + from, thick, to - from);
            else
                fill(m_cell.x() + from, m_center.y() - thick / 2, to - from, thick);
        }
    }
    void arc(int horizontal, int vertical) // towards -1 or 1
    {
        const double half = m_light / 2.0 - m_light / 2;
        const QPointF middle(m_center.x() + half, m_center.y() + half);
        const QPointF across(horizontal < 0 ? m_cell.left() : m_cell.right() + 1, middle.y()), along(middle.x(), vertical < 0 ? m_cell.top() : m_cell.bottom() + 1);
        const double radius = std::min(std::abs(across.x() - middle.x()), std::abs(along.y() - middle.y()));
        QPainterPath path(along);
        path.lineTo(middle.x(), middle.y() + vertical * radius);
        path.quadTo(middle, {middle.x() + horizontal * radius, middle.y()});
        path.lineTo(across);
        smooth(path);
    }
    void diagonals(bool rising, bool falling)
    {
        const QRectF r(m_cell);
        QPainterPath path;
        if (rising)
            path.moveTo(r.bottomLeft()), path.lineTo(r.topRight());
        if (falling)
            path.moveTo(r.topLeft()), path.lineTo(r.bottomRight());
        smooth(path);
    }
    void block(char32_t c)
    {
        const int w = m_cell.width(), h = m_cell.height();
        const auto eighths = [](int length, int n) { return (length * n + 4) / 8; };
        if (c == 0x2580) {
            part(0, 0, w, eighths(h, 4));
        } else if (c <= 0x2588) {
            const int high = eighths(h, static_cast<int>(c - 0x2580));
            part(0, h - high, w, high);
        } else if (c <= 0x258f) {
            part(0, 0, std::max(1, eighths(w, static_cast<int>(0x2590 - c))), h);
        } else if (c == 0x2590) {
            part(eighths(w, 4), 0, w - eighths(w, 4), h);
        } else if (c <= 0x2593) {
            m_color.setAlphaF(m_color.alphaF() * static_cast<float>(c - 0x2590) / 4);
            part(0, 0, w, h);
        } else if (c == 0x2594) {
            part(0, 0, w, std::max(1, eighths(h, 1)));
        } else if (c == 0x2595) {
            part(w - std::max(1, eighths(w, 1)), 0, std::max(1, eighths(w, 1)), h);
        } else { // quadrants: upper left, upper right, lower left, lower right
            constexpr std::array<std::uint8_t, 10> which = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14};
            const int left = eighths(w, 4), upper = eighths(h, 4);
            const std::uint8_t quadrants = which[c - 0x2596];
            for (int i = 0; i < 4; ++i)
                if (quadrants >> i & 1)
                    part(i & 1 ? left : 0, i & 2 ? upper : 0, i & 1 ? w - left : left, i & 2 ? h - upper : upper);
        }
    }

private:
    static Weight arm(std::uint8_t code, int side) { return static_cast<Weight>(code >> 2 * (side & 3) & 3); }
    [[nodiscard]] int thickness(Weight weight) const { return weight == Heavy ? m_heavy : m_light; }
    void fill(int x, int y, int width, int height) { m_p.fillRect(x, y, width, height, m_color); }
    void part(int x, int y, int width, int height) { fill(m_cell.x() + x, m_cell.y() + y, width, height); }

    // From the edge at SIDE to the line END beyond (positive: away from that edge) the middle, and over that line's thickness.
    struct End
    {
        int at = 0, thick = 1;
    };
    void stroke(int side, int offset, int thick, const End& end)
    {
        const bool horizontal = side % 2 == 0, towards = side < 2; // left and up: from small to large
        const int middle = horizontal ? m_center.x() : m_center.y(), across = (horizontal ? m_center.y() : m_center.x()) + offset - thick / 2;
        const int line = middle + (towards ? end.at : -end.at) - end.thick / 2;
        const int edge = horizontal ? (towards ? m_cell.left() : m_cell.right() + 1) : (towards ? m_cell.top() : m_cell.bottom() + 1);
        const int from = towards ? edge : line, to = towards ? line + end.thick : edge;
        if (horizontal)
            fill(from, across, to - from, thick);
        else
            fill(across, from, thick, to - from);
    }
    [[nodiscard]] End singleEnd(std::uint8_t code, int side) const
    {
        const Weight one = arm(code, side + 1), other = arm(code, side + 3), opposite = arm(code, side + 2);
        const int thick = std::max(thickness(one), thickness(other));
        if (opposite != None || (one != Double && other != Double))
            return {0, thick};
        return {one == other ? -m_gap / 2 : m_gap / 2, m_light};
    }
    // Of the line at the upper or left (-1), lower or right (1) side of a double arm.
    [[nodiscard]] End doubleEnd(std::uint8_t code, int side, int which) const
    {
        const bool horizontal = side % 2 == 0;
        const int beside = horizontal ? (which < 0 ? 1 : 3) : (which < 0 ? 0 : 2);
        if (arm(code, beside) == Double)
            return {-m_gap / 2, m_light};
        if (arm(code, beside + 2) == Double && arm(code, side + 2) == None)
            return {m_gap / 2, m_light};
        return {0, m_light};
    }
    void smooth(const QPainterPath& path)
    {
        m_p.save();
        m_p.setRenderHint(QPainter::Antialiasing);
        m_p.setClipRect(m_cell, Qt::IntersectClip);
        m_p.setBrush(Qt::NoBrush);
        m_p.setPen(QPen(m_color, m_light, Qt::SolidLine, Qt::FlatCap));
        m_p.drawPath(path);
        m_p.restore();
    }

    QPainter& m_p;
    QRect m_cell;
    QColor m_color;
    int m_light, m_heavy, m_gap;
    QPoint m_center;
};
} // namespace

void drawBoxGlyph(QPainter& p, char32_t c, const QRect& cell, const QColor& color)
{
    Box box(p, cell, color);
    if (c >= 0x2580)
        return box.block(c);
    if (const std::uint8_t arms = armsOf[c - 0x2500])
        return box.arms(arms);
    if (c <= 0x250b)
        return box.dashes(c <= 0x2507 ? 3 : 4, (c & 2) != 0, (c & 1) != 0);
    if (c <= 0x254f)
        return box.dashes(2, c >= 0x254e, (c & 1) != 0);
    switch (c) {
    case 0x256d: return box.arc(1, 1);
    case 0x256e: return box.arc(-1, 1);
    case 0x256f: return box.arc(-1, -1);
    case 0x2570: return box.arc(1, -1);
    default: return box.diagonals(c != 0x2572, c != 0x2571);
    }
}

} // namespace slipway::ui
