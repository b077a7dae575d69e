// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/flags.h"

#include <algorithm>
#include <array>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

std::span<const FlagRule> flagsOf(std::string_view instruction)
{
    using enum FlagRule::Kind;
    static constexpr std::array from = {FlagRule{"platform"}};
    static constexpr std::array run = {FlagRule{"mount", List}, FlagRule{"network"}, FlagRule{"security"}, FlagRule{"device", List}};
    static constexpr std::array copy = {FlagRule{"from"},         FlagRule{"chown"},          FlagRule{"chmod"},
                                        FlagRule{"link", Switch}, FlagRule{"parents", Switch}, FlagRule{"exclude", List}};
    static constexpr std::array add = {FlagRule{"chown"},    FlagRule{"chmod"},           FlagRule{"link", Switch},
                                       FlagRule{"checksum"}, FlagRule{"keep-git-dir", Switch}, FlagRule{"unpack", Switch},
                                       FlagRule{"exclude", List}};
    static constexpr std::array health = {FlagRule{"interval"}, FlagRule{"timeout"}, FlagRule{"start-period"},
                                          FlagRule{"start-interval"}, FlagRule{"retries"}};
    if (instruction == "FROM")
        return from;
    if (instruction == "RUN")
        return run;
    if (instruction == "COPY")
        return copy;
    if (instruction == "ADD")
        return add;
    if (instruction == "HEALTHCHECK")
        return health;
    return {};
}

Flags::Flags(const Node& node, std::span<const FlagRule> rules, std::vector<Diagnostic>& problems)
{
    for (const Word& flag : node.flags)
        read(node, flag, rules, problems);
}

void Flags::read(const Node& node, const Word& flag, std::span<const FlagRule> rules, std::vector<Diagnostic>& problems)
{
    const auto refuse = [&](std::string message, std::string fix = {}) {
        m_valid = false;
        problems.push_back({.severity = Severity::Error,
                            .rule = {},
                            .range = node.range(flag),
                            .message = std::move(message),
                            .fix = fix,
                            .hasFix = !fix.empty()});
    };
    const auto equals = flag.text.find('=');
    const bool hasValue = equals != std::string::npos;
    const std::string whole = flag.text.substr(0, equals);
    const std::string name = whole.substr(2);
    const std::string value = hasValue ? flag.text.substr(equals + 1) : "";
    const auto rule = std::ranges::find(rules, name, &FlagRule::name);
    if (rule == rules.end()) {
        std::vector<std::string> names;
        for (const FlagRule& each : rules)
            names.emplace_back(each.name);
        const std::string near = suggest(name, names, true);
        return refuse("unknown flag: " + whole + didYouMean(near), near.empty() ? "" : "--" + near + (hasValue ? "=" + value : ""));
    }
    if (has(name) && rule->kind != FlagRule::Kind::List)
        return refuse("duplicate flag specified: " + whole);
    if (rule->kind != FlagRule::Kind::Switch) {
        if (!hasValue)
            return refuse("missing a value on flag: " + whole);
        m_values[name].push_back(value);
        return;
    }
    const std::string lower = toLower(value);
    if (hasValue && value.empty())
        return refuse("missing a value on flag: " + whole);
    if (!lower.empty() && lower != "true" && lower != "false")
        return refuse("expecting boolean value for flag " + whole + ", not: " + value);
    m_values[name] = {lower == "false" ? "false" : "true"};
}

std::string Flags::text(std::string_view name) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() ? "" : found->second.back();
}

std::vector<std::string> Flags::list(std::string_view name) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() ? std::vector<std::string>() : found->second;
}

} // namespace slipway::dockerfile
