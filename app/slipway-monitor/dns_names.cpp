// SPDX-License-Identifier: GPL-3.0-or-later
#include "dns_names.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace slipway::monitor
{

namespace
{
constexpr std::size_t largestFile = 4 << 20;

std::string readText(const std::string& path)
{
    std::string text;
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 16384> buffer;
    ssize_t got = 0;
    while (file && text.size() < largestFile && (got = ::read(file.get(), buffer.data(), buffer.size())) > 0)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

bool same(const std::string& a, const std::string& b) { return ::strcasecmp(a.c_str(), b.c_str()) == 0; }
} // namespace

std::vector<std::vector<std::string>> readWords(const std::string& file)
{
    std::vector<std::vector<std::string>> lines;
    bool newLine = true, newWord = true;
    for (const char c : readText(file)) {
        if (c == '\n') {
            newLine = newWord = true;
        } else if (c == ' ' || c == '\t') {
            newWord = true;
        } else {
            if (newLine)
                lines.emplace_back();
            if (newWord)
                lines.back().emplace_back();
            lines.back().back() += c;
            newLine = newWord = false;
        }
    }
    return lines;
}

DnsNames::DnsNames(const std::string& dir, const std::string& id)
{
    for (const auto& line : readWords(dir + "/" + id)) {
        if (line[0] == "network" && line.size() == 3)
            m_networks.push_back({line[2], readWords(dir + "/" + line[1])});
        else if (line[0] == "link" && line.size() == 3)
            m_links.emplace_back(line[1], line[2]);
        else if (line[0] == "open")
            m_mayForward = true;
    }
}

std::vector<std::string> DnsNames::addressesOf(const std::string& asked) const
{
    std::vector<std::string> found;
    const auto link = std::ranges::find_if(m_links, [&](const auto& l) { return same(l.first, asked); });
    const std::string& name = link == m_links.end() ? asked : link->second;
    for (const Network& network : m_networks) {
        for (const auto& line : network.lines) {
            const bool named = std::any_of(line.begin() + 1, line.end(), [&](const std::string& own) {
                return same(own, name) || same(own + "." + network.name, name);
            });
            if (named && std::ranges::find(found, line[0]) == found.end())
                found.push_back(line[0]);
        }
    }
    return found;
}

std::optional<std::string> DnsNames::nameOf(const std::string& address) const
{
    for (const Network& network : m_networks)
        for (const auto& line : network.lines)
            if (line[0] == address && line.size() > 1)
                return line[1] + "." + network.name;
    return std::nullopt;
}

} // namespace slipway::monitor
