// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "base/unique_fd.h"

// Files of /proc and the cgroup file systems that stay open and are read again and again, without allocating.
namespace slipway
{

[[nodiscard]] UniqueFd openKernelFile(const std::filesystem::path& path); // empty when there is none
// All of it from the beginning, as far as BUFFER has room; empty when it cannot be read.
[[nodiscard]] std::string_view readKernelFile(int fd, std::span<char> buffer);
[[nodiscard]] std::string_view readKernelFile(const std::filesystem::path& path, std::span<char> buffer); // opened for this time

// Calls USE with each line, without its end, for as long as it gives true.
template <class F>
void eachLine(std::string_view text, F use)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!use(text.substr(at, end - at)))
            return;
        at = end + 1;
    }
}
[[nodiscard]] std::string_view takeWord(std::string_view& text); // the next one between spaces, which TEXT loses; empty at its end

[[nodiscard]] std::optional<std::uint64_t> numberAt(std::string_view text); // that it begins with, after spaces
// Of "key value" or "key: value" lines.
[[nodiscard]] std::optional<std::uint64_t> valueOf(std::string_view text, std::string_view key);
// The sum of what follows each KEY: "8:0 Read 4096" lines of blkio, "8:0 rbytes=4096 …" of io.stat.
[[nodiscard]] std::uint64_t sumOf(std::string_view text, std::string_view key);
// Of a pressure file: nanoseconds in which somebody waited ("some"), since it began.
[[nodiscard]] std::optional<std::uint64_t> pressureNs(std::string_view text);

[[nodiscard]] std::uint64_t tickNs(); // the unit of /proc/stat, /proc/PID/stat and cpuacct.stat

} // namespace slipway
