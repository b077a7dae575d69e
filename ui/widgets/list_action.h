// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QKeySequence>
#include <QStringList>

namespace slipway::ui
{

// Something that can be done to rows of a list, written once: the bar over the list (for the chosen rows), the buttons of the row
// under the mouse, the context menu and the keyboard are made from it.
struct ListAction
{
    const char* name = nullptr; // object name of its button in the bar
    const char* icon = nullptr;
    QString text;
    QKeySequence key; // while the list has the focus; several actions may share one: the first that is possible runs
    bool onRow = false;
    bool separated = false; // a line before it, in the menu
    bool one = false;       // of one row only
    std::function<bool(const QStringList& ids)> possible; // absent: always
    std::function<void(const QStringList& ids)> run;

    [[nodiscard]] bool canRun(const QStringList& ids) const
    {
        return !ids.isEmpty() && (!one || ids.size() == 1) && (!possible || possible(ids));
    }
};

} // namespace slipway::ui
