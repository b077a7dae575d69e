// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/step_inputs.h"

#include <algorithm>
#include <map>

#include "build/image_state.h"

namespace slipway::build
{

namespace
{
constexpr std::size_t maxFiles = 1000;
constexpr std::size_t shortHash = 16;

std::string print(const std::string& value) { return Digest::of(value).hex().substr(0, shortHash); }

bool isOfInstruction(const std::string& name) { return !name.contains(' '); }

// Deepest folders first, each one entry, until there are few enough.
std::map<std::string, std::string> fewFiles(const std::vector<std::pair<std::string, std::string>>& all)
{
    std::map<std::string, std::string> files(all.begin(), all.end());
    const auto depth = [](const std::string& path) { return std::ranges::count(path.substr(0, path.size() - 1), '/'); };
    while (files.size() > maxFiles) {
        std::ptrdiff_t deepest = 0;
        for (const auto& [path, hash] : files)
            deepest = std::max(deepest, depth(path));
        if (deepest == 0)
            return {{"", print(keyOf({dumpJson(files)}).str())}};
        std::map<std::string, std::string> fewer;
        for (const auto& [path, hash] : files) {
            if (depth(path) < deepest) {
                fewer[path] += hash;
                continue;
            }
            std::string folder = path.substr(0, path.rfind('/', path.size() - 2) + 1);
            fewer[std::move(folder)] += path + hash;
        }
        for (auto& [path, hash] : fewer)
            hash = hash.size() == shortHash ? hash : print(hash);
        files = std::move(fewer);
    }
    return files;
}
} // namespace

Digest StepInputs::key() const
{
    std::vector<std::string> all = {m_instruction, m_below.str()};
    for (const auto& [name, value] : m_parts)
        all.insert(all.end(), {name, value});
    return keyOf(all);
}

Json StepInputs::prints() const
{
    Json parts = Json::object();
    for (const auto& [name, value] : m_parts) {
        std::string unique = name;
        for (int copy = 2; parts.contains(unique); ++copy)
            unique = name + " #" + std::to_string(copy);
        parts[unique] = print(value);
    }
    auto files = m_files;
    for (const auto& later : m_later)
        later([&](std::string path, std::string hash) { files.emplace_back(std::move(path), std::move(hash)); });
    return {{"parts", parts}, {"files", fewFiles(files)}};
}

std::string StepInputs::instructionPrint() const
{
    std::vector<std::string> own = {m_instruction};
    for (const auto& [name, value] : m_parts) {
        if (isOfInstruction(name))
            own.insert(own.end(), {name, value});
    }
    return print(keyOf(own).str());
}

std::vector<std::string> differences(const Json& before, const Json& now)
{
    std::vector<std::string> names;
    const auto compare = [&](const char* member, const std::string& prefix) {
        const Json &old = jsonMember(before, member), &recent = jsonMember(now, member);
        for (const auto& [name, hash] : recent.items()) {
            if (!old.contains(name) || old.at(name) != hash)
                names.push_back(prefix + name);
        }
        for (const auto& [name, hash] : old.items()) {
            if (!recent.contains(name))
                names.push_back(prefix + name);
        }
    };
    compare("parts", "");
    compare("files", "file ");
    return names;
}

} // namespace slipway::build
