// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/list_delegate.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QToolTip>

#include "shell/theme.h"
#include "widgets/literal_tip.h"

namespace slipway::ui
{
namespace
{
constexpr int rowHeight = 36, glyphSize = 12, gap = 6, linkGap = 10, sparkWidth = 52, sparkHeight = 18;

QString words(const QModelIndex& index)
{
    const QVariant own = index.data(TextRole);
    return own.isValid() ? own.toString() : index.data(Qt::DisplayRole).toString();
}
} // namespace

struct ListDelegate::Pen
{
    QFontMetrics metrics;
    Qt::LayoutDirection direction;
    QColor text, muted;
    bool right; // numbers stand at the end of their column

    void draw(QPainter& p, const QRect& rect, const QString& string, const QColor& color) const
    {
        p.setPen(color);
        const auto side = right ? Qt::AlignRight : Qt::AlignLeft;
        p.drawText(rect, int(QStyle::visualAlignment(direction, side) | Qt::AlignVCenter | Qt::TextSingleLine),
                   metrics.elidedText(string, Qt::ElideRight, rect.width()));
    }
    // WIDTH pixels cut from the leading end of RECT.
    [[nodiscard]] QRect lead(QRect& rect, int width, int space) const
    {
        const QRect part = QStyle::visualRect(direction, rect, QRect(rect.left(), rect.top(), width, rect.height()));
        if (direction == Qt::RightToLeft)
            rect.setRight(rect.right() - width - space);
        else
            rect.setLeft(rect.left() + width + space);
        return part;
    }
};

void ListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const theme::Colors& c = theme::colors();
    painter->save();
    painter->setClipRect(option.rect);
    if (option.widget)
        option.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
    QFont font = option.font;
    if (index.data(GroupRole).toBool() && index.column() == 0)
        font.setWeight(QFont::DemiBold);
    painter->setFont(font);
    const QVariant spark = index.data(SparkRole);
    const QVariant tone = index.data(ToneRole);
    const bool right = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt()).testFlag(Qt::AlignRight);
    const Pen pen{QFontMetrics(font), option.direction, tone.isValid() ? tintColor(Tint(tone.toInt())) : c.text, c.muted, right};
    QRect rect = option.rect.adjusted(margin, 0, -margin, 0);
    if (spark.isValid())
        paintSpark(*painter, pen.lead(rect, std::min(sparkWidth, rect.width()), gap), spark.value<Spark>());
    if (const QVariant glyph = index.data(GlyphRole); glyph.isValid()) {
        const auto g = glyph.value<Glyph>();
        const QRect place = pen.lead(rect, glyphSize, gap + 1);
        paintIcon(*painter, {double(place.left()), place.center().y() - glyphSize / 2.0 + 0.5, glyphSize, glyphSize}, g.icon,
                  tintColor(g.tint));
    }
    if (index.data(LinksRole).isValid()) {
        paintLinks(*painter, rect, index, pen);
    } else {
        const QString text = words(index), aside = index.data(AsideRole).toString();
        const int width = std::min(pen.metrics.horizontalAdvance(text) + 1, rect.width());
        if (aside.isEmpty()) {
            pen.draw(*painter, rect, text, pen.text);
        } else {
            pen.draw(*painter, pen.lead(rect, width, gap), text, pen.text);
            if (rect.width() > 24)
                pen.draw(*painter, rect, aside, pen.muted);
        }
    }
    painter->restore();
}

void ListDelegate::paintLinks(QPainter& p, QRect rect, const QModelIndex& index, const Pen& pen) const
{
    const theme::Colors& c = theme::colors();
    for (const auto& link : index.data(LinksRole).value<QList<ListLink>>()) {
        const int width = std::min(pen.metrics.horizontalAdvance(link.text) + 1, rect.width());
        if (width < 12)
            return;
        const QRect place = pen.lead(rect, width, linkGap);
        QFont font = p.font();
        font.setUnderline(link.url.isValid() && place.contains(m_hover));
        p.setFont(font);
        pen.draw(p, place, link.text, link.url.isValid() ? c.accent : c.muted);
        font.setUnderline(false);
        p.setFont(font);
    }
}

void ListDelegate::paintSpark(QPainter& p, const QRect& rect, const Spark& spark) const
{
    const theme::Colors& c = theme::colors();
    const QRectF box(rect.left(), rect.center().y() - sparkHeight / 2.0, rect.width(), sparkHeight);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(theme::mix(c.surface, c.text, 0.12), 1));
    p.drawLine(QLineF(box.left(), box.bottom() + 0.5, box.right(), box.bottom() + 0.5));
    if (spark.values.size() >= 2 && spark.top > 0) {
        constexpr double steps = 29;
        QPainterPath line;
        double x = box.right() - (double(spark.values.size()) - 1) * box.width() / steps;
        const double start = x;
        for (qsizetype i = 0; i < spark.values.size(); ++i, x += box.width() / steps) {
            const double y = box.bottom() - std::clamp(spark.values[i] / spark.top, 0.0F, 1.0F) * (box.height() - 2);
            i == 0 ? line.moveTo(x, y) : line.lineTo(x, y);
        }
        QPainterPath area = line;
        area.lineTo(box.right(), box.bottom());
        area.lineTo(start, box.bottom());
        QColor fill = c.accent;
        fill.setAlphaF(0.14f);
        p.fillPath(area, fill);
        p.setPen(QPen(c.accent, 1.2));
        p.drawPath(line);
    }
    p.restore();
}

QUrl ListDelegate::linkAt(const QRect& cell, const QModelIndex& index, const QPoint& position, const QWidget& view) const
{
    const auto links = index.data(LinksRole);
    if (!links.isValid())
        return {};
    const Pen pen{view.fontMetrics(), view.layoutDirection(), {}, {}, false};
    QRect rect = cell.adjusted(margin, 0, -margin, 0);
    for (const auto& link : links.value<QList<ListLink>>()) {
        const int width = std::min(pen.metrics.horizontalAdvance(link.text) + 1, rect.width());
        if (width < 12)
            break;
        if (pen.lead(rect, width, linkGap).contains(position))
            return link.url;
    }
    return {};
}

QSize ListDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int text = option.fontMetrics.horizontalAdvance(index.data(Qt::DisplayRole).toString());
    return {text + 2 * margin, std::max(rowHeight, option.fontMetrics.height() + 16)};
}

bool ListDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                             const QModelIndex& index)
{
    const QString tip = index.data(Qt::ToolTipRole).toString();
    const QString text = words(index) + index.data(AsideRole).toString();
    const bool cut = option.fontMetrics.horizontalAdvance(text) > option.rect.width() - 2 * margin;
    if (event->type() == QEvent::ToolTip && (!tip.isEmpty() || cut)) {
        QToolTip::showText(event->globalPos(), literalTip(tip.isEmpty() ? index.data(Qt::DisplayRole).toString() : tip), view);
        return true;
    }
    QToolTip::hideText();
    return true;
}

} // namespace slipway::ui
