// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slipway::ui
{

// TEXT for a tool tip that shows it as it is: Qt takes what looks like HTML for HTML, and may load what it names.
inline QString literalTip(const QString& text)
{
    return text.isEmpty() ? QString() : QStringLiteral("<span style=\"white-space:pre-wrap\">%1</span>").arg(text.toHtmlEscaped());
}

} // namespace slipway::ui
