// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/shell_commands.h"

// Those practices that look at the commands of one RUN; nobody else needs them.
namespace slipway::dockerfile
{

// The shell that a stage's RUNs get.
struct ShellKind
{
    bool posix = true;     // sh and its kin, whose text we can read
    bool hasPipefail = false; // it has that option on
    bool small = false;    // an image whose shell is busybox'
    void set(const std::vector<std::string>& args); // of SHELL
    [[nodiscard]] bool needsPipefail(std::string_view text) const { return !hasPipefail && text.find("pipefail") == std::string_view::npos; }
    [[nodiscard]] std::string pipefail() const; // the words of a SHELL that has it
};

struct CommandFinding
{
    std::string_view code;
    std::size_t begin = 0, end = 0; // in the text
    std::string message;
    std::optional<std::string> fix; // what would stand there instead
};

struct CommandContext
{
    const std::vector<std::string>& mounts; // of the RUN, as written
    bool pipCache = true;                   // the stage has not switched pip's cache off
    const ShellKind& shell;
};

[[nodiscard]] std::vector<CommandFinding> checkCommands(const ShellScript& script, std::string_view text, const CommandContext& context);

} // namespace slipway::dockerfile
