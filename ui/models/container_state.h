// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <QString>

#include "base/json.h"
#include "widgets/icons.h"

namespace slipway::ui
{

// A container's state as everybody sees it: colour + glyph + word, one meaning in list, detail, chart and notification.
struct StateView
{
    const char* icon = nullptr; // of resources/icons
    Tint tint = Tint::Muted;
    QString word;   // "Running", "Exited (137)"
    QString detail; // "3 min", "5 min ago"; may be empty
};

// STATE and STATUS are those of GET /containers/json: "running" and "Up 3 minutes (healthy)".
[[nodiscard]] StateView stateView(const std::string& state, const std::string& status);
// The same of what GET /containers/ID/json answers; without detail.
[[nodiscard]] StateView stateView(const Json& inspect);

// "3 minutes", "About an hour" → "3 min", "1 h", in the person's language; anything else comes back as it is.
[[nodiscard]] QString shortDuration(const QString& words);

// Its process exists: running, paused, restarting.
[[nodiscard]] bool isUp(const std::string& state);

// Seconds until what STATUS says can change by itself ("Up 5 seconds" soon, "Up 2 days" hardly ever).
[[nodiscard]] int secondsUntilStale(const std::string& status);

} // namespace slipway::ui
