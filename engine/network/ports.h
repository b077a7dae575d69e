// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "network/network_service.h"

namespace slipway
{

// One published port of a container that has its address.
struct Published
{
    PortBinding binding; // hostIp and hostPort filled in
    std::string targetIp;
};

// Which host ports Slipway's containers hold. Not thread-safe. The sockets are bound in the calling thread's namespace.
class PortRegistry
{
public:
    struct Reservation
    {
        std::vector<PortBinding> ports;
        std::vector<UniqueFd> holders; // same order
    };

    // Chooses and binds; nothing is registered yet. The error is Docker's text without "driver failed programming…".
    [[nodiscard]] Result<Reservation> reserve(const std::vector<PortBinding>& wanted);
    void add(const std::string& containerId, std::vector<Published> ports) { m_byContainer[containerId] = std::move(ports); }
    void remove(const std::string& containerId) { m_byContainer.erase(containerId); }
    void clear() { m_byContainer.clear(); }
    [[nodiscard]] std::vector<Published> of(const std::string& containerId) const;
    [[nodiscard]] const std::map<std::string, std::vector<Published>>& all() const { return m_byContainer; }

private:
    [[nodiscard]] bool taken(const PortBinding& port, const Reservation& own) const;
    // The same number on all addresses of PORTS, or on none; goes on to OWN.
    [[nodiscard]] Status bindAll(std::vector<PortBinding>& ports, bool patient, Reservation& own);
    [[nodiscard]] Status bindOneOf(const PortBinding& wanted, std::vector<PortBinding>& ports, Reservation& own);

    std::map<std::string, std::vector<Published>> m_byContainer;
    std::uint16_t m_nextEphemeral = 32768;
};

} // namespace slipway
