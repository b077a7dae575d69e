// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"

namespace slipway::metrics
{

// Something that happened to a container, as it stands beside its history.
struct Mark
{
    enum class What : std::uint8_t { Start = 1, Die, Oom, Restart, Pause, Unpause, Healthy, Unhealthy, Update };
    What what = What::Start;
    std::int64_t timeNs = 0; // unix
    // Of Die; -1 = not known:
    std::int64_t exitCode = -1;
    std::int64_t memoryPeak = -1; // bytes, with the cache, by the kernel
    std::int64_t oomKills = -1;   // of that run
};

// The last 256 to 512 marks of a container, in order of time, in a file of its own. What was torn by a crash is written over.
// One thread at a time.
class MarksFile
{
public:
    explicit MarksFile(std::filesystem::path path) : m_path(std::move(path)) {}
    [[nodiscard]] Status add(const Mark& mark);
    [[nodiscard]] std::vector<Mark> read() const; // empty when there are none

private:
    std::filesystem::path m_path;
};

} // namespace slipway::metrics
