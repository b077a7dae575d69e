// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/ip_address.h"
#include "network/network_impl.h"
#include "network/network_service.h"

namespace slipway
{

namespace
{
struct Resolver
{
    std::vector<std::string> servers, search, options;
};

Resolver readResolver(const char* path)
{
    Resolver found;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line.substr(0, line.find_first_of("#;")));
        std::string key, word;
        words >> key;
        auto* list = key == "nameserver" ? &found.servers
                     : key == "search" || key == "domain" ? &found.search
                     : key == "options" ? &found.options
                                        : nullptr;
        if (list && list != &found.servers)
            list->clear(); // the last line counts
        while (list && words >> word)
            list->push_back(word);
    }
    return found;
}

bool onLoopback(const std::string& server)
{
    const auto ip = IpAddress::parse(server);
    return ip && !ip->isV6() && ip->isLoopback();
}

// Containers have their own loopback and no IPv6: such servers are of no use there.
void keepReachable(std::vector<std::string>& servers)
{
    std::erase_if(servers, [](const std::string& s) {
        const auto ip = IpAddress::parse(s);
        return !ip || ip->isV6() || ip->isLoopback();
    });
}
} // namespace

std::string NetworkService::resolvConf(Resolv kind, const std::vector<std::string>& dns,
                                       const std::vector<std::string>& search,
                                       const std::vector<std::string>& options) const
{
    Resolver resolver = readResolver("/etc/resolv.conf");
    if (kind == Resolv::Bridge) {
        if (const auto& uplink = m_impl->settings.uplinkDns; !uplink.empty())
            std::ranges::replace_if(resolver.servers, onLoopback, uplink);
        keepReachable(resolver.servers);
        if (resolver.servers.empty()) {
            resolver.servers = readResolver("/run/systemd/resolve/resolv.conf").servers;
            keepReachable(resolver.servers);
        }
        if (resolver.servers.empty())
            resolver.servers = {"8.8.8.8", "8.8.4.4"};
    }
    if (!dns.empty())
        resolver.servers = dns;
    if (!search.empty())
        resolver.search = search == std::vector<std::string>{"."} ? std::vector<std::string>{} : search;
    if (!options.empty())
        resolver.options = options;

    if (kind == Resolv::Named) {
        resolver.servers = {"127.0.0.11"};
        if (std::ranges::none_of(resolver.options, [](const std::string& o) { return o.starts_with("ndots:"); }))
            resolver.options.emplace_back("ndots:0");
    }

    std::string text;
    for (const auto& s : resolver.servers)
        text += "nameserver " + s + "\n";
    const auto line = [&](const char* key, const std::vector<std::string>& words) {
        if (words.empty())
            return;
        text += key;
        for (const auto& w : words)
            text += " " + w;
        text += "\n";
    };
    line("search", resolver.search);
    line("options", resolver.options);
    return text;
}

} // namespace slipway
