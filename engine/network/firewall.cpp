// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/firewall.h"

#include <algorithm>
#include <format>

namespace slipway
{

namespace
{
struct Family
{
    const char *name, *address, *loopback; // as nft says it
    std::string Firewall::Bridge::* subnet;
    bool ports;
};
const Family ip{"ip", "ipv4_addr", "127.0.0.0/8", &Firewall::Bridge::subnet, true};
const Family ip6{"ip6", "ipv6_addr", "::1", &Firewall::Bridge::subnet6, false};

constexpr const char* emptyTable = "add table {0} slipway\ndelete table {0} slipway\n";
constexpr const char* tableText = R"nft(
table {0} slipway {{
    comment "made by slipwayd, rebuilt at its start"
    set bridges {{ type ifname; }}
    set same {{ type ifname . ifname; }}
    set internal {{ type ifname; }}
    set nat {{ type {1}; flags interval; }}
    set subnets {{ type {1}; flags interval; }}
    chain raw {{
        type filter hook prerouting priority raw; policy accept;
        iifname @bridges {0} daddr {2} drop
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        {0} saddr {2} oifname @bridges masquerade
        ct status dnat {0} saddr @subnets {0} daddr @subnets masquerade
        {0} saddr @nat oifname != @bridges masquerade
    }}
    chain forward {{
        type filter hook forward priority filter; policy accept;
        iifname . oifname @same accept
        iifname @internal drop
        oifname @internal drop
        oifname @bridges ct state established,related accept
        oifname @bridges ct status dnat accept
        oifname @bridges drop
    }}
}}
)nft";
constexpr const char* portsText = R"nft(
table ip slipway {
    map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
    map address_ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
    chain published {
        dnat ip to ip daddr . meta l4proto . th dport map @address_ports
        dnat ip to meta l4proto . th dport map @ports
    }
    chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        iifname @internal return
        meta l4proto { tcp, udp, sctp } fib daddr type local jump published
    }
    chain output {
        type nat hook output priority dstnat; policy accept;
        meta l4proto { tcp, udp, sctp } fib daddr type local jump published
    }
}
)nft";

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::string element(const Family& family, const std::string& set, const std::string& value)
{
    return std::format("add element {} slipway {} {{ {} }}\n", family.name, set, value);
}

// Every bridge is in both tables: what has no address of a family must not be reached by it either.
std::string bridgeElements(const Family& family, const Firewall::Bridge& b)
{
    std::string text = element(family, "bridges", quoted(b.name)) + element(family, "same", quoted(b.name) + " . " + quoted(b.name));
    if (b.internal)
        text += element(family, "internal", quoted(b.name));
    return text;
}

// Interval sets refuse an overlap with themselves, so subnets are only written with the whole table.
std::string subnetElements(const Family& family, const Firewall::Bridge& b)
{
    const std::string& subnet = b.*family.subnet;
    if (subnet.empty())
        return {};
    std::string text = element(family, "subnets", subnet);
    if (!b.internal && b.masquerade)
        text += element(family, "nat", subnet);
    return text;
}

bool hasRule(const Published& p) { return !p.binding.hostIp.contains(':'); }

std::string key(const Published& p)
{
    const std::string tail = p.binding.protocol + " . " + std::to_string(p.binding.hostPort);
    return p.binding.hostIp == "0.0.0.0" ? "ports { " + tail : "address_ports { " + p.binding.hostIp + " . " + tail;
}

std::string portElements(const std::vector<Published>& ports)
{
    std::string text;
    for (const auto& p : ports)
        if (hasRule(p))
            text += "add element ip slipway " + key(p) + " : " + p.targetIp + " . " +
                std::to_string(p.binding.containerPort) + " }\n";
    return text;
}
} // namespace

Status Firewall::run(const std::string& commands)
{
    if (!m_nft) {
        TRY(m_nft, Nft::open(m_netns));
    }
    if (auto done = m_nft->run(commands); !done)
        return std::unexpected(done.error());
    return {};
}

Status Firewall::rebuild(const std::vector<Bridge>& bridges, const std::vector<Published>& ports)
{
    const bool v6 = std::ranges::any_of(bridges, [](const Bridge& b) { return !b.subnet6.empty(); });
    std::string text;
    for (const Family* family : {&ip, &ip6}) {
        const bool wanted = family == &ip || v6;
        if (wanted || m_ipv6)
            text += std::format(emptyTable, family->name);
        if (!wanted)
            continue;
        text += std::format(tableText, family->name, family->address, family->loopback) + (family->ports ? portsText : "");
        for (const auto& b : bridges)
            text += bridgeElements(*family, b) + subnetElements(*family, b);
    }
    text += portElements(ports);
    if (auto status = run(text); !status)
        return wrap(status.error(), "writing the firewall tables \"slipway\"");
    m_ipv6 = v6;
    return {};
}

Status Firewall::add(const Bridge& bridge, const std::vector<Published>& ports)
{
    return run(bridgeElements(ip, bridge) + (m_ipv6 ? bridgeElements(ip6, bridge) : "") + portElements(ports));
}

Status Firewall::remove(const std::vector<Published>& ports)
{
    std::string all;
    for (const auto& p : ports)
        if (hasRule(p))
            all += "delete element ip slipway " + key(p) + " }\n";
    if (all.empty() || run(all))
        return {};
    for (const auto& p : ports)
        if (hasRule(p))
            (void)run("delete element ip slipway " + key(p) + " }");
    return {};
}

Status Firewall::removeTable()
{
    (void)run(std::format(emptyTable, "ip6")); // the kernel may have no IPv6
    m_ipv6 = false;
    return run(std::format(emptyTable, "ip"));
}

} // namespace slipway
