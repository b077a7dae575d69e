// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ip_address.h"

namespace slipway
{

using MacAddress = std::array<std::uint8_t, 6>;

// A route netlink socket of one network namespace: links, addresses, routes.
// One long-lived socket; usable from any thread, but not from two at once.
class Netlink
{
public:
    struct Link
    {
        int index = 0, master = 0; // master 0 = none
        std::string name;
    };
    struct Veth
    {
        std::string name;     // on this side, up
        int master = 0;       // bridge to put it in, 0 = none
        std::string peerName; // in peerNetns, down
        int peerNetns = -1;   // descriptor; -1 = this namespace
        std::optional<MacAddress> peerMac;
        std::uint32_t mtu = 0; // of both ends; 0: the kernel's
    };

    struct Macvlan // an interface of its own MAC address on PARENT, made in the namespace NETNS, down
    {
        std::string name;
        int parent = 0;
        int netns = -1;
        std::string mode = "bridge"; // or private, vepa, passthru
        std::optional<MacAddress> mac;
        std::uint32_t mtu = 0; // 0: the parent's
    };

    // In the namespace NETNS, or the calling thread's with -1.
    [[nodiscard]] static Result<Netlink> open(int netns = -1);
    Netlink(Netlink&&) noexcept;
    Netlink& operator=(Netlink&&) noexcept;
    ~Netlink();

    [[nodiscard]] std::optional<int> linkIndex(const std::string& name) const;
    [[nodiscard]] Result<std::vector<Link>> links();
    [[nodiscard]] Status addBridge(const std::string& name, const MacAddress& mac); // up at once
    [[nodiscard]] Status addVeth(const Veth& veth);
    [[nodiscard]] Status addMacvlan(const Macvlan& macvlan); // InvalidArgument for an unknown mode
    [[nodiscard]] Status setLinkUp(int index);
    [[nodiscard]] Status setMaster(int index, int bridge); // no error when it is there already
    // Lets a bridge send a frame back through the port it came from: br_netfilter needs it for published ports.
    [[nodiscard]] Status setHairpin(int port);
    [[nodiscard]] Status removeLink(int index); // no error when it is gone already
    // No error when it has it. An IPv6 address is usable at once: nobody is asked whether it is a duplicate.
    [[nodiscard]] Status addAddress(int index, const IpPrefix& address);
    [[nodiscard]] Status addDefaultRoute(const IpAddress& gateway, int index);
    [[nodiscard]] Result<std::vector<IpPrefix>> routes(); // destinations of every table, without the default routes

private:
    struct Impl;
    explicit Netlink(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
