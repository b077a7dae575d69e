// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::monitor
{

// What the names of a container's networks mean, as network/names.cpp of the engine keeps it in DIR: the file ID of the
// container has a line "network ID NAME" for each network, "link ALIAS NAME" for what it alone calls another container, and
// "open" when other questions may be passed on; the file of a network has the lines "ADDRESS NAME NAME…" of its endpoints. The files are read for each question, which costs less
// than to watch them, and are there whether the engine lives or not.
class DnsNames
{
public:
    DnsNames(const std::string& dir, const std::string& id);

    // Addresses of NAME (lower case), which may end in ".NETWORK"; nothing when no endpoint has that name.
    [[nodiscard]] std::vector<std::string> addressesOf(const std::string& name) const;
    [[nodiscard]] std::optional<std::string> nameOf(const std::string& address) const;
    [[nodiscard]] bool mayForward() const { return m_mayForward; }

private:
    struct Network
    {
        std::string name;
        std::vector<std::vector<std::string>> lines; // address, names
    };
    std::vector<Network> m_networks;
    std::vector<std::pair<std::string, std::string>> m_links; // alias, name
    bool m_mayForward = false;
};

// The words of the lines of FILE; no lines when it cannot be read.
[[nodiscard]] std::vector<std::vector<std::string>> readWords(const std::string& file);

} // namespace slipway::monitor
