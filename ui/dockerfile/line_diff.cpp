// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/line_diff.h"

#include <algorithm>
#include <cstdint>

namespace slipway::ui
{
namespace
{
constexpr qint64 mostCells = 4'000'000;
}

std::vector<DiffLine> diffLines(const QStringList& left, const QStringList& right)
{
    int begin = 0, leftEnd = int(left.size()), rightEnd = int(right.size());
    while (begin < leftEnd && begin < rightEnd && left[begin] == right[begin])
        ++begin;
    while (leftEnd > begin && rightEnd > begin && left[leftEnd - 1] == right[rightEnd - 1])
        --leftEnd, --rightEnd;
    std::vector<DiffLine> lines;
    for (int i = 0; i < begin; ++i)
        lines.push_back({i, i});
    const int n = leftEnd - begin, m = rightEnd - begin;
    if (qint64(n) * m <= mostCells) {
        const auto width = std::size_t(m) + 1;
        std::vector<std::uint16_t> common((std::size_t(n) + 1) * width); // how many lines the rests have in common
        for (int i = n - 1; i >= 0; --i)
            for (int j = m - 1; j >= 0; --j) {
                auto& cell = common[std::size_t(i) * width + std::size_t(j)];
                if (left[begin + i] == right[begin + j])
                    cell = std::uint16_t(common[std::size_t(i + 1) * width + std::size_t(j) + 1] + 1);
                else
                    cell = std::max(common[std::size_t(i + 1) * width + std::size_t(j)], common[std::size_t(i) * width + std::size_t(j) + 1]);
            }
        int i = 0, j = 0;
        while (i < n || j < m) {
            if (i < n && j < m && left[begin + i] == right[begin + j]) {
                lines.push_back({begin + i++, begin + j++});
            } else if (i < n && (j == m || common[std::size_t(i + 1) * width + std::size_t(j)] >= common[std::size_t(i) * width + std::size_t(j) + 1])) {
                lines.push_back({begin + i++, -1});
            } else {
                lines.push_back({-1, begin + j++});
            }
        }
    } else {
        for (int i = begin; i < leftEnd; ++i)
            lines.push_back({i, -1});
        for (int j = begin; j < rightEnd; ++j)
            lines.push_back({-1, j});
    }
    for (int i = leftEnd, j = rightEnd; i < int(left.size()); ++i, ++j)
        lines.push_back({i, j});
    return lines;
}

} // namespace slipway::ui
