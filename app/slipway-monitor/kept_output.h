// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace slipway::monitor
{

// The latest output of a terminal, for clients that come (back) later. Where the oldest of it is dropped, it begins at a line, and with
// the modes (alternate screen, mouse, cursor keys, …) that what was dropped had left the terminal in.
class KeptOutput
{
public:
    explicit KeptOutput(std::size_t most) : m_most(most) {} // up to twice as much is in memory
    void append(std::string_view bytes);

    struct Since
    {
        bool continued = false; // BYTES go on at the position that was asked for; else they are for an empty terminal
        std::uint64_t position = 0; // of what is printed next: all bytes that were ever printed
        std::string bytes;
    };
    [[nodiscard]] Since since(std::uint64_t position) const;
    [[nodiscard]] Since all() const { return since(UINT64_MAX); }

private:
    void drop(std::size_t bytes);
    void note(std::string_view dropped);

    std::size_t m_most;
    std::uint64_t m_position = 0;
    std::string m_bytes;
    std::map<unsigned, bool> m_modes; // private modes (DECSET) that were touched
    bool m_keypad = false;
};

} // namespace slipway::monitor
