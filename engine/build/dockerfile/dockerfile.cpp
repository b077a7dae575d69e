// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/dockerfile.h"

#include <algorithm>
#include <array>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
void place(File& file, Instruction instruction)
{
    if (instruction.as<From>()) {
        const int index = static_cast<int>(file.stages.size());
        file.stages.push_back({std::move(instruction), {}, index});
    } else if (!file.stages.empty())
        file.stages.back().instructions.push_back(std::move(instruction));
    else if (instruction.as<Arg>())
        file.globalArgs.push_back(std::move(instruction));
    else
        file.diagnostics.push_back({.severity = Severity::Error,
                                    .rule = {},
                                    .range = instruction.node->range(instruction.node->keyword),
                                    .message = "no build stage in current context: FROM must come before " + instruction.name,
                                    .fix = {}});
}
} // namespace

File parse(std::string_view text)
{
    File file;
    file.syntax = parseSyntax(text);
    file.diagnostics = file.syntax.diagnostics;
    bool sawFrom = false;
    for (const Node& node : file.syntax.nodes) {
        sawFrom = sawFrom || toUpper(node.keyword.text) == "FROM";
        if (auto instruction = readInstruction(node, file.diagnostics)) {
            if (!file.stages.empty() || !sawFrom || instruction->as<From>())
                place(file, *std::move(instruction));
        }
    }
    if (!sawFrom && !file.firstError()) {
        const int last = file.syntax.nodes.back().lastLine;
        file.diagnostics.push_back({.severity = Severity::Error,
                                    .rule = {},
                                    .range = {{last, 1}, {last, 1}},
                                    .message = "dockerfile contains no stages to build: it needs a FROM",
                                    .fix = {}});
    }
    std::ranges::stable_sort(file.diagnostics, {}, [](const Diagnostic& each) { return each.range.start; });
    return file;
}

const Diagnostic* File::firstError() const
{
    const auto found = std::ranges::find(diagnostics, Severity::Error, &Diagnostic::severity);
    return found == diagnostics.end() ? nullptr : &*found;
}

const Stage* File::stage(std::string_view nameOrIndex, int before) const
{
    const std::string wanted = toLower(nameOrIndex);
    for (int i = std::min(before, static_cast<int>(stages.size())) - 1; i >= 0; --i) {
        if (!stages[static_cast<std::size_t>(i)].base().name.empty() && stages[static_cast<std::size_t>(i)].base().name == wanted)
            return &stages[static_cast<std::size_t>(i)];
    }
    const bool isNumber = !wanted.empty() && wanted.size() < 6 && std::ranges::all_of(wanted, [](char c) { return c >= '0' && c <= '9'; });
    const std::size_t index = isNumber ? std::stoul(wanted) : stages.size();
    return index < stages.size() && static_cast<int>(index) < before ? &stages[index] : nullptr;
}

Result<const Stage*> targetStage(const File& file, const std::string& target)
{
    if (file.stages.empty())
        return fail(ErrorKind::InvalidArgument, "dockerfile contains no stages to build");
    if (target.empty())
        return &file.stages.back();
    if (const Stage* found = file.stage(target, static_cast<int>(file.stages.size())))
        return found;
    std::vector<std::string> names;
    for (const Stage& stage : file.stages)
        names.push_back(stage.base().name);
    return fail(ErrorKind::InvalidArgument,
                "target stage " + inQuotes(target) + " could not be found" + didYouMean(suggest(target, names, false)));
}

Values platformArgs(const std::string& platform, const std::string& targetStage)
{
    Values values;
    std::array<std::string, 3> parts; // os, arch, variant
    for (std::size_t at = 0, part = 0; part < parts.size() && at <= platform.size(); ++part) {
        const auto end = std::min(platform.find('/', at), platform.size());
        parts[part] = platform.substr(at, end - at);
        at = end + 1;
    }
    for (const std::string prefix : {"BUILD", "TARGET"}) {
        values[prefix + "PLATFORM"] = platform;
        values[prefix + "OS"] = parts[0];
        values[prefix + "OSVERSION"] = "";
        values[prefix + "ARCH"] = parts[1];
        values[prefix + "VARIANT"] = parts[2];
    }
    values["TARGETSTAGE"] = targetStage.empty() ? "default" : targetStage;
    return values;
}

bool isProxyArg(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> names = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"};
    const std::string upper = toUpper(name);
    return std::ranges::find(names, upper) != names.end() && (name == upper || name == toLower(upper));
}

} // namespace slipway::dockerfile
