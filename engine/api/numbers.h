// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <format>
#include <string>

#include "base/clock.h"
#include "base/error.h"

// Numbers of a query; what is none is answered in the words of Go's library, as dockerd does, with the status that the call
// has for it.
namespace slipway::api
{

[[nodiscard]] inline Result<int> wholeNumber(const std::string& text, ErrorKind refusal)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range)
        return fail(refusal, std::format("strconv.Atoi: parsing \"{}\": value out of range", text));
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return fail(refusal, std::format("strconv.Atoi: parsing \"{}\": invalid syntax", text));
    return value;
}

[[nodiscard]] inline Result<TimePoint> moment(const std::string& text)
{
    auto time = parseTimestamp(text, now());
    if (!time)
        return fail(ErrorKind::Internal, std::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text));
    return time;
}

} // namespace slipway::api
