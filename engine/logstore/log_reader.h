// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "logstore/log_format.h"

namespace slipway::logstore
{

struct Entry
{
    TimePoint time;
    Stream stream = Stream::Stdout;
    bool partial = false;  // no newline after it: the line goes on
    std::uint64_t line = 0;
    std::string text;      // without the newline
};

struct ReadOptions
{
    bool showStdout = true, showStderr = true;
    TimePoint since{}, until{};              // zero = no bound; since inclusive, until inclusive
    std::optional<std::uint64_t> tail;       // last N lines of the chosen streams; nullopt = all
};

// Reads one container's log. Not thread-safe; several readers of one log are independent. A log that does not exist yet
// is empty. Segments deleted by rotation under the reader are skipped, never an error.
//
//     LogReader reader(dir, {.tail = 100});
//     while (true) { auto batch = reader.next(256); if (batch->empty()) break; … }   // end reached; later calls go on
class LogReader
{
public:
    LogReader(std::filesystem::path dir, ReadOptions options);
    ~LogReader();
    LogReader(LogReader&&) noexcept;
    LogReader& operator=(LogReader&&) noexcept;

    // Up to MAX entries from where the last call ended; empty at the present end of the log.
    [[nodiscard]] Result<std::vector<Entry>> next(std::size_t max);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

// Tells when a log grows: one inotify instance and one thread for any number of logs.
class LogWatcher
{
public:
    using Callback = std::function<void()>; // on the watcher's thread: only hand over. Several changes may come as one.
    using Watch = std::shared_ptr<void>;    // ends when destroyed

    LogWatcher();
    ~LogWatcher();
    [[nodiscard]] Watch watch(const std::filesystem::path& dir, Callback onChange);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::logstore
