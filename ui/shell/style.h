// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProxyStyle>

namespace slipway::ui
{

// How every control is drawn and how big it is, on Fusion's behaviour, in the colours that theme::colors() has at that moment.
// A widget chooses a role by a property, set before it is first shown:
//   QPushButton  "primary" (one per page), "danger" (destroys something), "link" (looks like one)
//   QToolButton  "disclosure" (checkable: shows and hides what is below it; its arrow says which)
//   QLabel       "muted" (secondary text), "problem" (red), "warning" (amber), "heading" (page title)
//   QFrame       "card" (things that belong together); QLabel "well" (text on a sunken ground)
//   QWidget      the object name "dialogFooter": the strip with a dialog's buttons
class Style : public QProxyStyle
{
    Q_OBJECT

public:
    Style();

    void polish(QWidget* widget) override;
    using QProxyStyle::polish;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* p, const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* p, const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* p,
                            const QWidget* widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                         const QWidget* widget) const override;
    [[nodiscard]] QRect subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const override;
    [[nodiscard]] QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub,
                                       const QWidget* widget) const override;
    [[nodiscard]] int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                                QStyleHintReturn* data) const override;
};

} // namespace slipway::ui
