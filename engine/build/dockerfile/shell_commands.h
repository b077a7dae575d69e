// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// The simple commands in a piece of shell, as lint looks at them: enough of sh's grammar to know which word is a command and which
// its argument, through &&, pipes, groups, substitutions and control words. It never fails; what it does not understand it leaves out.
namespace slipway::dockerfile
{

struct ShellWord
{
    std::string text; // quotes and escapes gone
    std::size_t begin = 0, end = 0; // in the text
};

struct ShellCommand
{
    std::vector<ShellWord> words; // never empty; the first is the program
    [[nodiscard]] const std::string& program() const { return words.front().text; }
    [[nodiscard]] bool is(std::string_view name) const { return program() == name; }
    // Whether it is PROGRAM with one of these among its arguments.
    [[nodiscard]] bool is(std::string_view program, std::initializer_list<std::string_view> arguments) const;
    [[nodiscard]] const ShellWord* argument(std::initializer_list<std::string_view> texts) const; // the first of these; null: none
    // Whether one of these flags is given: "y" is -y, or the y of -qqy; "yes" is --yes or --yes=…
    [[nodiscard]] bool hasFlag(std::initializer_list<std::string_view> flags) const;
    // The arguments that are no flags; those of TAKING have a value behind them ("t": -t stable, "target-release": --target-release stable).
    [[nodiscard]] std::vector<ShellWord> operands(std::initializer_list<std::string_view> taking = {}) const;
};

struct ShellScript
{
    std::vector<ShellCommand> commands; // in the order of the text, those of substitutions too
    bool hasPipe = false;
    [[nodiscard]] int find(std::string_view program, std::initializer_list<std::string_view> arguments) const; // -1: none
    [[nodiscard]] int findLast(std::string_view program, std::initializer_list<std::string_view> arguments) const;
};

[[nodiscard]] ShellScript readShell(std::string_view text);

} // namespace slipway::dockerfile
