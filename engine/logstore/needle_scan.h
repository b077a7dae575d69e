// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::logstore
{

// Finds a short text in a large block, by the two bytes of it that are rarest in logs, 32 places at a time where the machine can.
class NeedleScan
{
public:
    NeedleScan(std::string needle, bool caseSensitive); // in lower case unless caseSensitive; ASCII only if not; not empty
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const; // npos: no more

private:
    [[nodiscard]] bool at(const char* place) const;
    [[nodiscard]] std::size_t findSlowly(std::string_view text, std::size_t from) const;
    [[nodiscard]] std::size_t findWide(std::string_view text, std::size_t from) const;

    std::string m_needle;
    bool m_caseSensitive;
    std::size_t m_first = 0, m_second = 0; // where in the needle the two bytes are
};

// How often a byte is met in logs, 0 to 255.
[[nodiscard]] unsigned byteFrequency(unsigned char byte);

} // namespace slipway::logstore
