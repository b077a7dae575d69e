// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/plan.h"

#include <algorithm>
#include <set>

#include "build/dockerfile/expand.h"
#include "build/dockerfile/text.h"

namespace slipway::build
{

namespace df = dockerfile;

namespace
{
// The numbers of the earlier stages that STAGE is made from or copies from.
Result<std::set<int>> needsOf(const df::File& file, const df::Stage& stage, const df::Values& globals)
{
    std::set<int> needs;
    const auto add = [&](const std::string& name) {
        if (const df::Stage* found = file.stage(name, stage.index))
            needs.insert(found->index);
    };
    const df::Lookup lookup = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = globals.find(name);
        return found == globals.end() ? std::nullopt : std::optional(found->second);
    };
    TRY(const auto base, df::expand(stage.base().image, lookup, {.escape = file.syntax.escape}));
    if (const df::Stage* named = file.stage(base.text, stage.index); named && named->base().name == df::toLower(base.text))
        needs.insert(named->index);
    for (const df::Instruction& instruction : stage.instructions) {
        if (const auto* copy = instruction.as<df::Copy>(); copy && !copy->from.empty())
            add(copy->from);
        if (const auto* run = instruction.as<df::Run>()) {
            for (const std::string& text : run->mounts) {
                if (const auto mount = df::parseMount(text, {}); mount && !mount->from.empty())
                    add(mount->from);
            }
        }
    }
    return needs;
}
} // namespace

Result<df::Values> globalValues(const df::File& file, const std::map<std::string, std::string>& given, const std::string& platform,
                                const std::string& target)
{
    df::Values values = df::platformArgs(platform, target);
    const df::Lookup lookup = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    for (const df::Instruction& instruction : file.globalArgs) {
        for (const df::ArgDefinition& definition : instruction.as<df::Arg>()->args) {
            if (const auto found = given.find(definition.name); found != given.end())
                values[definition.name] = found->second;
            else if (definition.value) {
                TRY(const auto expanded, df::expand(*definition.value, lookup, {.escape = file.syntax.escape}));
                values[definition.name] = expanded.text;
            }
        }
    }
    return values;
}

Result<Plan> makePlan(const df::File& file, const std::string& target, const df::Values& globals, int extraLabels)
{
    TRY(const df::Stage* last, df::targetStage(file, target));
    std::map<int, std::set<int>> needs;
    std::vector<int> open = {last->index};
    while (!open.empty()) {
        const int index = open.back();
        open.pop_back();
        if (needs.contains(index))
            continue;
        TRY(needs[index], needsOf(file, file.stages[static_cast<std::size_t>(index)], globals));
        open.insert(open.end(), needs[index].begin(), needs[index].end());
    }
    Plan plan;
    std::map<int, std::size_t> slots;
    int step = static_cast<int>(file.globalArgs.size()) + 1;
    for (const auto& [index, wanted] : needs) { // a stage needs earlier ones only, so the order of the file is a good one
        const df::Stage& stage = file.stages[static_cast<std::size_t>(index)];
        PlannedStage planned{&stage, {}, step, 1 + static_cast<int>(stage.instructions.size())};
        for (const int each : wanted)
            planned.needs.push_back(slots.at(each));
        slots[index] = plan.stages.size();
        step += planned.steps;
        plan.stages.push_back(std::move(planned));
    }
    plan.totalSteps = step - 1 + extraLabels;
    return plan;
}

} // namespace slipway::build
