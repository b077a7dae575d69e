// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/theme.h"

#include <QApplication>
#include <QFont>
#include <QPalette>
#include <QSettings>
#include <QStyleHints>

#include "shell/style.h"

namespace slipway::ui::theme
{
namespace
{
constexpr QColor rgb(int value)
{
    return QColor::fromRgb(QRgb(value) | 0xff000000U);
}

const Colors light{
    .base = rgb(0xf5f6f8),
    .surface = rgb(0xffffff),
    .raised = rgb(0xeef0f3),
    .line = rgb(0xe4e7ec),
    .strongLine = rgb(0xcdd2da),
    .text = rgb(0x1b222c),
    .muted = rgb(0x5e6876),
    .accent = rgb(0x1f5fd6),
    .accentFill = rgb(0x2563eb),
    .accentText = rgb(0xffffff),
    .select = rgb(0xe6eefd),
    .success = rgb(0x127a43),
    .warning = rgb(0xa35a00),
    .danger = rgb(0xc62b20),
    .dangerFill = rgb(0xd0342c),
    .dangerText = rgb(0xffffff),
};
const Colors dark{
    .base = rgb(0x131518),
    .surface = rgb(0x191c20),
    .raised = rgb(0x25292f),
    .line = rgb(0x2a2f36),
    .strongLine = rgb(0x434a55),
    .text = rgb(0xe3e6eb),
    .muted = rgb(0x98a1ad),
    .accent = rgb(0x7aa8ff),
    .accentFill = rgb(0x3168e0),
    .accentText = rgb(0xffffff),
    .select = rgb(0x20304d),
    .success = rgb(0x4fc387),
    .warning = rgb(0xe2a545),
    .danger = rgb(0xff7b72),
    .dangerFill = rgb(0xc93c37),
    .dangerText = rgb(0xffffff),
};

constexpr std::pair<Mode, const char*> modes[] = {{Mode::System, "system"}, {Mode::Light, "light"}, {Mode::Dark, "dark"}};

Mode current = Mode::System;
bool darkNow = false;

QString key()
{
    return QStringLiteral("window/theme");
}

void install(bool isDarkNow)
{
    darkNow = isDarkNow;
    const Colors& t = colors();
    QPalette p;
    p.setColor(QPalette::Window, t.base);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.raised);
    p.setColor(QPalette::Button, t.surface);
    p.setColor(QPalette::Light, mix(t.surface, t.text, 0.04));
    p.setColor(QPalette::Midlight, t.raised);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.strongLine);
    p.setColor(QPalette::Shadow, t.strongLine);
    p.setColor(QPalette::Highlight, t.accentFill);
    p.setColor(QPalette::HighlightedText, t.accentText);
    p.setColor(QPalette::Accent, t.accentFill);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::PlaceholderText, t.muted);
    // Colours of text that a label chooses as its foreground role (Style::polish): red and amber.
    p.setColor(QPalette::BrightText, t.danger);
    p.setColor(QPalette::LinkVisited, t.warning);
    p.setColor(QPalette::ToolTipBase, t.surface);
    p.setColor(QPalette::ToolTipText, t.text);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(role, t.text);
        p.setColor(QPalette::Disabled, role, mix(t.surface, t.text, 0.4));
    }
    QApplication::setPalette(p);
}

void installOnce()
{
    QApplication::setStyle(new Style);
    QFont font(QStringList{QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("sans-serif")});
    font.setPointSizeF(10);
    QApplication::setFont(font);
    QObject::connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, qApp, [](Qt::ColorScheme scheme) {
        if (current == Mode::System)
            install(scheme == Qt::ColorScheme::Dark);
    });
}
} // namespace

const Colors& colors()
{
    return darkNow ? dark : light;
}

bool isDark()
{
    return darkNow;
}

Mode mode()
{
    return current;
}

QColor mix(const QColor& under, const QColor& over, double opacity)
{
    const auto part = [opacity](int from, int to) { return int(from + (to - from) * opacity + 0.5); };
    return {part(under.red(), over.red()), part(under.green(), over.green()), part(under.blue(), over.blue())};
}

void apply(Mode mode)
{
    if (!qobject_cast<Style*>(QApplication::style()))
        installOnce();
    current = mode;
    install(mode == Mode::Dark ||
            (mode == Mode::System && QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark));
}

void choose(Mode mode)
{
    apply(mode);
    QSettings().setValue(key(), name(mode));
}

Mode chosen()
{
    return modeOf(QSettings().value(key()).toString());
}

QString name(Mode mode)
{
    return QLatin1StringView(modes[std::size_t(mode)].second);
}

Mode modeOf(const QString& wanted)
{
    for (const auto& [mode, word] : modes)
        if (wanted == QLatin1StringView(word))
            return mode;
    return Mode::System;
}

} // namespace slipway::ui::theme
