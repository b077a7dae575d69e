// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "logstore/log_format.h"

namespace slipway::logstore
{

// How bad a line says it is. None: it says nothing.
enum class Level : std::uint8_t { None, Trace, Debug, Info, Warn, Error, Fatal };

// From the words that loggers write (ERROR, [warn], level=info, "severity":"debug", E0102 …), looked for at the line's beginning.
[[nodiscard]] Level levelOf(std::string_view line);

// Which rows are wanted. The text is looked for in what a view shows: without escape sequences.
struct LogQuery
{
    static constexpr unsigned allLevels = 0x7f;

    std::string text; // empty: any
    bool regex = false, caseSensitive = false, wholeWord = false;
    bool showStdout = true, showStderr = true;
    unsigned levels = allLevels; // bit 1 << Level
    unsigned context = 0;        // rows before and after each one that matches

    [[nodiscard]] bool everything() const { return text.empty() && showStdout && showStderr && levels == allLevels; }
    bool operator==(const LogQuery&) const = default;
};

// BYTES without escape sequences and without a carriage return at the end; a view of BYTES or of BUFFER.
[[nodiscard]] std::string_view withoutEscapes(std::string_view bytes, std::string& buffer);

// The length of the escape sequence that BYTES begins with (its first byte is ESC).
[[nodiscard]] std::size_t escapeLength(std::string_view bytes);

// A query made ready. Its use by several threads at once needs a copy for each: copies are cheap.
class LineMatcher
{
public:
    // InvalidArgument: not a regular expression, and where.
    [[nodiscard]] static Result<LineMatcher> compile(const LogQuery& query);
    LineMatcher(const LineMatcher& other);
    LineMatcher(LineMatcher&&) noexcept;
    LineMatcher& operator=(const LineMatcher&) = delete;
    ~LineMatcher();

    [[nodiscard]] bool matches(Stream stream, std::string_view line); // a whole line, as it was written
    [[nodiscard]] bool textMatches(Stream stream, std::string_view piece); // the same without the level
    [[nodiscard]] bool rightLevel(std::string_view line) const;

    // For searching blocks of many lines at once. A line in which none of needles() is cannot match, unless it has escape
    // sequences; when there is no needle every line must be looked at.
    struct Needle
    {
        std::string bytes; // in lower case unless caseSensitive
        bool caseSensitive = true;
    };
    [[nodiscard]] const std::vector<Needle>& needles() const;
    [[nodiscard]] bool needleIsAll() const; // where one of them is, the text matches
    [[nodiscard]] bool rightStream(Stream stream) const;
    // Lines that were given up, because the expression took too long for them.
    [[nodiscard]] std::uint64_t givenUp() const;

private:
    struct Impl;
    explicit LineMatcher(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::logstore
