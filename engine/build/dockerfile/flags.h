// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/syntax.h"

namespace slipway::dockerfile
{

struct FlagRule
{
    enum class Kind : std::uint8_t { Switch, Text, List };
    std::string_view name;
    Kind kind = Kind::Text;
};

// The flags of one instruction, read against the ones it takes. Every wrong one is a diagnostic at its place.
class Flags
{
public:
    Flags(const Node& node, std::span<const FlagRule> rules, std::vector<Diagnostic>& problems);

    [[nodiscard]] bool has(std::string_view name) const { return m_values.contains(name); }
    [[nodiscard]] std::string text(std::string_view name) const; // empty when not given
    [[nodiscard]] bool on(std::string_view name) const { return text(name) == "true"; }
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    [[nodiscard]] bool valid() const { return m_valid; }

private:
    void read(const Node& node, const Word& flag, std::span<const FlagRule> rules, std::vector<Diagnostic>& problems);

    std::map<std::string, std::vector<std::string>, std::less<>> m_values;
    bool m_valid = true;
};

// The flags that an instruction takes, by its upper-case name (also what completion offers); empty when it takes none.
[[nodiscard]] std::span<const FlagRule> flagsOf(std::string_view instruction);

} // namespace slipway::dockerfile
