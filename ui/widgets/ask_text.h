// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QString>

#include "base/error.h"

class QWidget;

namespace slipway::ui
{

// A question that one line of text answers: a new name, an image to pull.
struct TextQuestion
{
    QString title, label, hint;
    QString text; // to begin with, chosen whole
    QString verb; // on the button
};

// Opens it over PARENT's window and returns at once. SEND gets the answer (trimmed, not empty) and is to call DONE with what became of
// it, now or later: success closes the question, an error is shown below the field and can be mended there. GUI thread.
using TextDone = std::function<void(const Status&)>;
void askText(QWidget* parent, const TextQuestion& question, std::function<void(const QString& text, TextDone done)> send);

} // namespace slipway::ui
