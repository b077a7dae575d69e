// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/forecast.h"

#include <algorithm>
#include <iterator>

namespace slipway::build
{

namespace
{
using Reason = ForecastStep::Reason;

constexpr std::size_t maxNamed = 50;

std::vector<std::string> named(const std::vector<std::string>& names, const std::string& prefix)
{
    std::vector<std::string> found;
    for (const std::string& name : names) {
        if (name.starts_with(prefix) && found.size() < maxNamed)
            found.push_back(name.substr(prefix.size()));
    }
    return found;
}

// In the order in which one explains the other.
void tell(ForecastStep& step, const std::vector<std::string>& names)
{
    static constexpr std::pair<const char*, Reason> kinds[] = {
        {"arg ", Reason::Argument}, {"env ", Reason::Environment}, {"option ", Reason::Environment}, {"file ", Reason::Files}, {"source ", Reason::Files}};
    step.reason = Reason::Instruction;
    if (std::ranges::any_of(names, [](const std::string& name) { return !name.contains(' '); }))
        return;
    for (const auto& [prefix, reason] : kinds) {
        step.changed = named(names, prefix);
        if (!step.changed.empty()) {
            step.reason = reason;
            return;
        }
    }
}
} // namespace

Forecast::Doubt Forecast::doubtOf(const Digest& key) const
{
    const auto found = m_doubts.find(key);
    return found == m_doubts.end() ? Doubt() : found->second;
}

std::vector<ForecastStep> Forecast::take()
{
    std::vector<ForecastStep> all;
    for (auto& stage : m_steps)
        std::ranges::move(stage, std::back_inserter(all));
    return all;
}

void explain(ForecastStep& step, const BuildCache& cache, const StepInputs& inputs, bool first)
{
    const Json now = inputs.prints();
    std::vector<std::string> closest;
    for (const Json& before : cache.printsOn(inputs.below(), inputs.instruction())) {
        auto names = differences(before, now);
        if (closest.empty() || names.size() < closest.size())
            closest = std::move(names);
    }
    step.reason = Reason::Absent;
    if (!closest.empty())
        tell(step, closest);
    else if (first && cache.knows(inputs.instructionPrint()))
        step.reason = Reason::Base;
}

} // namespace slipway::build
