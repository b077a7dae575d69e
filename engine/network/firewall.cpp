// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/firewall.h"

namespace slipway
{

namespace
{
constexpr const char* tableText = R"nft(
add table ip slipway
delete table ip slipway
table ip slipway {
    comment "made by slipwayd, rebuilt at its start"
    set bridges { type ifname; }
    set same { type ifname . ifname; }
    set internal { type ifname; }
    set nat { type ipv4_addr; flags interval; }
    set subnets { type ipv4_addr; flags interval; }
    map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
    map address_ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
    chain raw {
        type filter hook prerouting priority raw; policy accept;
        iifname @bridges ip daddr 127.0.0.0/8 drop
    }
    chain published {
        dnat ip to ip daddr . meta l4proto . th dport map @address_ports
        dnat ip to meta l4proto . th dport map @ports
    }
    chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        iifname @internal return
        meta l4proto { tcp, udp } fib daddr type local jump published
    }
    chain output {
        type nat hook output priority dstnat; policy accept;
        meta l4proto { tcp, udp } fib daddr type local jump published
    }
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 127.0.0.0/8 oifname @bridges masquerade
        ct status dnat ip saddr @subnets ip daddr @subnets masquerade
        ip saddr @nat oifname != @bridges masquerade
    }
    chain forward {
        type filter hook forward priority filter; policy accept;
        iifname . oifname @same accept
        iifname @internal drop
        oifname @internal drop
        oifname @bridges ct state established,related accept
        oifname @bridges ct status dnat accept
        oifname @bridges drop
    }
}
)nft";

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::string element(const std::string& set, const std::string& value)
{
    return "add element ip slipway " + set + " { " + value + " }\n";
}

std::string bridgeElements(const Firewall::Bridge& b)
{
    std::string text = element("bridges", quoted(b.name)) + element("same", quoted(b.name) + " . " + quoted(b.name));
    if (b.internal)
        text += element("internal", quoted(b.name));
    return text;
}

// Interval sets refuse an overlap with themselves, so subnets are only written with the whole table.
std::string subnetElements(const Firewall::Bridge& b)
{
    std::string text = element("subnets", b.subnet);
    if (!b.internal && b.masquerade)
        text += element("nat", b.subnet);
    return text;
}

std::string key(const Published& p)
{
    const std::string tail = p.binding.protocol + " . " + std::to_string(p.binding.hostPort);
    return p.binding.hostIp == "0.0.0.0" ? "ports { " + tail : "address_ports { " + p.binding.hostIp + " . " + tail;
}

std::string portElements(const std::vector<Published>& ports)
{
    std::string text;
    for (const auto& p : ports)
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
    std::string text = tableText;
    for (const auto& b : bridges)
        text += bridgeElements(b) + subnetElements(b);
    text += portElements(ports);
    if (auto status = run(text); !status)
        return wrap(status.error(), "writing the firewall table \"ip slipway\"");
    return {};
}

Status Firewall::add(const Bridge& bridge, const std::vector<Published>& ports)
{
    return run(bridgeElements(bridge) + portElements(ports));
}

Status Firewall::remove(const std::vector<Published>& ports)
{
    std::string all;
    for (const auto& p : ports)
        all += "delete element ip slipway " + key(p) + " }\n";
    if (all.empty() || run(all))
        return {};
    for (const auto& p : ports)
        (void)run("delete element ip slipway " + key(p) + " }");
    return {};
}

Status Firewall::removeTable() { return run("add table ip slipway\ndelete table ip slipway\n"); }

} // namespace slipway
