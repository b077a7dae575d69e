// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "logstore/log_format.h"

// The files of a log's folder. What is not there is empty: rotation may delete any of them at any time.
namespace slipway::logstore
{

[[nodiscard]] std::vector<unsigned> segmentsIn(const std::filesystem::path& dir); // ascending
[[nodiscard]] std::filesystem::path segmentPath(const std::filesystem::path& dir, unsigned number, const char* suffix);
[[nodiscard]] std::vector<IndexEntry> indexOf(const std::filesystem::path& dir, unsigned number, std::size_t skip = 0);

} // namespace slipway::logstore
