// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tile_view.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>

#include "shell/style_paint.h"
#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
constexpr int narrowest = 220, tileHeight = 124, gap = 12, padding = 12, aimMs = 4000;

QString valueWords(double value, Unit unit)
{
    return unit == Unit::Cores && !std::isnan(value) ? TileView::tr("%1 %").arg(QLocale().toString(value * 100, 'f', value < 0.0995 ? 1 : 0)) : formatValue(value, unit);
}
} // namespace

class TileView::Delegate : public QStyledItemDelegate
{
public:
    Delegate(const TileModel& model, QObject* parent) : QStyledItemDelegate(parent), m_model(model) {}
    QSize size{narrowest + gap, tileHeight + gap};
    std::int64_t spanNs = 60 * ChartWindow::second;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return size; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const theme::Colors& c = theme::colors();
        const QRect box = QRect(option.rect.topLeft(), size).adjusted(gap / 2, gap / 2, -gap / 2, -gap / 2);
        const bool over = option.state & QStyle::State_MouseOver;
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        p->setPen(QPen(over ? c.strongLine : c.line, 1));
        p->setBrush(over ? theme::mix(c.surface, c.text, 0.03) : c.surface);
        p->drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
        if ((option.state & QStyle::State_HasFocus) && option.widget && option.widget->window()->testAttribute(Qt::WA_KeyboardFocusChange))
            stylePaint::focusRing(*p, QRectF(box), 8);
        const QRect inner = box.adjusted(padding, padding - 2, -padding, -padding + 2);
        const StatsHistory* history = m_model.history(index);
        const StatsHistory::Point* last = history ? &history->points().back() : nullptr;
        paintWords(*p, option, index, inner, last);
        if (history)
            paintLine(*p, QRectF(inner.left(), inner.top() + option.fontMetrics.height() + 6, inner.width(), inner.height() - 2 * option.fontMetrics.height() - 12), *history);
        p->restore();
    }

private:
    void paintWords(QPainter& p, const QStyleOptionViewItem& option, const QModelIndex& index, const QRect& inner, const StatsHistory::Point* last) const
    {
        const theme::Colors& c = theme::colors();
        const auto start = QStyle::visualAlignment(option.direction, Qt::AlignLeft), end = QStyle::visualAlignment(option.direction, Qt::AlignRight);
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        const QFontMetrics metrics(bold);
        const QString value = last ? valueWords(m_model.valueAt(*last), m_model.unit()) : QStringLiteral("–");
        const int valueWidth = metrics.horizontalAdvance(value) + 4;
        p.setFont(bold);
        p.setPen(c.text);
        QRect line(inner.left(), inner.top(), inner.width(), metrics.height());
        p.drawText(line, int(end | Qt::AlignVCenter), value);
        const QRect rest = QStyle::visualRect(option.direction, line, line.adjusted(0, 0, -valueWidth - 8, 0));
        p.drawText(rest, int(start | Qt::AlignVCenter), metrics.elidedText(m_model.name(index), Qt::ElideRight, rest.width()));
        p.setFont(option.font);
        p.setPen(c.muted);
        line.moveBottom(inner.bottom());
        p.drawText(line, int(start | Qt::AlignVCenter), option.fontMetrics.elidedText(others(last), Qt::ElideRight, line.width()));
    }
    // What is not ranked by.
    [[nodiscard]] QString others(const StatsHistory::Point* last) const
    {
        if (!last)
            return TileView::tr("waiting for the first reading");
        QStringList words;
        if (m_model.rank() != TileModel::Cpu)
            words << valueWords(last->value(Metric::CpuCores), Unit::Cores);
        if (m_model.rank() != TileModel::Memory)
            words << formatValue(last->value(Metric::Memory), Unit::Bytes);
        const double in = last->value(Metric::NetworkRx), out = last->value(Metric::NetworkTx);
        if (m_model.rank() != TileModel::Network && !std::isnan(in))
            words << TileView::tr("net %1").arg(formatValue(in + out, Unit::BytesPerSecond));
        return words.join(QStringLiteral(" · "));
    }
    void paintLine(QPainter& p, const QRectF& area, const StatsHistory& history) const
    {
        const theme::Colors& c = theme::colors();
        p.setPen(QPen(c.line, 1));
        p.drawLine(QPointF(area.left(), std::floor(area.bottom()) + 0.5), QPointF(area.right(), std::floor(area.bottom()) + 0.5));
        const double top = std::max(m_model.highest(), m_model.unit() == Unit::Cores ? 0.02 : 1024.0);
        const std::int64_t end = history.points().back().timeNs, begin = end - spanNs;
        QColor fill = c.accent;
        fill.setAlphaF(0.16f);
        QList<QPointF> line;
        const auto flush = [&] {
            if (line.size() > 1) {
                QPolygonF shape(line);
                shape << QPointF(line.back().x(), area.bottom()) << QPointF(line.front().x(), area.bottom());
                p.setPen(Qt::NoPen);
                p.setBrush(fill);
                p.drawPolygon(shape);
                p.setPen(QPen(c.accent, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
                p.drawPolyline(line);
            }
            line.clear();
        };
        for (const StatsHistory::Point& point : history.points()) {
            if (point.timeNs < begin)
                continue;
            const double value = m_model.valueAt(point);
            if (std::isnan(value))
                flush();
            else
                line << QPointF(area.left() + static_cast<double>(point.timeNs - begin) / static_cast<double>(spanNs) * area.width(),
                                area.bottom() - std::min(1.0, value / top) * area.height());
        }
        flush();
    }
    const TileModel& m_model;
};

TileView::TileView(TileModel& model, QWidget* parent) : QListView(parent), m_model(model), m_delegate(new Delegate(model, this))
{
    setModel(&model);
    setItemDelegate(m_delegate);
    setViewMode(IconMode);
    setMovement(Static);
    setResizeMode(Adjust);
    setUniformItemSizes(true);
    setFrameShape(NoFrame);
    setMouseTracking(true);
    setSelectionMode(SingleSelection);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    viewport()->setAttribute(Qt::WA_Hover);
    viewport()->setCursor(Qt::ArrowCursor);
    setAccessibleName(tr("Running containers, those that use most first"));
    connect(this, &QListView::clicked, this, [this](const QModelIndex& index) { emit chosen(index.data(TileModel::IdRole).toString()); });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&model, signal, this, [this] {
            arrange();
            emit visibleChanged();
        });
    connect(&model, &QAbstractItemModel::layoutChanged, this, &TileView::visibleChanged);
}

void TileView::setSpan(std::int64_t spanNs)
{
    m_delegate->spanNs = spanNs;
    viewport()->update();
}

QStringList TileView::visibleIds() const
{
    QStringList ids;
    const QRect seen = viewport()->visibleRegion().boundingRect();
    for (int row = 0; row < m_model.rowCount(); ++row)
        if (visualRect(m_model.index(row)).intersects(seen))
            ids << m_model.index(row).data(TileModel::IdRole).toString();
    return ids;
}

void TileView::arrange()
{
    const int room = viewport()->width() - 1, columns = std::max(1, room / (narrowest + gap));
    const QSize size(room / columns, std::max(tileHeight, 70 + 3 * fontMetrics().height()) + gap);
    setFixedHeight((m_model.rowCount() + columns - 1) / columns * size.height() + 2);
    if (size == m_delegate->size)
        return;
    m_delegate->size = size;
    setGridSize(size);
    scheduleDelayedItemsLayout();
}

void TileView::resizeEvent(QResizeEvent* event)
{
    QListView::resizeEvent(event);
    arrange();
    emit visibleChanged();
}

void TileView::changeEvent(QEvent* event)
{
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        arrange();
}

void TileView::mouseMoveEvent(QMouseEvent* event)
{
    m_moved.start();
    QListView::mouseMoveEvent(event);
}

bool TileView::isAimedAt() const { return underMouse() && m_moved.isValid() && !m_moved.hasExpired(aimMs); }

void TileView::wheelEvent(QWheelEvent* event) { event->ignore(); }

void TileView::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QListView::currentChanged(current, previous);
    if (current.isValid())
        emit currentShown(visualRect(current));
}

void TileView::keyPressEvent(QKeyEvent* event)
{
    const bool choose = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    if (choose && currentIndex().isValid())
        emit chosen(currentIndex().data(TileModel::IdRole).toString());
    else
        QListView::keyPressEvent(event);
}

} // namespace slipway::ui
