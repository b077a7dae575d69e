// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "logstore/log_format.h"

namespace slipway::logstore
{

struct RotationLimits
{
    std::uint64_t maxSegmentBytes = 16ull << 20;
    unsigned maxSegments = 5;
};

// Appends one container's output; used by slipway-monitor only (so: small, no threads, no json). Splits bytes into lines
// per stream; a line is written when its newline arrives or 16 KiB are full. Continues an existing log after the last whole
// record (a torn tail is cut). When the disk is full, from the start or later, lines are counted and one Engine record "N
// lines dropped: no space left on device" is written once there is room again: the container is never blocked. A line of
// which a piece had to be dropped counts as dropped; what was written of it ends there.
class LogWriter
{
public:
    [[nodiscard]] static Result<LogWriter> open(const std::string& dir, RotationLimits limits);
    ~LogWriter();
    LogWriter(LogWriter&&) noexcept;
    LogWriter& operator=(LogWriter&&) noexcept;

    void append(Stream stream, const char* data, std::size_t size, TimePoint when);
    void finish(); // writes what is left of unfinished lines (as Partial), at end of file
    void sync();   // to disk; called once at exit

private:
    struct Impl;
    explicit LogWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::logstore
