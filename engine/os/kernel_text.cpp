// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/kernel_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

namespace slipway
{

UniqueFd openKernelFile(const std::filesystem::path& path)
{
    return UniqueFd(path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string_view readKernelFile(int fd, std::span<char> buffer)
{
    std::size_t have = 0;
    while (fd >= 0 && have < buffer.size()) {
        const ssize_t got = ::pread(fd, buffer.data() + have, buffer.size() - have, static_cast<off_t>(have));
        if (got <= 0)
            break;
        have += static_cast<std::size_t>(got);
        if (have < 2048) // a page holds it: what is left would be another call for nothing
            break;
    }
    return {buffer.data(), have};
}

std::string_view readKernelFile(const std::filesystem::path& path, std::span<char> buffer)
{
    return readKernelFile(openKernelFile(path).get(), buffer);
}

std::string_view takeWord(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

std::optional<std::uint64_t> numberAt(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> valueOf(std::string_view text, std::string_view key)
{
    std::optional<std::uint64_t> value;
    eachLine(text, [&](std::string_view line) {
        if (line.size() <= key.size() || !line.starts_with(key) || (line[key.size()] != ' ' && line[key.size()] != ':'))
            return true;
        value = numberAt(line.substr(key.size() + 1));
        return false;
    });
    return value;
}

std::uint64_t sumOf(std::string_view text, std::string_view key)
{
    std::uint64_t sum = 0;
    for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at))
        sum += numberAt(text.substr(at += key.size())).value_or(0);
    return sum;
}

std::optional<std::uint64_t> pressureNs(std::string_view text)
{
    const std::string_view some = text.substr(0, text.find('\n'));
    const std::size_t at = some.find("total=");
    const auto microseconds = at == std::string_view::npos ? std::nullopt : numberAt(some.substr(at + 6));
    return microseconds ? std::optional(*microseconds * 1000) : std::nullopt;
}

std::uint64_t tickNs()
{
    static const auto ns = static_cast<std::uint64_t>(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    return ns;
}

} // namespace slipway
