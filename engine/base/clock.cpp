// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"

#include <cctype>
#include <charconv>
#include <format>

#include "base/duration.h"

namespace slipway
{

namespace
{
using namespace std::chrono;

bool takeDigits(std::string_view& text, int count, int& value)
{
    if (text.size() < static_cast<std::size_t>(count))
        return false;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + count, value);
    if (ec != std::errc() || end != text.data() + count)
        return false;
    text.remove_prefix(static_cast<std::size_t>(count));
    return true;
}

bool take(std::string_view& text, char c)
{
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

std::int64_t takeFraction(std::string_view& text) // nanoseconds
{
    std::int64_t value = 0, scale = 100'000'000;
    while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front()))) {
        value += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
    }
    return value;
}

std::unexpected<Error> badTime(std::string_view text)
{
    return fail(ErrorKind::InvalidArgument, std::format("invalid time \"{}\"", text));
}

bool takeZone(std::string_view& text, seconds& offset)
{
    if (take(text, 'Z') || take(text, 'z') || text.empty())
        return true;
    const int sign = text.front() == '-' ? -1 : 1;
    if (!take(text, '+') && !take(text, '-'))
        return false;
    int h = 0, m = 0;
    if (!takeDigits(text, 2, h) || !take(text, ':') || !takeDigits(text, 2, m))
        return false;
    offset = sign * (hours(h) + minutes(m));
    return true;
}

} // namespace

TimePoint now() { return time_point_cast<nanoseconds>(system_clock::now()); }

std::string formatRfc3339Nano(TimePoint t)
{
    const auto whole = floor<seconds>(t);
    return std::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", whole, (t - whole).count());
}

std::string formatRfc3339(TimePoint t)
{
    if (t == TimePoint{})
        return "0001-01-01T00:00:00Z";
    std::string text = formatRfc3339Nano(t);
    text.pop_back();
    while (text.back() == '0')
        text.pop_back();
    if (text.back() == '.')
        text.pop_back();
    return text + 'Z';
}

Result<TimePoint> parseRfc3339(std::string_view text)
{
    const std::string_view whole = text;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    if (!takeDigits(text, 4, y) || !take(text, '-') || !takeDigits(text, 2, mo) || !take(text, '-')
        || !takeDigits(text, 2, d))
        return badTime(whole);
    std::int64_t fraction = 0;
    seconds offset{0};
    if (!text.empty()) {
        if (!take(text, 'T') && !take(text, 't') && !take(text, ' '))
            return badTime(whole);
        if (!takeDigits(text, 2, h) || !take(text, ':') || !takeDigits(text, 2, mi))
            return badTime(whole);
        if (take(text, ':') && !takeDigits(text, 2, s))
            return badTime(whole);
        if (take(text, '.'))
            fraction = takeFraction(text);
        if (!takeZone(text, offset))
            return badTime(whole);
    }
    const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
    if (!text.empty() || !date.ok() || h > 23 || mi > 59 || s > 60)
        return badTime(whole);
    if (y < 1678 || y > 2261) // outside what nanoseconds can hold: Go's zero time means "never"
        return TimePoint{};
    return sys_days(date) + hours(h) + minutes(mi) + seconds(s) + nanoseconds(fraction) - offset;
}

Result<TimePoint> parseTimestamp(std::string_view text, TimePoint reference)
{
    std::string_view rest = text;
    std::int64_t whole = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), whole);
    if (ec == std::errc()) {
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        if (rest.empty())
            return fromUnixNano(whole * 1'000'000'000);
        if (take(rest, '.')) {
            const std::int64_t fraction = takeFraction(rest);
            if (rest.empty())
                return fromUnixNano(whole * 1'000'000'000 + fraction);
        }
    }
    if (auto time = parseRfc3339(text))
        return time;
    const auto ago = parseDuration(text);
    if (!ago)
        return badTime(text);
    return reference - *ago;
}

} // namespace slipway
