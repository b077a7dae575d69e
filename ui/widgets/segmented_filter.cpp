// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/segmented_filter.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QStyle>

#include "shell/theme.h"

namespace slipway::ui
{

class Segment : public QAbstractButton
{
public:
    explicit Segment(const QString& text)
    {
        setText(text);
        setCheckable(true);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    }
    void setCount(int count)
    {
        if (m_count == count)
            return;
        m_count = count;
        setAccessibleName(count < 0 ? text() : QStringLiteral("%1, %2").arg(text()).arg(count));
        updateGeometry();
        update();
    }
    [[nodiscard]] int count() const { return m_count; }
    [[nodiscard]] QSize sizeHint() const override
    {
        const int count = m_count < 0 ? 0 : gap + fontMetrics().horizontalAdvance(countText());
        return {2 * margin + bold().horizontalAdvance(text()) + count, 28};
    }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const theme::Colors& c = theme::colors();
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        const QRectF frame = QRectF(rect()).adjusted(2.5, 2.5, -2.5, -2.5);
        if (isChecked() || underMouse()) {
            p.setPen(isChecked() ? QPen(c.strongLine) : QPen(Qt::NoPen));
            p.setBrush(isChecked() ? c.surface : theme::mix(c.raised, c.text, 0.06));
            p.drawRoundedRect(frame, theme::radius - 2, theme::radius - 2);
        }
        if (hasFocus()) {
            p.setPen(QPen(c.accent, 2));
            p.setBrush(Qt::NoBrush);
            p.drawRoundedRect(frame, theme::radius - 2, theme::radius - 2);
        }
        QFont font = this->font();
        font.setWeight(isChecked() ? QFont::DemiBold : QFont::Normal);
        p.setFont(font);
        p.setPen(isChecked() ? c.text : c.muted);
        const QRect inner = rect().adjusted(margin, 0, -margin, 0);
        p.drawText(inner, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter), text());
        if (m_count < 0)
            return;
        p.setFont(this->font());
        p.setPen(c.muted);
        p.drawText(inner, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignRight) | Qt::AlignVCenter), countText());
    }

private:
    static constexpr int margin = 12, gap = 6;
    [[nodiscard]] QString countText() const { return locale().toString(m_count); }
    [[nodiscard]] QFontMetrics bold() const
    {
        QFont font = this->font();
        font.setWeight(QFont::DemiBold);
        return QFontMetrics(font);
    }
    int m_count = -1;
};

SegmentedFilter::SegmentedFilter(QWidget* parent) : QWidget(parent), m_group(new QButtonGroup(this)), m_row(new QHBoxLayout(this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(0);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (on)
            emit currentChanged(id);
    });
}

int SegmentedFilter::add(const QString& text)
{
    auto* segment = new Segment(text);
    const int index = int(m_segments.size());
    m_segments.push_back(segment);
    m_row->addWidget(segment);
    m_group->addButton(segment, index);
    if (index == 0)
        segment->setChecked(true);
    return index;
}

void SegmentedFilter::setCount(int index, int count)
{
    m_segments.at(std::size_t(index))->setCount(count);
}

int SegmentedFilter::count(int index) const
{
    return m_segments.at(std::size_t(index))->count();
}

QString SegmentedFilter::text(int index) const
{
    return m_segments.at(std::size_t(index))->text();
}

int SegmentedFilter::current() const
{
    return m_group->checkedId();
}

void SegmentedFilter::setCurrent(int index)
{
    m_segments.at(std::size_t(index))->setChecked(true);
}

void SegmentedFilter::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(theme::colors().raised);
    p.drawRoundedRect(rect(), theme::radius, theme::radius);
}

} // namespace slipway::ui
