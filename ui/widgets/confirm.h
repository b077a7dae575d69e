// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QString>

class QWidget;

namespace slipway::ui
{

// The question before something is destroyed. It names the thing, the button says the verb, and Cancel has the focus.
struct Confirmation
{
    QString title;  // "Remove container web?"
    QString text;   // what is lost and what stays
    QString verb;   // "Remove web"
    QString option; // a check box, off; empty = none
};

// Opens it over PARENT's window and returns at once; THEN runs if it is confirmed. Text is plain. GUI thread.
void confirm(QWidget* parent, const Confirmation& what, std::function<void(bool option)> then);

} // namespace slipway::ui
