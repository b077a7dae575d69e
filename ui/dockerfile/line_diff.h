// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QStringList>

namespace slipway::ui
{

// A line of both texts or of one of them: places from 0, -1 = not in that one.
struct DiffLine
{
    int left = -1, right = -1;
    bool operator==(const DiffLine&) const = default;
};

// How LEFT becomes RIGHT with the fewest lines taken away and put in; what goes stands before what comes. Texts of thousands of
// lines that have little in common are told apart as a whole.
[[nodiscard]] std::vector<DiffLine> diffLines(const QStringList& left, const QStringList& right);

} // namespace slipway::ui
