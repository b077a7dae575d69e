// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/interface_meter.h"

#include <charconv>
#include <string>

#include "os/kernel_text.h"

namespace slipway
{
namespace
{
// The NUMBER-th field (from 0) of numbers with spaces between them.
std::uint64_t fieldOf(std::string_view text, int number)
{
    for (;; --number) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (number == 0)
            return numberAt(text).value_or(0);
        text.remove_prefix(std::min(text.find(' '), text.size()));
    }
}
} // namespace

InterfaceMeter::InterfaceMeter(pid_t pid) : m_file(openKernelFile("/proc/" + std::to_string(pid) + "/net/dev")) {}

std::optional<std::pair<std::uint64_t, std::uint64_t>> InterfaceMeter::read(const Wanted& wanted) const
{
    std::string_view text;
    do {
        if (text.size() == m_buffer.size())
            m_buffer.resize(2 * m_buffer.size() + 2048);
        text = readKernelFile(m_file.get(), m_buffer);
    } while (text.size() == m_buffer.size());
    if (text.empty())
        return std::nullopt;
    std::pair<std::uint64_t, std::uint64_t> sum{};
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue; // the two lines of the heading
        const std::string_view name = line.substr(0, colon);
        if (name == "lo" || (wanted && !wanted(name)))
            continue;
        sum.first += fieldOf(line.substr(colon + 1), 0);
        sum.second += fieldOf(line.substr(colon + 1), 8);
    }
    return sum;
}

} // namespace slipway
