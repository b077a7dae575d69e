// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/style_paint.h"

#include <QAbstractItemView>
#include <QLineEdit>
#include <QPainter>

#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui::stylePaint
{
namespace
{
using enum QStyle::StateFlag;
using theme::mix;

constexpr double radius = theme::radius - 1;

QRectF inside(const QRect& rect, double by = 0.5)
{
    return QRectF(rect).adjusted(by, by, -by, -by);
}

void box(QPainter& p, const QRectF& rect, const QColor& fill, const QColor& line, double corner)
{
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(line.isValid() ? QPen(line) : QPen(Qt::NoPen));
    p.setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
    p.drawRoundedRect(rect, corner, corner);
    p.restore();
}

bool keyboardFocus(const QStyleOption& option)
{
    return (option.state & State_HasFocus) && (option.state & State_KeyboardFocusChange);
}

QColor buttonFill(const QStyleOption& option, const QWidget* widget, QColor& line)
{
    const theme::Colors& c = theme::colors();
    const bool enabled = option.state & State_Enabled, down = option.state & (State_Sunken | State_On);
    const bool hover = enabled && (option.state & State_MouseOver);
    const bool primary = widget && widget->property("primary").toBool();
    const bool danger = widget && widget->property("danger").toBool();
    line = QColor();
    if (enabled && (primary || danger)) {
        const QColor fill = danger ? c.dangerFill : c.accentFill;
        return down ? mix(fill, Qt::black, 0.18) : hover ? mix(fill, theme::isDark() ? Qt::white : Qt::black, 0.1) : fill;
    }
    line = enabled ? c.strongLine : c.line;
    const QColor fill = theme::isDark() ? c.raised : c.surface;
    if (!enabled)
        return mix(c.base, fill, 0.4);
    return down ? mix(fill, c.text, 0.14) : hover ? mix(fill, c.text, 0.05) : fill;
}

void pushButton(const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(&option);
    if (widget && widget->property("link").toBool()) {
        if (keyboardFocus(option))
            focusRing(p, option.rect, 4);
        return;
    }
    QColor line;
    const QColor fill = buttonFill(option, widget, line);
    const bool flat = button && (button->features & QStyleOptionButton::Flat);
    if (flat && !(option.state & (State_MouseOver | State_Sunken | State_On)))
        line = {};
    else
        box(p, inside(option.rect), fill, flat ? QColor() : line, radius);
    if (keyboardFocus(option))
        focusRing(p, option.rect, radius);
}

void toolButton(const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    const theme::Colors& c = theme::colors();
    const bool enabled = option.state & State_Enabled;
    const bool folds = widget && widget->property("disclosure").toBool();
    if (enabled && (option.state & (folds ? State_Sunken : State_Sunken | State_On)))
        box(p, inside(option.rect), mix(c.surface, c.text, 0.13), {}, radius);
    else if (enabled && (option.state & State_MouseOver))
        box(p, inside(option.rect), mix(c.surface, c.text, 0.08), {}, radius);
    if (keyboardFocus(option))
        focusRing(p, option.rect, radius);
}

void field(const QStyleOption& option, QPainter& p, bool filled)
{
    const theme::Colors& c = theme::colors();
    const bool enabled = option.state & State_Enabled, focus = option.state & State_HasFocus;
    const QColor fill = enabled ? (theme::isDark() ? c.base : c.surface) : mix(c.base, c.raised, 0.5);
    const QColor line = !enabled ? c.line : option.state & State_MouseOver ? mix(c.strongLine, c.text, 0.25) : c.strongLine;
    box(p, inside(option.rect), filled ? fill : QColor(), line, radius);
    if (focus && enabled)
        focusRing(p, option.rect, radius);
}

void checkBox(const QStyleOption& option, QPainter& p, bool round)
{
    const theme::Colors& c = theme::colors();
    const bool on = option.state & (State_On | State_NoChange), enabled = option.state & State_Enabled;
    const QRectF r = inside(option.rect);
    const double corner = round ? r.width() / 2 : 4;
    const QColor fill = on ? (enabled ? c.accentFill : c.muted) : (enabled ? c.surface : c.raised);
    const bool hover = option.state & State_MouseOver;
    box(p, r, fill, on ? QColor() : hover && enabled ? c.muted : mix(c.strongLine, c.text, 0.2), corner);
    if (on && round)
        box(p, r.adjusted(5, 5, -5, -5), c.accentText, {}, 5);
    else if (option.state & State_NoChange)
        box(p, QRectF(r.left() + 4, r.center().y() - 1, r.width() - 8, 2), c.accentText, {}, 1);
    else if (on)
        paintIcon(p, QRectF(option.rect).adjusted(2, 2, -2, -2), "check", c.accentText);
    if (keyboardFocus(option))
        focusRing(p, QRectF(option.rect).adjusted(-2, -2, 2, 2), corner + 2);
}

void itemPanel(const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    const theme::Colors& c = theme::colors();
    if (option.state & State_Selected)
        // State_Active would be that the list has the focus: the chosen row stays the chosen one while its detail is used.
        p.fillRect(option.rect, !widget || widget->isActiveWindow() ? c.select : mix(c.surface, c.text, 0.08));
    else if (option.state & State_MouseOver)
        p.fillRect(option.rect, mix(c.surface, c.text, 0.045));
    if (const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(&option)) {
        if (item->backgroundBrush.style() != Qt::NoBrush && !(option.state & State_Selected))
            p.fillRect(option.rect, item->backgroundBrush);
    }
}

void branch(const QStyleOption& option, QPainter& p)
{
    if (!(option.state & State_Children))
        return;
    const QRectF square(option.rect.center().x() - 6, option.rect.center().y() - 6, 13, 13);
    const bool mirrored = option.direction == Qt::RightToLeft;
    paintIcon(p, square, option.state & State_Open ? "chevron-down" : mirrored ? "chevron-left" : "chevron-right",
              theme::colors().muted);
}

void arrow(const QStyleOption& option, QPainter& p, const char* name)
{
    const double side = std::min({14, option.rect.width(), option.rect.height()});
    QColor color = theme::colors().muted;
    if (!(option.state & State_Enabled))
        color.setAlphaF(0.4f);
    const QPointF middle = QRectF(option.rect).center();
    paintIcon(p, {std::round(middle.x() - side / 2), std::round(middle.y() - side / 2), side, side}, name, color);
}

const char* arrowName(QStyle::PrimitiveElement element, const QStyleOption& option)
{
    switch (element) {
    case QStyle::PE_IndicatorArrowUp:
    case QStyle::PE_IndicatorSpinUp: return "chevron-up";
    case QStyle::PE_IndicatorArrowDown:
    case QStyle::PE_IndicatorSpinDown:
    case QStyle::PE_IndicatorButtonDropDown: return "chevron-down";
    case QStyle::PE_IndicatorArrowLeft: return "chevron-left";
    case QStyle::PE_IndicatorArrowRight: return "chevron-right";
    case QStyle::PE_IndicatorHeaderArrow: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(&option);
        return header && header->sortIndicator == QStyleOptionHeader::SortUp ? "chevron-down" : "chevron-up";
    }
    case QStyle::PE_IndicatorTabClose: return "close";
    default: return nullptr;
    }
}

bool frame(QStyle::PrimitiveElement element, const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    const theme::Colors& c = theme::colors();
    if (element == QStyle::PE_Frame && widget && widget->property("card").toBool()) {
        box(p, inside(option.rect), theme::isDark() ? mix(c.surface, c.raised, 0.4) : c.surface, c.line, theme::radius + 2);
        return true;
    }
    if (element == QStyle::PE_Frame && widget && widget->property("well").toBool()) {
        box(p, option.rect, c.raised, {}, theme::radius);
        return true;
    }
    switch (element) {
    case QStyle::PE_Frame:
    case QStyle::PE_FrameGroupBox: box(p, inside(option.rect), {}, c.line, 3); return true;
    case QStyle::PE_FrameMenu:
        p.setPen(c.strongLine);
        p.drawRect(option.rect.adjusted(0, 0, -1, -1));
        return true;
    case QStyle::PE_PanelMenu: p.fillRect(option.rect, theme::isDark() ? c.raised : c.surface); return true;
    case QStyle::PE_PanelTipLabel:
        p.fillRect(option.rect, theme::isDark() ? c.raised : c.surface);
        p.setPen(c.strongLine);
        p.drawRect(option.rect.adjusted(0, 0, -1, -1));
        return true;
    case QStyle::PE_FrameTabWidget:
    case QStyle::PE_FrameDefaultButton:
    case QStyle::PE_FrameStatusBarItem: return true;
    case QStyle::PE_FrameTabBarBase:
        p.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), c.line);
        return true;
    case QStyle::PE_FrameFocusRect:
        // QTreeView always claims that the keyboard brought the focus.
        if ((option.state & State_KeyboardFocusChange) && (!widget || widget->window()->testAttribute(Qt::WA_KeyboardFocusChange)))
            focusRing(p, option.rect, 4);
        return true;
    default: return false;
    }
}
} // namespace

void focusRing(QPainter& p, const QRectF& rect, double corner)
{
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(theme::colors().accent, 2));
    p.setBrush(Qt::NoBrush);
    p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), corner, corner);
    p.restore();
}

void pushButtonLabel(const QStyleOptionButton& option, QPainter& p, const QWidget* widget, const QStyle& style)
{
    const theme::Colors& c = theme::colors();
    const auto has = [widget](const char* role) { return widget && widget->property(role).toBool(); };
    const bool enabled = option.state & State_Enabled;
    QPalette palette = option.palette;
    if (enabled && has("link"))
        palette.setColor(QPalette::ButtonText, option.state & State_MouseOver ? c.text : c.accent);
    else if (enabled && (has("danger") || has("primary")))
        palette.setColor(QPalette::ButtonText, has("danger") ? c.dangerText : c.accentText);
    const QSize picture = option.icon.isNull() ? QSize(0, 0) : option.iconSize;
    const int gap = picture.isEmpty() || option.text.isEmpty() ? 0 : iconGap;
    const QRect all = option.rect;
    const int wide = std::min(all.width(), picture.width() + gap + option.fontMetrics.size(Qt::TextShowMnemonic, option.text).width());
    const int left = has("link") ? all.left() : all.left() + (all.width() - wide) / 2;
    const auto at = [&](int x, int y, int width, int height) {
        return QStyle::visualRect(option.direction, all, QRect(x, y, width, height));
    };
    if (!picture.isEmpty())
        option.icon.paint(&p, at(left, all.top() + (all.height() - picture.height()) / 2, picture.width(), picture.height()),
                          Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled, option.state & State_On ? QIcon::On : QIcon::Off);
    const int lead = picture.width() + gap;
    const auto mnemonic = style.styleHint(QStyle::SH_UnderlineShortcut, &option, widget) ? Qt::TextShowMnemonic : Qt::TextHideMnemonic;
    style.drawItemText(&p, at(left + lead, all.top(), wide - lead, all.height()),
                       int(QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter) | mnemonic, palette, enabled,
                       option.text, QPalette::ButtonText);
}

bool primitive(QStyle::PrimitiveElement element, const QStyleOption& option, QPainter& p, const QWidget* widget)
{
    switch (element) {
    case QStyle::PE_PanelButtonCommand: pushButton(option, p, widget); return true;
    case QStyle::PE_PanelButtonTool: toolButton(option, p, widget); return true;
    case QStyle::PE_PanelLineEdit: {
        const auto* panel = qstyleoption_cast<const QStyleOptionFrame*>(&option);
        if (panel && panel->lineWidth > 0)
            field(option, p, true);
        return true;
    }
    case QStyle::PE_FrameLineEdit: field(option, p, false); return true;
    case QStyle::PE_IndicatorCheckBox:
    case QStyle::PE_IndicatorItemViewItemCheck: checkBox(option, p, false); return true;
    case QStyle::PE_IndicatorRadioButton: checkBox(option, p, true); return true;
    case QStyle::PE_PanelItemViewItem:
    case QStyle::PE_PanelItemViewRow: itemPanel(option, p, widget); return true;
    case QStyle::PE_IndicatorBranch: branch(option, p); return true;
    default: break;
    }
    if (const char* name = arrowName(element, option)) {
        arrow(option, p, name);
        return true;
    }
    return frame(element, option, p, widget);
}

} // namespace slipway::ui::stylePaint
