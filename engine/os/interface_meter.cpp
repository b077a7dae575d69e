// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/interface_meter.h"

#include <array>
#include <string>

#include "os/kernel_text.h"

namespace slipway
{
namespace
{
using Fields = std::array<std::uint64_t, 12>; // received: bytes, packets, errors, dropped, four more; sent: the first four

Fields fieldsOf(std::string_view numbers)
{
    Fields fields{};
    for (std::uint64_t& field : fields)
        field = numberAt(takeWord(numbers)).value_or(0);
    return fields;
}

// Calls USE with the name and the numbers of each interface but lo.
template <class F>
void eachInterface(std::string_view text, F use)
{
    eachLine(text, [&](std::string_view line) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        const std::size_t colon = line.find(':'); // not in the two lines of the heading
        if (colon != std::string_view::npos && line.substr(0, colon) != "lo")
            use(line.substr(0, colon), line.substr(colon + 1));
        return true;
    });
}
} // namespace

InterfaceMeter::InterfaceMeter(pid_t pid) : m_file(openKernelFile("/proc/" + std::to_string(pid) + "/net/dev")) {}

std::string_view InterfaceMeter::text() const
{
    std::string_view text;
    do {
        if (text.size() == m_buffer.size())
            m_buffer.resize(2 * m_buffer.size() + 2048);
        text = readKernelFile(m_file.get(), m_buffer);
    } while (text.size() == m_buffer.size());
    return text;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> InterfaceMeter::read(const Wanted& wanted) const
{
    const std::string_view all = text();
    if (all.empty())
        return std::nullopt;
    std::pair<std::uint64_t, std::uint64_t> sum{};
    eachInterface(all, [&](std::string_view name, std::string_view numbers) {
        if (wanted && !wanted(name))
            return;
        const Fields fields = fieldsOf(numbers);
        sum.first += fields[0];
        sum.second += fields[8];
    });
    return sum;
}

std::vector<InterfaceCounters> InterfaceMeter::each() const
{
    std::vector<InterfaceCounters> all;
    eachInterface(text(), [&](std::string_view name, std::string_view numbers) {
        const Fields f = fieldsOf(numbers);
        all.push_back({std::string(name), f[0], f[1], f[2], f[3], f[8], f[9], f[10], f[11]});
    });
    return all;
}

} // namespace slipway
