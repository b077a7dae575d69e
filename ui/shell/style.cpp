// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/style.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitterHandle>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTabBar>
#include <QTreeView>

#include "shell/style_paint.h"
#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
constexpr int controlHeight = 30, scrollExtent = 12, scrollShortest = 32;

bool isHeading(const QWidget& label)
{
    return label.property("heading").toBool() || label.objectName() == QLatin1StringView("pageTitle");
}
} // namespace

Style::Style() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void Style::polish(QWidget* widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) || qobject_cast<QLineEdit*>(widget) ||
        qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QScrollBar*>(widget) || qobject_cast<QTabBar*>(widget) ||
        qobject_cast<QSplitterHandle*>(widget))
        widget->setAttribute(Qt::WA_Hover);
    if (auto* view = qobject_cast<QAbstractItemView*>(widget))
        view->viewport()->setAttribute(Qt::WA_Hover);
    if (widget->objectName() == QLatin1StringView("dialogFooter")) {
        widget->setAutoFillBackground(true);
        widget->setBackgroundRole(QPalette::Base);
    }
    if (auto* frame = qobject_cast<QFrame*>(widget); frame && (frame->property("card").toBool() || frame->property("well").toBool()))
        frame->setFrameShape(QFrame::StyledPanel);
    if (auto* label = qobject_cast<QLabel*>(widget)) {
        // QLabel aligns by its words' direction: a name in Latin letters would stand apart from its icon.
        if (label->isRightToLeft() && label->alignment().testFlag(Qt::AlignLeft) && !label->alignment().testFlag(Qt::AlignAbsolute))
            label->setAlignment(Qt::AlignRight | Qt::AlignAbsolute | (label->alignment() & Qt::AlignVertical_Mask));
        if (label->property("well").toBool())
            label->setMargin(theme::space2);
        if (label->property("muted").toBool())
            label->setForegroundRole(QPalette::PlaceholderText);
        if (label->property("problem").toBool())
            label->setForegroundRole(QPalette::BrightText);
        if (label->property("warning").toBool())
            label->setForegroundRole(QPalette::LinkVisited);
        if (isHeading(*label)) {
            QFont font = label->font();
            font.setPointSizeF(QFontInfo(label->parentWidget() ? label->parentWidget()->font() : font).pointSizeF() * 1.4);
            font.setWeight(QFont::DemiBold);
            label->setFont(font);
        }
    }
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* p, const QWidget* widget) const
{
    if (!stylePaint::primitive(element, *option, *p, widget))
        QProxyStyle::drawPrimitive(element, option, p, widget);
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* p, const QWidget* widget) const
{
    const theme::Colors& c = theme::colors();
    if (stylePaint::control(element, *option, *p, widget))
        return;
    if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option); button && element == CE_PushButtonLabel) {
        stylePaint::pushButtonLabel(*button, *p, widget, *this);
        return;
    }
    if (const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option); tab && element == CE_TabBarTabLabel) {
        QStyleOptionTab copy = *tab;
        const bool strong = copy.state & (State_Selected | State_MouseOver);
        copy.palette.setColor(QPalette::WindowText, strong ? c.text : c.muted);
        copy.palette.setColor(QPalette::ButtonText, strong ? c.text : c.muted);
        copy.state &= ~State_HasFocus; // the shape shows it
        QProxyStyle::drawControl(element, &copy, p, widget);
        return;
    }
    if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option); header && element == CE_HeaderLabel) {
        const auto* full = qstyleoption_cast<const QStyleOptionHeaderV2*>(option);
        QStyleOptionHeaderV2 copy;
        if (full)
            copy = *full;
        else
            static_cast<QStyleOptionHeader&>(copy) = *header;
        copy.palette.setColor(QPalette::ButtonText, copy.state & State_MouseOver ? c.text : c.muted);
        copy.rect.adjust(0, -theme::space2, 0, theme::space2); // PM_HeaderMargin is for the sides
        QProxyStyle::drawControl(element, &copy, p, widget);
        return;
    }
    if (const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option); item && element == CE_ItemViewItem) {
        QStyleOptionViewItem copy = *item;
        copy.palette.setColor(QPalette::HighlightedText, c.text);
        copy.state &= ~State_HasFocus;
        QProxyStyle::drawControl(element, &copy, p, widget);
        return;
    }
    QProxyStyle::drawControl(element, option, p, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* p,
                               const QWidget* widget) const
{
    if (!stylePaint::complexControl(control, *option, *p, widget, *this))
        QProxyStyle::drawComplexControl(control, option, p, widget);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent: return scrollExtent;
    case PM_ScrollBarSliderMin: return scrollShortest;
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ScrollView_ScrollBarOverlap:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarBaseOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_ButtonDefaultIndicator:
    case PM_MenuHMargin: return 0;
    case PM_DefaultFrameWidth: return qobject_cast<const QLineEdit*>(widget) ? 2 : 1;
    case PM_MenuPanelWidth: return 1;
    case PM_MenuVMargin: return theme::space1;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ToolBarIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize: return 16;
    case PM_HeaderMargin:
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing:
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing: return theme::space2;
    case PM_HeaderMarkSize: return 10;
    case PM_LayoutLeftMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutBottomMargin: return theme::space3;
    case PM_TabBarTabHSpace: return theme::space8;
    case PM_TabBarTabVSpace: return theme::space4;
    case PM_TreeViewIndentation: return 18;
    case PM_SplitterWidth: return 7;
    case PM_ToolTipLabelFrameWidth: return 6;
    case PM_FocusFrameHMargin: return qobject_cast<const QTreeView*>(widget) ? theme::space2 - 1 : 2; // cells below their headers
    case PM_FocusFrameVMargin: return 2;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const
{
    const int text = option ? option->fontMetrics.height() : widget ? widget->fontMetrics().height() : 0;
    const int tall = std::max(controlHeight, text + 12);
    switch (type) {
    case CT_PushButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool both = button && !button->icon.isNull() && !button->text.isEmpty();
        const int wider = both ? stylePaint::iconGap - 4 : 0; // QPushButton counts 4 between the two
        if (widget && widget->property("link").toBool())
            return {size.width() + wider, size.height() + 6};
        const bool wordless = widget && static_cast<const QAbstractButton*>(widget)->text().isEmpty();
        return {wordless ? tall : size.width() + wider + 2 * 14, tall};
    }
    case CT_ToolButton:
        return {size.width() + 12 + (option && stylePaint::hasMenuArrow(*option) ? stylePaint::menuArrow : 0), std::max(size.height() + 12, 28)};
    case CT_LineEdit: return {size.width() + 8, std::max(tall, size.height())};
    case CT_ComboBox: return {size.width() + 2 * 10 + 20, tall};
    case CT_SpinBox: return {size.width() + 2 * 8 + 20, tall};
    case CT_HeaderSection: return {QProxyStyle::sizeFromContents(type, option, size, widget).width(), text + 14};
    case CT_ItemViewItem: {
        const QSize item = QProxyStyle::sizeFromContents(type, option, size, widget);
        return qobject_cast<const QTreeView*>(widget) ? QSize(item.width(), item.height() + 8) : item;
    }
    case CT_MenuItem: return stylePaint::menuItemSize(*option, size);
    default: return QProxyStyle::sizeFromContents(type, option, size, widget);
    }
}

QRect Style::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    if (element == SE_PushButtonContents && widget && widget->property("link").toBool())
        return option->rect;
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    return element == SE_LineEditContents && frame && frame->lineWidth > 0 ? rect.adjusted(4, 0, -4, 0) : rect;
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub,
                            const QWidget* widget) const
{
    const QRect r = option->rect;
    if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option); bar && control == CC_ScrollBar)
        return stylePaint::scrollBarPart(*bar, sub, scrollShortest);
    if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option); box && control == CC_ComboBox) {
        if (sub == SC_ComboBoxEditField)
            return visualRect(option->direction, r, box->editable ? r.adjusted(7, 2, -26, -2) : r.adjusted(10, 2, -26, -2));
        if (sub == SC_ComboBoxArrow)
            return visualRect(option->direction, r, QRect(r.right() - 25, r.top(), 24, r.height()));
    }
    if (const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option); box && control == CC_SpinBox) {
        const bool bare = box->buttonSymbols == QAbstractSpinBox::NoButtons;
        const int half = r.height() / 2;
        switch (sub) {
        case SC_SpinBoxUp:
            return bare ? QRect() : visualRect(option->direction, r, QRect(r.right() - 21, r.top() + 1, 20, half - 1));
        case SC_SpinBoxDown:
            return bare ? QRect() : visualRect(option->direction, r, QRect(r.right() - 21, r.top() + half, 20, half - 1));
        case SC_SpinBoxEditField: return visualRect(option->direction, r, r.adjusted(5, 2, bare ? -5 : -23, -2));
        case SC_SpinBoxFrame: return r;
        default: break;
        }
    }
    return QProxyStyle::subControlRect(control, option, sub, widget);
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_ComboBox_Popup:
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_MessageBox_CenterButtons:
    case SH_Widget_Animate:
    case SH_Widget_Animation_Duration:
    case SH_ScrollView_FrameOnlyAroundContents:
    case SH_ScrollBar_LeftClickAbsolutePosition:
    case SH_ScrollBar_Transient: return 0;
    case SH_ItemView_ShowDecorationSelected:
    case SH_Menu_MouseTracking: return 1;
    case SH_DialogButtonLayout: return QDialogButtonBox::GnomeLayout; // the verb last, as in the dialogs that lay out their own
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_FormLayoutLabelAlignment: return Qt::AlignLeading | Qt::AlignVCenter;
    case SH_FormLayoutFieldGrowthPolicy: return 2; // all fields grow
    case SH_Header_ArrowAlignment: return Qt::AlignRight | Qt::AlignVCenter;
    case SH_ToolTip_WakeUpDelay: return 500;
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace slipway::ui
