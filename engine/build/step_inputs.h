// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "store/digest.h"

namespace slipway::build
{

// All that the result of a step with files depends on, part by part. Its key in the cache is made of every part; what the
// record keeps of them (a short hash each, no values) lets a forecast name those that differ from what was built before.
//
// Names of parts: "command", "destination", … of the instruction itself; "arg NAME", "env NAME", "option NAME" of what it
// works with; "source NAME" of what it reads.
class StepInputs
{
public:
    StepInputs() = default;
    // INSTRUCTION: "run", "copy", …; BELOW: key of the files that it works on.
    StepInputs(std::string instruction, const Digest& below) : m_instruction(std::move(instruction)), m_below(below) {}

    void add(std::string name, std::string value) { m_parts.emplace_back(std::move(name), std::move(value)); }
    // A file of a source, with a hash. It is in its source's hash already, so it is told but not part of the key.
    using AddFile = std::function<void(std::string path, std::string hash)>;
    void addFile(std::string path, std::string hash) { m_files.emplace_back(std::move(path), std::move(hash)); }
    // Many of them, worked out only when prints() is asked for.
    void addFiles(std::function<void(const AddFile&)> files) { m_later.push_back(std::move(files)); }

    [[nodiscard]] const std::string& instruction() const { return m_instruction; }
    [[nodiscard]] const Digest& below() const { return m_below; }
    [[nodiscard]] Digest key() const;

    // What the record keeps: {"parts":{NAME: hash}, "files":{PATH: hash}}; of very many files, of folders that hold them.
    [[nodiscard]] Json prints() const;
    // Of the instruction's own parts alone.
    [[nodiscard]] std::string instructionPrint() const;

private:
    std::string m_instruction;
    Digest m_below;
    std::vector<std::pair<std::string, std::string>> m_parts, m_files;
    std::vector<std::function<void(const AddFile&)>> m_later;
};

// The names of parts (and "file PATH") that are in one of two prints only, or differ.
[[nodiscard]] std::vector<std::string> differences(const Json& before, const Json& now);

} // namespace slipway::build
