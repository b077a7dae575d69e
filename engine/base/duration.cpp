// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace slipway
{

Result<std::chrono::nanoseconds> parseDuration(std::string_view text)
{
    const auto bad = [whole = text] {
        return fail(ErrorKind::InvalidArgument, "time: invalid duration \"" + std::string(whole) + "\"");
    };
    static constexpr std::pair<std::string_view, double> units[] = {
        {"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9}};
    const double sign = text.starts_with('-') ? -1 : 1;
    if (sign < 0)
        text.remove_prefix(1);
    if (sign > 0 && text.starts_with('+'))
        text.remove_prefix(1);
    if (text == "0")
        return std::chrono::nanoseconds(0);
    if (text.empty())
        return bad();
    double total = 0;
    while (!text.empty()) {
        double value = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
        if (ec != std::errc() || text.front() == '-')
            return bad();
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto* unit = std::ranges::find_if(units, [&](const auto& each) { return text.starts_with(each.first); });
        if (unit == std::end(units))
            return bad();
        text.remove_prefix(unit->first.size());
        total += value * unit->second;
    }
    if (total > 9.2e18)
        return bad();
    return std::chrono::nanoseconds(static_cast<std::int64_t>(sign * total));
}

} // namespace slipway
