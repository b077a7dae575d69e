// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway
{

// Wall-clock time in nanoseconds since 1970 UTC. TimePoint{} means "never" and prints as Docker's zero time.
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;

[[nodiscard]] TimePoint now();
[[nodiscard]] inline std::int64_t toUnixNano(TimePoint t) { return t.time_since_epoch().count(); }
[[nodiscard]] inline std::int64_t toUnixSeconds(TimePoint t) { return t.time_since_epoch().count() / 1'000'000'000; }
[[nodiscard]] inline TimePoint fromUnixNano(std::int64_t ns) { return TimePoint(std::chrono::nanoseconds(ns)); }

// RFC 3339 with nanoseconds, trailing zeros cut, in UTC ("2026-01-02T03:04:05.678Z"), as Go prints it;
// "0001-01-01T00:00:00Z" for TimePoint{}.
[[nodiscard]] std::string formatRfc3339(TimePoint t);
// Always nine digits ("…05.678000000Z"), as log timestamps are printed.
[[nodiscard]] std::string formatRfc3339Nano(TimePoint t);

// RFC 3339 with any number of fraction digits and any offset.
[[nodiscard]] Result<TimePoint> parseRfc3339(std::string_view text);

// What the API's since/until take: unix seconds with optional fraction ("1700000000.5"), RFC 3339 (also without zone or
// time), or a Go duration meaning that long ago ("10m", "1h30m"). Fails with InvalidArgument.
[[nodiscard]] Result<TimePoint> parseTimestamp(std::string_view text, TimePoint reference);

} // namespace slipway
