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
struct Tokens
{
    const char *base, *surface, *raised, *line, *text, *muted, *accent, *accentText, *select;
};
constexpr Tokens light{"#f6f7f9", "#ffffff", "#eef0f4", "#dfe3ea", "#1b2330", "#667085", "#2563eb", "#ffffff", "#e3ecfd"};
constexpr Tokens dark{"#14171c", "#1b1f26", "#262b34", "#323843", "#e6e9ef", "#98a2b3", "#5b8def", "#0d1117", "#24344f"};

QString sheet(const Tokens& t)
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
QLabel[problem="true"] { color: #d92d20; }
QPushButton { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 7px 14px; }
QPushButton:hover { background: @raised; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @muted; }
QPushButton[primary="true"] { background: @accent; color: @accentText; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:disabled { background: @raised; color: @muted; border-color: @line; }
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
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QSplitter::handle { background: transparent; }
)");
    for (const auto& [name, value] : {std::pair{"@accentText", t.accentText}, {"@accent", t.accent}, {"@base", t.base},
                                      {"@surface", t.surface}, {"@raised", t.raised}, {"@line", t.line},
                                      {"@text", t.text}, {"@muted", t.muted}, {"@select", t.select}})
        s.replace(QLatin1StringView(name), QLatin1StringView(value));
    return s;
}

void install(bool isDark)
{
    const Tokens& t = isDark ? dark : light;
    QPalette p;
    const auto color = [](const char* name) { return QColor::fromString(QLatin1StringView(name)); };
    p.setColor(QPalette::Window, color(t.base));
    p.setColor(QPalette::Base, color(t.surface));
    p.setColor(QPalette::AlternateBase, color(t.raised));
    p.setColor(QPalette::Button, color(t.surface));
    p.setColor(QPalette::Mid, color(t.line));
    p.setColor(QPalette::Highlight, color(t.accent));
    p.setColor(QPalette::HighlightedText, color(t.accentText));
    p.setColor(QPalette::Link, color(t.accent));
    p.setColor(QPalette::PlaceholderText, color(t.muted));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(role, color(t.text));
    QApplication::setPalette(p);
    qApp->setStyleSheet(sheet(t));
}
} // namespace

void apply(Mode mode)
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QFont font(QStringList{QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("sans-serif")});
    font.setPointSizeF(10);
    QApplication::setFont(font);
    auto* hints = QApplication::styleHints();
    if (mode == Mode::System) {
        QObject::connect(hints, &QStyleHints::colorSchemeChanged, qApp,
                         [](Qt::ColorScheme scheme) { install(scheme == Qt::ColorScheme::Dark); });
        install(hints->colorScheme() == Qt::ColorScheme::Dark);
    } else {
        install(mode == Mode::Dark);
    }
}

} // namespace slipway::ui::theme
