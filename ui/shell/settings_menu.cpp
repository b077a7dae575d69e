// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/settings_menu.h"

#include <QActionGroup>
#include <QMenu>

#include "shell/main_window.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{

QMenu* makeSettingsMenu(MainWindow& window)
{
    auto* menu = new QMenu;
    menu->setObjectName(QLatin1StringView(names::settingsMenu));
    auto* group = new QActionGroup(menu);
    for (const auto& [mode, text] : {std::pair{theme::Mode::System, MainWindow::tr("Theme: as the desktop")},
                                     {theme::Mode::Light, MainWindow::tr("Theme: light")},
                                     {theme::Mode::Dark, MainWindow::tr("Theme: dark")}}) {
        auto* action = menu->addAction(text, menu, [mode] { theme::choose(mode); });
        action->setCheckable(true);
        action->setActionGroup(group);
        QObject::connect(menu, &QMenu::aboutToShow, action, [action, mode] { action->setChecked(theme::mode() == mode); });
    }
    const auto add = [&](const char* name, const QString& text, const QKeySequence& keys, auto call) {
        auto* action = menu->addAction(icon(name), text, &window, call);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut); // shown here; the window has its own
    };
    menu->addSeparator();
    add("command", MainWindow::tr("Commands…"), Qt::CTRL | Qt::Key_K, &MainWindow::openPalette);
    add("book", MainWindow::tr("First steps and keys"), QKeySequence::HelpContents, &MainWindow::openHelp);
    menu->addSeparator();
    add("close", MainWindow::tr("Quit"), QKeySequence::Quit, &MainWindow::close);
    return menu;
}

} // namespace slipway::ui
