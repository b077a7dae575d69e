// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractSpinBox>
#include <QPainter>

#include "shell/style_paint.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui::stylePaint
{
namespace
{
using enum QStyle::StateFlag;
using theme::mix;

constexpr int menuIcon = 32, menuEnd = 28; // room before the words and after them

QRect mirrored(const QStyleOption& option, const QRect& rect)
{
    return QStyle::visualRect(option.direction, option.rect, rect);
}

void tab(const QStyleOption& option, QPainter& p)
{
    const theme::Colors& c = theme::colors();
    const QRect r = option.rect;
    if (option.state & State_Selected)
        p.fillRect(QRect(r.left() + 8, r.bottom() - 1, r.width() - 16, 2), c.accent);
    if ((option.state & State_HasFocus) && (option.state & State_KeyboardFocusChange))
        focusRing(p, QRectF(r).adjusted(3, 3, -3, -4), 4);
}

void headerSection(const QStyleOption& option, QPainter& p)
{
    const theme::Colors& c = theme::colors();
    p.fillRect(option.rect, c.surface);
    p.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), c.line);
    const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(&option);
    const bool last = !header || header->position == QStyleOptionHeader::End ||
                      header->position == QStyleOptionHeader::OnlyOneSection;
    if ((option.state & State_MouseOver) && !last)
        p.fillRect(mirrored(option, QRect(option.rect.right(), option.rect.top() + 8, 1, option.rect.height() - 16)), c.strongLine);
}

void progress(QStyle::ControlElement element, const QStyleOption& option, QPainter& p)
{
    const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(&option);
    if (!bar)
        return;
    const theme::Colors& c = theme::colors();
    QRectF r(option.rect);
    r.setTop(r.center().y() - 2);
    r.setHeight(4);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    if (element == QStyle::CE_ProgressBarGroove) {
        p.setBrush(mix(c.surface, c.text, 0.12));
        p.drawRoundedRect(r, 2, 2);
    } else {
        const double range = double(bar->maximum) - bar->minimum;
        p.setBrush(range > 0 ? c.accentFill : mix(c.surface, c.accentFill, 0.45));
        if (range > 0)
            r.setWidth(r.width() * std::clamp((bar->progress - bar->minimum) / range, 0.0, 1.0));
        if (option.direction == Qt::RightToLeft)
            r.moveRight(option.rect.right() + 1);
        if (r.width() > 0)
            p.drawRoundedRect(r, 2, 2);
    }
    p.restore();
}

void menuItem(const QStyleOption& option, QPainter& p)
{
    const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(&option);
    if (!item)
        return;
    const theme::Colors& c = theme::colors();
    const QRect r = option.rect;
    if (item->menuItemType == QStyleOptionMenuItem::Separator) {
        p.fillRect(QRect(r.left(), r.center().y(), r.width(), 1), c.line);
        return;
    }
    const bool enabled = option.state & State_Enabled;
    if ((option.state & State_Selected) && enabled) {
        p.save();
        p.setRenderHint(QPainter::Antialiasing);
        p.setPen(Qt::NoPen);
        p.setBrush(mix(theme::isDark() ? c.raised : c.surface, c.text, 0.09));
        p.drawRoundedRect(QRectF(r).adjusted(4, 0, -4, 0), 4, 4);
        p.restore();
    }
    const QRect mark = mirrored(option, QRect(r.left() + 10, r.center().y() - 7, 16, 16));
    if (item->checked)
        paintIcon(p, mark, "check", c.accent);
    else if (!item->icon.isNull())
        item->icon.paint(&p, mark, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    const qsizetype cut = item->text.indexOf(QLatin1Char('\t'));
    const QRect words = mirrored(option, r.adjusted(menuIcon, 0, -menuEnd, 0));
    p.setFont(item->font);
    p.setPen(enabled ? c.text : mix(c.surface, c.text, 0.4));
    p.drawText(words, int(QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextHideMnemonic),
               cut < 0 ? item->text : item->text.left(cut));
    if (cut >= 0) {
        p.setPen(enabled ? c.muted : mix(c.surface, c.text, 0.3));
        p.drawText(mirrored(option, r.adjusted(menuIcon, 0, -14, 0)),
                   int(QStyle::visualAlignment(option.direction, Qt::AlignRight) | Qt::AlignVCenter), item->text.mid(cut + 1));
    }
    if (item->menuItemType == QStyleOptionMenuItem::SubMenu)
        paintIcon(p, mirrored(option, QRect(r.right() - 22, r.center().y() - 6, 13, 13)),
                  option.direction == Qt::RightToLeft ? "chevron-left" : "chevron-right", c.muted);
}

void splitter(const QStyleOption& option, QPainter& p)
{
    const theme::Colors& c = theme::colors();
    const bool hot = option.state & (State_MouseOver | State_Sunken);
    const QRect r = option.rect;
    const int wide = hot ? 3 : 1;
    const bool upright = option.state & State_Horizontal;
    p.fillRect(upright ? QRect(r.center().x() - wide / 2, r.top(), wide, r.height())
                       : QRect(r.left(), r.center().y() - wide / 2, r.width(), wide),
               hot ? c.accent : c.line);
}

void fieldPanel(const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    QStyleOptionFrame frame;
    frame.rect = option.rect;
    frame.state = option.state;
    frame.palette = option.palette;
    frame.direction = option.direction;
    frame.lineWidth = 1;
    primitive(QStyle::PE_PanelLineEdit, frame, p, widget);
}

void comboBox(const QStyleOptionComplex& option, QPainter& p, const QWidget* widget, const QStyle& style)
{
    const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(&option);
    if (!combo)
        return;
    if (combo->editable) {
        fieldPanel(option, p, widget);
    } else {
        QStyleOption bevel = option;
        bevel.state &= ~(State_On | State_Sunken);
        primitive(QStyle::PE_PanelButtonCommand, bevel, p, widget);
    }
    QStyleOption arrow = option;
    arrow.rect = style.subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxArrow, widget);
    primitive(QStyle::PE_IndicatorArrowDown, arrow, p, widget);
}

void spinBox(const QStyleOptionComplex& option, QPainter& p, const QWidget* widget, const QStyle& style)
{
    const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(&option);
    if (!spin)
        return;
    if (spin->frame)
        fieldPanel(option, p, widget);
    if (spin->buttonSymbols == QAbstractSpinBox::NoButtons)
        return;
    for (const auto part : {QStyle::SC_SpinBoxUp, QStyle::SC_SpinBoxDown}) {
        const bool up = part == QStyle::SC_SpinBoxUp;
        QStyleOption arrow = option;
        arrow.rect = style.subControlRect(QStyle::CC_SpinBox, &option, part, widget);
        const bool can = spin->stepEnabled & (up ? QAbstractSpinBox::StepUpEnabled : QAbstractSpinBox::StepDownEnabled);
        if (!can)
            arrow.state &= ~State_Enabled;
        if ((option.activeSubControls & part) && (option.state & State_MouseOver) && can)
            p.fillRect(arrow.rect.adjusted(0, 1, 0, -1), mix(theme::colors().surface, theme::colors().text, 0.08));
        primitive(up ? QStyle::PE_IndicatorArrowUp : QStyle::PE_IndicatorArrowDown, arrow, p, widget);
    }
}

// A button that opens a menu has its arrow after its words, in the room that Style::sizeFromContents gives it; one that shows
// only "…" has none.
void toolButton(const QStyleOptionComplex& option, QPainter& p, const QWidget* widget, const QStyle& style)
{
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(&option);
    if (!button)
        return;
    primitive(QStyle::PE_PanelButtonTool, option, p, widget);
    QStyleOptionToolButton label = *button;
    if (hasMenuArrow(option)) {
        label.rect = mirrored(option, option.rect.adjusted(0, 0, -menuArrow, 0));
        QStyleOption arrow = option;
        arrow.rect = mirrored(option, QRect(option.rect.right() - menuArrow - 1, option.rect.top(), menuArrow, option.rect.height()));
        primitive(QStyle::PE_IndicatorArrowDown, arrow, p, widget);
    }
    style.drawControl(QStyle::CE_ToolButtonLabel, &label, &p, widget);
}

void scrollBar(const QStyleOptionComplex& option, QPainter& p, const QWidget* widget, const QStyle& style)
{
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(&option);
    const theme::Colors& c = theme::colors();
    p.fillRect(option.rect, c.surface);
    if (!bar || bar->maximum <= bar->minimum)
        return;
    const bool hover = option.state & State_MouseOver, held = option.state & State_Sunken;
    QRectF slider(style.subControlRect(QStyle::CC_ScrollBar, &option, QStyle::SC_ScrollBarSlider, widget));
    const double inset = hover || held ? 2 : 3;
    slider = bar->orientation == Qt::Vertical ? slider.adjusted(inset, 2, -inset, -2) : slider.adjusted(2, inset, -2, -inset);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(mix(c.surface, c.text, held ? 0.5 : hover ? 0.38 : 0.22));
    const double corner = std::min(slider.width(), slider.height()) / 2;
    p.drawRoundedRect(slider, corner, corner);
    p.restore();
}
} // namespace

bool control(QStyle::ControlElement element, const QStyleOption& option, QPainter& p, const QWidget*)
{
    switch (element) {
    case QStyle::CE_TabBarTabShape: tab(option, p); return true;
    case QStyle::CE_HeaderSection:
    case QStyle::CE_HeaderEmptyArea: headerSection(option, p); return true;
    case QStyle::CE_ProgressBarGroove:
    case QStyle::CE_ProgressBarContents: progress(element, option, p); return true;
    case QStyle::CE_ProgressBarLabel: return true;
    case QStyle::CE_MenuItem: menuItem(option, p); return true;
    case QStyle::CE_MenuEmptyArea: return true;
    case QStyle::CE_Splitter: splitter(option, p); return true;
    default: return false;
    }
}

bool complexControl(QStyle::ComplexControl which, const QStyleOptionComplex& option, QPainter& p, const QWidget* widget,
                    const QStyle& style)
{
    switch (which) {
    case QStyle::CC_ComboBox: comboBox(option, p, widget, style); return true;
    case QStyle::CC_SpinBox: spinBox(option, p, widget, style); return true;
    case QStyle::CC_ToolButton: toolButton(option, p, widget, style); return true;
    case QStyle::CC_ScrollBar: scrollBar(option, p, widget, style); return true;
    default: return false;
    }
}

bool hasMenuArrow(const QStyleOption& option)
{
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(&option);
    return button && (button->features & QStyleOptionToolButton::HasMenu) && !button->text.isEmpty() &&
           (button->toolButtonStyle != Qt::ToolButtonIconOnly || button->icon.isNull());
}

QSize menuItemSize(const QStyleOption& option, const QSize& size)
{
    const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(&option);
    if (item && item->menuItemType == QStyleOptionMenuItem::Separator)
        return {size.width(), 9};
    const int shortcut = item && item->text.contains(QLatin1Char('\t')) ? theme::space6 : 0;
    return {size.width() + menuIcon + menuEnd + shortcut, std::max(option.fontMetrics.height() + 12, 28)};
}

QRect scrollBarPart(const QStyleOptionSlider& option, QStyle::SubControl sub, int shortest)
{
    const QRect r = option.rect;
    const bool upright = option.orientation == Qt::Vertical;
    const int length = upright ? r.height() : r.width();
    const std::int64_t range = std::int64_t(option.maximum) - option.minimum;
    int slider = length;
    if (range > 0)
        slider = std::clamp(int(std::int64_t(option.pageStep) * length / (range + option.pageStep)), std::min(shortest, length), length);
    const int start = QStyle::sliderPositionFromValue(option.minimum, option.maximum, option.sliderPosition, length - slider,
                                                      option.upsideDown);
    const auto part = [&](int from, int size) {
        const QRect rect = upright ? QRect(r.left(), r.top() + from, r.width(), size)
                                   : QRect(r.left() + from, r.top(), size, r.height());
        return QStyle::visualRect(option.direction, r, rect);
    };
    switch (sub) {
    case QStyle::SC_ScrollBarSlider: return part(start, slider);
    case QStyle::SC_ScrollBarGroove: return r;
    case QStyle::SC_ScrollBarSubPage: return part(0, start);
    case QStyle::SC_ScrollBarAddPage: return part(start + slider, length - start - slider);
    default: return {};
    }
}

} // namespace slipway::ui::stylePaint
