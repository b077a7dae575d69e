// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slipway::ui
{

// How well QUERY fits TEXT: its letters must occur in order, in any case. 0 = not at all; more is better: letters in a row, at the
// beginning of a word, early, in a short text.
[[nodiscard]] int fuzzyScore(const QString& query, const QString& text);

} // namespace slipway::ui
