// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <format>

#include "base/log.h"
#include "network/network_impl.h"
#include "os/nft.h"
#include "state/database.h"

namespace slipway
{

using Impl = NetworkService::Impl;

namespace
{
// Above the range of outgoing connections, and not 53: a container may well be a name server itself.
constexpr std::uint16_t resolverPort = 63053;

Result<UniqueFd> bindResolver(int type)
{
    UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(resolverPort);
    address.sin_addr.s_addr = htonl(127U << 24 | 11);
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        (type == SOCK_STREAM && ::listen(fd.get(), 16) != 0))
        return failErrno(errno, "making the container's resolver");
    return fd;
}

Status replaceFile(const std::filesystem::path& path, const std::string& text)
{
    const std::string fresh = path.string() + ".new";
    const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::rename(fresh.c_str(), path.c_str()) != 0)
        return failErrno(errno, "writing " + path.string());
    return {};
}
} // namespace

Result<ResolverSockets> openResolver()
{
    ResolverSockets sockets;
    TRY(sockets.udp, bindResolver(SOCK_DGRAM));
    TRY(sockets.tcp, bindResolver(SOCK_STREAM));
    return sockets;
}

Status redirectNames(int netns)
{
    TRY(auto nft, Nft::open(netns));
    const auto done = nft.run(std::format("add table ip slipway_names\n"
                                          "delete table ip slipway_names\n"
                                          "table ip slipway_names {{\n"
                                          "    chain output {{\n"
                                          "        type nat hook output priority dstnat; policy accept;\n"
                                          "        ip daddr 127.0.0.11 meta l4proto {{ tcp, udp }} th dport 53 dnat to 127.0.0.11:{}\n"
                                          "    }}\n"
                                          "}}\n",
                                          resolverPort));
    return done ? Status{} : wrap(done.error(), "making the container's resolver reachable");
}

bool hasNames(const Network& network) { return hasInterfaces(network) && !network.predefined; }

Status Impl::writeNames(const std::string& networkId)
{
    if (settings.names.empty())
        return {};
    std::string text;
    for (const auto& r : endpoints) {
        if (r.endpoint.networkId != networkId)
            continue;
        for (const std::string& address : {r.endpoint.ipv4, r.endpoint.ipv6}) {
            if (address.empty())
                continue;
            text += address;
            for (const auto& name : r.endpoint.dnsNames)
                if (name.find_first_of(" \t\n") == std::string::npos)
                    text += " " + name;
            text += "\n";
        }
    }
    return replaceFile(settings.names / networkId, text);
}

Status Impl::writeNamesOf(const std::string& containerId)
{
    if (settings.names.empty())
        return {};
    std::string text;
    bool outward = false;
    for (const auto& r : endpoints) {
        if (r.endpoint.containerId != containerId)
            continue;
        TRY(const Network* network, find(r.endpoint.networkId));
        outward = outward || !network->internal;
        if (!hasNames(*network))
            continue;
        text += "network " + network->id + " " + network->name + "\n";
        for (const std::string& link : r.endpoint.links) {
            const auto colon = link.rfind(':');
            const std::string alias = colon == std::string::npos ? link : link.substr(colon + 1);
            if (link.find_first_of(" \t\n") == std::string::npos)
                text += "link " + alias + " " + link.substr(0, colon) + "\n";
        }
        TRY_STATUS(writeNames(network->id));
    }
    if (text.empty())
        return {};
    return replaceFile(settings.names / containerId, outward ? text + "open\n" : text);
}

void Impl::forgetNames(const std::vector<EndpointRecord>& gone)
{
    if (settings.names.empty())
        return;
    for (const auto& r : gone) {
        const auto network = find(r.endpoint.networkId);
        if (!network || !hasNames(**network))
            continue;
        if (auto written = writeNames(r.endpoint.networkId); !written)
            log::warn("{}", written.error().message);
        ::unlink((settings.names / r.endpoint.containerId).c_str());
    }
}

Status NetworkService::rename(const std::string& containerId, const std::string& oldName, const std::string& newName)
{
    const std::scoped_lock lock(m_impl->mutex);
    bool found = false;
    for (auto& r : m_impl->endpoints) {
        if (r.endpoint.containerId != containerId)
            continue;
        found = true;
        r.containerName = newName;
        std::ranges::replace(r.endpoint.dnsNames, oldName, newName);
        TRY_STATUS(m_impl->db.exec("UPDATE endpoints SET document = ? WHERE container_id = ? AND network_id = ?",
                                   {dumpJson(toDocument(r)), containerId, r.endpoint.networkId}, Database::Sync::Later));
    }
    return found ? m_impl->writeNamesOf(containerId) : Status{};
}

} // namespace slipway
