// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <QString>

#include "logs/ansi_text.h"
#include "logstore/log_query.h"

// How a line is shown, beyond its own colours.
namespace slipway::ui
{

struct LineLook
{
    AnsiLine line;
    logstore::Level level = logstore::Level::None;
    bool coloured = false; // it has colours of its own
    std::vector<std::pair<int, int>> links; // start, length in line.text: http and https only
};

// FOLD: a line that is a JSON object becomes its message and its other fields, "message  key=value …".
[[nodiscard]] LineLook lookOf(std::string_view bytes, bool fold);

// The fields of a line that is a JSON object, in its order; nested ones as JSON. Nothing: it is none.
[[nodiscard]] std::optional<std::vector<std::pair<QString, QString>>> jsonFields(std::string_view bytes);

[[nodiscard]] QString levelName(logstore::Level level); // "Error"; empty for None

} // namespace slipway::ui
