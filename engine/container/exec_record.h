// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/unique_fd.h"
#include "base/clock.h"

namespace slipway
{

struct ExecRecord
{
    std::string id, containerId;
    Json config; // the create body with defaults
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    bool started = false, running = false;
    int pid = 0;
    UniqueFd pidfd; // while it runs: whom a signal is meant for
    std::optional<int> exitCode;
    TimePoint startedAt{}, finishedAt{};
};
using ExecPtr = std::shared_ptr<ExecRecord>;

} // namespace slipway
