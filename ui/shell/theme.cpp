// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/theme.h"

#include <QApplication>
#include <QFont>
#include <QPalette>
#include <QStyleFactory>
#include <QStyleHints>

namespace slipway::ui::theme
{
namespace
{
constexpr QColor rgb(int value)
{
    return QColor::fromRgb(QRgb(value) | 0xff000000U);
}

const Colors light{
    .base = rgb(0xf6f7f9),
    .surface = rgb(0xffffff),
    .raised = rgb(0xeef0f3),
    .line = rgb(0xe3e6eb),
    .strongLine = rgb(0xcdd2da),
    .text = rgb(0x1b222c),
    .muted = rgb(0x5e6876),
    .accent = rgb(0x1f5fd6),
    .accentFill = rgb(0x2563eb),
    .accentText = rgb(0xffffff),
    .select = rgb(0xe4edfd),
    .success = rgb(0x127a43),
    .warning = rgb(0xa35a00),
    .danger = rgb(0xc62b20),
    .dangerFill = rgb(0xd0342c),
    .dangerText = rgb(0xffffff),
};
const Colors dark{
    .base = rgb(0x15171b),
    .surface = rgb(0x1b1e23),
    .raised = rgb(0x262a31),
    .line = rgb(0x2b3038),
    .strongLine = rgb(0x434a55),
    .text = rgb(0xe3e6eb),
    .muted = rgb(0x98a1ad),
    .accent = rgb(0x7aa8ff),
    .accentFill = rgb(0x3168e0),
    .accentText = rgb(0xffffff),
    .select = rgb(0x223350),
    .success = rgb(0x4fc387),
    .warning = rgb(0xe2a545),
    .danger = rgb(0xff7b72),
    .dangerFill = rgb(0xc93c37),
    .dangerText = rgb(0xffffff),
};

Mode current = Mode::System;
bool darkNow = false;

QString sheet(const Colors& t)
{
    QString s = QStringLiteral(R"(
* { outline: none; }
QMainWindow, QDialog { background: @base; }
#rail { background: @surface; border-right: 1px solid @line; }
#rail QToolButton { border: 0; border-radius: 8px; padding: 10px 12px; text-align: left; color: @muted; }
#rail QToolButton:hover { background: @raised; }
#rail QToolButton:checked { background: @select; color: @accent; font-weight: 600; }
#pageTitle { font-size: 22px; font-weight: 600; }
#brand { font-size: 16px; font-weight: 700; padding: 8px 12px; }
QLabel[muted="true"] { color: @muted; }
QLabel[problem="true"] { color: @danger; }
QLabel[warning="true"] { color: @warning; }
QPushButton { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 7px 14px; }
QPushButton:hover { background: @raised; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @muted; }
QPushButton[primary="true"] { background: @fill; color: @onFill; border-color: @fill; font-weight: 600; }
QPushButton[primary="true"]:disabled { background: @raised; color: @muted; border-color: @line; }
QPushButton[link="true"] { background: transparent; border: 0; color: @accent; padding: 2px 4px; }
QPushButton[link="true"]:hover, QPushButton[link="true"]:focus { text-decoration: underline; }
QPushButton[link="true"]:disabled { color: @muted; }
QFrame[card="true"] { background: @surface; border: 1px solid @line; border-radius: 8px; }
QLabel[well="true"] { background: @raised; border-radius: 6px; padding: 8px 10px; }
#dialogFooter { background: @surface; border-top: 1px solid @line; }
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus { border-color: @accent; }
QTableView, QTreeWidget { background: @surface; border: 1px solid @line; border-radius: 8px; selection-background-color: @select;
  selection-color: @text; }
QTableView::item { padding: 0 8px; border-bottom: 1px solid @raised; }
QHeaderView { background: transparent; }
QHeaderView::section { background: @surface; border: 0; border-bottom: 1px solid @line; padding: 8px; color: @muted; }
QTabWidget::pane { border: 0; border-top: 1px solid @line; }
QTabBar::tab { padding: 8px 14px; color: @muted; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
#jobsPanel { background: @surface; border-top: 1px solid @line; }
QProgressBar { border: 0; border-radius: 3px; background: @raised; max-height: 6px; }
QProgressBar::chunk { background: @fill; border-radius: 3px; }
QSplitter::handle { background: transparent; }
)");
    for (const auto& [name, value] : {std::pair{"@accent", t.accent}, {"@base", t.base}, {"@surface", t.surface},
                                      {"@raised", t.raised}, {"@line", t.line}, {"@text", t.text}, {"@muted", t.muted},
                                      {"@select", t.select}, {"@danger", t.danger}, {"@warning", t.warning}, {"@fill", t.accentFill},
                                      {"@onFill", t.accentText}})
        s.replace(QLatin1StringView(name), value.name());
    return s;
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
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Highlight, t.accentFill);
    p.setColor(QPalette::HighlightedText, t.accentText);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::PlaceholderText, t.muted);
    p.setColor(QPalette::BrightText, t.danger);
    p.setColor(QPalette::ToolTipBase, t.surface);
    p.setColor(QPalette::ToolTipText, t.text);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(role, t.text);
        p.setColor(QPalette::Disabled, role, mix(t.surface, t.text, 0.4));
    }
    QApplication::setPalette(p);
    qApp->setStyleSheet(sheet(t));
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
    static const bool once = [] {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        QFont font(QStringList{QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("sans-serif")});
        font.setPointSizeF(10);
        QApplication::setFont(font);
        QObject::connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, qApp,
                         [](Qt::ColorScheme scheme) {
                             if (current == Mode::System)
                                 install(scheme == Qt::ColorScheme::Dark);
                         });
        return true;
    }();
    Q_UNUSED(once);
    current = mode;
    install(mode == Mode::Dark ||
            (mode == Mode::System && QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark));
}

} // namespace slipway::ui::theme
