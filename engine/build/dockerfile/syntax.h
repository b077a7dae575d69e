// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/diagnostic.h"

// The first of three steps: text → lines of words (here) → instructions and stages (dockerfile.h) → advice (lint.h).
namespace slipway::dockerfile
{

// A piece of Node::line and where it stands there (bytes).
struct Word
{
    std::string text;
    std::size_t begin = 0, end = 0;
};

struct Heredoc
{
    std::string name;    // EOF of <<EOF, <<"EOF", <<-EOF
    std::string content; // with its line ends, as it stands; dropTabs() is for CHOMP
    bool expand = true;  // no part of the name was quoted
    bool chomp = false;  // <<-: leading tabs go
    int firstLine = 0, lastLine = 0; // of the content; lastLine is the terminator's
};

struct Node
{
    Word keyword;             // as it is written
    std::vector<Word> flags;  // "--from=build", quotes and escapes gone
    std::vector<Word> args;   // ENV and LABEL: three each, name, value, "=" (or "" for the old form without =)
    bool json = false;        // the arguments were a JSON array
    std::vector<Heredoc> heredocs;
    std::vector<Node> trigger; // ONBUILD's instruction: one or none

    std::string line;    // the logical line: continuations joined, comments left out, no heredoc content
    std::vector<std::string> comments; // the comment lines above
    int firstLine = 0, lastLine = 0;   // of the file, heredocs included
    bool broken = false; // has an error among the diagnostics; what could be understood is here all the same

    // Where bytes BEGIN to END of `line` stand in the file.
    [[nodiscard]] Range range(std::size_t begin, std::size_t end) const;
    [[nodiscard]] Range range(const Word& word) const { return range(word.begin, word.end); }
    [[nodiscard]] Range range() const { return range(0, line.size()); }

    struct Piece
    {
        std::size_t offset;
        Position at;
    };
    std::vector<Piece> pieces; // of `line`, one a physical line
};

struct Directive // "# syntax=…", "# escape=…", "# check=…"
{
    std::string name, value;
    int line = 0;
};

struct Syntax
{
    std::vector<Directive> directives;
    std::vector<Node> nodes;
    char escape = '\\';
    std::vector<Diagnostic> diagnostics; // errors, and NoEmptyContinuation warnings

    [[nodiscard]] const Directive* directive(std::string_view name) const;
    [[nodiscard]] std::string dump() const; // as BuildKit's parser prints its tree
};

// Never fails: errors are in `diagnostics`, each at its place, and everything that could be understood is there.
[[nodiscard]] Syntax parseSyntax(std::string_view text);

// The heredoc that WORD begins ("<<EOF", "3<<-'END'"), without content; false when it begins none.
[[nodiscard]] bool isHeredoc(std::string_view word, Heredoc& heredoc);
[[nodiscard]] std::string dropTabs(std::string_view content); // the tabs at the start of each line

} // namespace slipway::dockerfile
