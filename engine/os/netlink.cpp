// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/netlink.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "os/netns.h"

namespace slipway
{

namespace
{
struct MessageDeleter
{
    void operator()(nl_msg* m) const { nlmsg_free(m); }
};
using Message = std::unique_ptr<nl_msg, MessageDeleter>;

template <class Header>
Message makeMessage(int type, int flags, Header header)
{
    Message m(nlmsg_alloc_simple(type, flags));
    if (m && nlmsg_append(m.get(), &header, sizeof header, NLMSG_ALIGNTO) != 0)
        m.reset();
    return m;
}

int onError(sockaddr_nl*, nlmsgerr* e, void* arg)
{
    *static_cast<int*>(arg) = -e->error;
    return NL_STOP;
}
int onValid(nl_msg* m, void* arg)
{
    (*static_cast<const std::function<void(nlmsghdr*)>*>(arg))(nlmsg_hdr(m));
    return NL_OK;
}

void putAddress(const Message& m, int attribute, const IpAddress& address)
{
    nla_put(m.get(), attribute, static_cast<int>(address.size()), address.bytes.data());
}

constexpr int dumpAttempts = 10;

std::string needs(int err, const std::string& what)
{
    if (err == EPERM)
        return what + " (needs CAP_NET_ADMIN in this network namespace)";
    if (err == EOPNOTSUPP)
        return what + " (the kernel lacks this kind of link: is the module bridge or veth missing?)";
    return what;
}
} // namespace

struct Netlink::Impl
{
    nl_sock* socket = nullptr;
    UniqueFd ioctlSocket;
    int error = 0;

    ~Impl()
    {
        if (socket)
            nl_socket_free(socket);
    }

    Status open()
    {
        socket = nl_socket_alloc();
        if (!socket)
            return failErrno(ENOMEM, "netlink socket");
        if (const int rc = nl_connect(socket, NETLINK_ROUTE); rc < 0)
            return fail(ErrorKind::Internal, std::string("netlink socket: ") + nl_geterror(rc));
        nl_socket_modify_err_cb(socket, NL_CB_CUSTOM, onError, &error);
        ioctlSocket.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        return ioctlSocket ? Status{} : failErrno(errno, "socket");
    }

    Status call(const Message& m, const std::string& what)
    {
        if (!m)
            return failErrno(ENOMEM, what);
        error = 0;
        int rc = nl_send_auto(socket, m.get());
        if (rc >= 0)
            rc = nl_wait_for_ack(socket);
        if (error != 0)
            return failErrno(error, needs(error, what));
        return rc < 0 ? Status(fail(ErrorKind::Internal, what + ": " + nl_geterror(rc))) : Status{};
    }

    // FOUND is begun anew when something was changed meanwhile and the list may be wrong; where something always is, the last
    // one is taken as it is.
    template <class Header, class T>
    Status dump(int type, Header header, const std::string& what, std::vector<T>& found, const std::function<void(nlmsghdr*)>& each)
    {
        const std::size_t before = found.size();
        int rc = 0;
        for (int attempt = 0; attempt < dumpAttempts; ++attempt) {
            const Message m = makeMessage(type, NLM_F_DUMP, header);
            if (!m)
                return failErrno(ENOMEM, what);
            error = 0;
            found.erase(found.begin() + static_cast<std::ptrdiff_t>(before), found.end());
            nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, onValid, const_cast<void*>(static_cast<const void*>(&each)));
            rc = nl_send_auto(socket, m.get());
            if (rc >= 0)
                rc = nl_recvmsgs_default(socket);
            nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_DEFAULT, nullptr, nullptr);
            if (rc != -NLE_DUMP_INTR)
                break;
        }
        if (rc == -NLE_DUMP_INTR)
            return {};
        if (error != 0)
            return failErrno(error, what);
        return rc < 0 ? Status(fail(ErrorKind::Internal, what + ": " + nl_geterror(rc))) : Status{};
    }
};

Netlink::Netlink(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Netlink::Netlink(Netlink&&) noexcept = default;
Netlink& Netlink::operator=(Netlink&&) noexcept = default;
Netlink::~Netlink() = default;

Result<Netlink> Netlink::open(int netns)
{
    auto impl = std::make_unique<Impl>();
    TRY_STATUS(runInNetns(netns, [&] { return impl->open(); }));
    return Netlink(std::move(impl));
}

std::optional<int> Netlink::linkIndex(const std::string& name) const
{
    ifreq request{};
    if (name.empty() || name.size() >= IFNAMSIZ)
        return std::nullopt;
    std::memcpy(request.ifr_name, name.data(), name.size());
    if (::ioctl(m_impl->ioctlSocket.get(), SIOCGIFINDEX, &request) != 0)
        return std::nullopt;
    return request.ifr_ifindex;
}

Result<std::vector<Netlink::Link>> Netlink::links()
{
    std::vector<Link> found;
    ifinfomsg header{};
    TRY_STATUS(m_impl->dump(RTM_GETLINK, header, "listing links", found, [&](nlmsghdr* h) {
        const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(h));
        Link link{.index = info->ifi_index, .master = 0, .name = {}};
        if (auto* a = nlmsg_find_attr(h, sizeof *info, IFLA_IFNAME))
            link.name = nla_get_string(a);
        if (auto* a = nlmsg_find_attr(h, sizeof *info, IFLA_MASTER))
            link.master = static_cast<int>(nla_get_u32(a));
        found.push_back(std::move(link));
    }));
    return found;
}

Status Netlink::addBridge(const std::string& name, const MacAddress& mac)
{
    ifinfomsg header{};
    header.ifi_flags = header.ifi_change = IFF_UP;
    auto m = makeMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, header);
    if (m) {
        nla_put_string(m.get(), IFLA_IFNAME, name.c_str());
        nla_put(m.get(), IFLA_ADDRESS, mac.size(), mac.data());
        auto* info = nla_nest_start(m.get(), IFLA_LINKINFO);
        nla_put_string(m.get(), IFLA_INFO_KIND, "bridge");
        nla_nest_end(m.get(), info);
    }
    return m_impl->call(m, "creating the bridge " + name);
}

Status Netlink::addVeth(const Veth& veth)
{
    ifinfomsg header{};
    header.ifi_flags = header.ifi_change = IFF_UP;
    auto m = makeMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, header);
    if (m) {
        nla_put_string(m.get(), IFLA_IFNAME, veth.name.c_str());
        if (veth.master > 0)
            nla_put_u32(m.get(), IFLA_MASTER, static_cast<std::uint32_t>(veth.master));
        if (veth.mtu > 0)
            nla_put_u32(m.get(), IFLA_MTU, veth.mtu);
        auto* info = nla_nest_start(m.get(), IFLA_LINKINFO);
        nla_put_string(m.get(), IFLA_INFO_KIND, "veth");
        auto* data = nla_nest_start(m.get(), IFLA_INFO_DATA);
        auto* peer = nla_nest_start(m.get(), VETH_INFO_PEER);
        ifinfomsg down{}; // the kernel cannot bring the peer up before the pair is joined
        nlmsg_append(m.get(), &down, sizeof down, NLMSG_ALIGNTO);
        nla_put_string(m.get(), IFLA_IFNAME, veth.peerName.c_str());
        if (veth.peerNetns >= 0)
            nla_put_u32(m.get(), IFLA_NET_NS_FD, static_cast<std::uint32_t>(veth.peerNetns));
        if (veth.peerMac)
            nla_put(m.get(), IFLA_ADDRESS, veth.peerMac->size(), veth.peerMac->data());
        if (veth.mtu > 0)
            nla_put_u32(m.get(), IFLA_MTU, veth.mtu);
        nla_nest_end(m.get(), peer);
        nla_nest_end(m.get(), data);
        nla_nest_end(m.get(), info);
    }
    return m_impl->call(m, "creating the interface pair " + veth.name);
}

Status Netlink::addMacvlan(const Macvlan& macvlan)
{
    static const std::map<std::string, std::uint32_t> modes = {
        {"private", MACVLAN_MODE_PRIVATE}, {"vepa", MACVLAN_MODE_VEPA}, {"bridge", MACVLAN_MODE_BRIDGE}, {"passthru", MACVLAN_MODE_PASSTHRU}};
    const auto mode = modes.find(macvlan.mode);
    if (mode == modes.end())
        return fail(ErrorKind::InvalidArgument, "unknown macvlan mode: " + macvlan.mode);
    ifinfomsg header{};
    auto m = makeMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, header);
    if (m) {
        nla_put_string(m.get(), IFLA_IFNAME, macvlan.name.c_str());
        nla_put_u32(m.get(), IFLA_LINK, static_cast<std::uint32_t>(macvlan.parent));
        if (macvlan.netns >= 0)
            nla_put_u32(m.get(), IFLA_NET_NS_FD, static_cast<std::uint32_t>(macvlan.netns));
        if (macvlan.mac)
            nla_put(m.get(), IFLA_ADDRESS, macvlan.mac->size(), macvlan.mac->data());
        if (macvlan.mtu > 0)
            nla_put_u32(m.get(), IFLA_MTU, macvlan.mtu);
        auto* info = nla_nest_start(m.get(), IFLA_LINKINFO);
        nla_put_string(m.get(), IFLA_INFO_KIND, "macvlan");
        auto* data = nla_nest_start(m.get(), IFLA_INFO_DATA);
        nla_put_u32(m.get(), IFLA_MACVLAN_MODE, mode->second);
        nla_nest_end(m.get(), data);
        nla_nest_end(m.get(), info);
    }
    return m_impl->call(m, "creating the interface " + macvlan.name);
}

Status Netlink::setLinkUp(int index)
{
    ifinfomsg header{};
    header.ifi_index = index;
    header.ifi_flags = header.ifi_change = IFF_UP;
    return m_impl->call(makeMessage(RTM_NEWLINK, 0, header), "setting an interface up");
}

Status Netlink::setMaster(int index, int bridge)
{
    ifinfomsg header{};
    header.ifi_index = index;
    auto m = makeMessage(RTM_NEWLINK, 0, header);
    if (m)
        nla_put_u32(m.get(), IFLA_MASTER, static_cast<std::uint32_t>(bridge));
    return m_impl->call(m, "putting an interface into its bridge");
}

Status Netlink::setHairpin(int port)
{
    ifinfomsg header{};
    header.ifi_family = AF_BRIDGE;
    header.ifi_index = port;
    auto m = makeMessage(RTM_SETLINK, 0, header);
    if (m) {
        auto* info = nla_nest_start(m.get(), IFLA_PROTINFO | NLA_F_NESTED);
        nla_put_u8(m.get(), IFLA_BRPORT_MODE, 1);
        nla_nest_end(m.get(), info);
    }
    return m_impl->call(m, "setting up a bridge port");
}

Status Netlink::removeLink(int index)
{
    ifinfomsg header{};
    header.ifi_index = index;
    auto status = m_impl->call(makeMessage(RTM_DELLINK, 0, header), "removing an interface");
    if (!status && status.error().osError == ENODEV)
        return {};
    return status;
}

Status Netlink::addAddress(int index, const IpPrefix& address)
{
    ifaddrmsg header{};
    header.ifa_family = static_cast<unsigned char>(address.address.family);
    header.ifa_prefixlen = static_cast<unsigned char>(address.length);
    header.ifa_index = static_cast<unsigned>(index);
    if (address.address.isV6())
        header.ifa_flags = IFA_F_NODAD;
    auto m = makeMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, header);
    if (m) {
        putAddress(m, IFA_LOCAL, address.address);
        putAddress(m, IFA_ADDRESS, address.address);
        if (!address.address.isV6() && address.length < 31)
            putAddress(m, IFA_BROADCAST, address.last());
    }
    auto status = m_impl->call(m, "giving an interface its address");
    if (!status && status.error().osError == EEXIST)
        return {};
    return status;
}

Status Netlink::addDefaultRoute(const IpAddress& gateway, int index)
{
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(gateway.family);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_BOOT;
    header.rtm_scope = RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    auto m = makeMessage(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, header);
    if (m) {
        putAddress(m, RTA_GATEWAY, gateway);
        nla_put_u32(m.get(), RTA_OIF, static_cast<std::uint32_t>(index));
    }
    return m_impl->call(m, "adding the default route");
}

Result<std::vector<IpPrefix>> Netlink::routes()
{
    std::vector<IpPrefix> found;
    for (const int family : {AF_INET, AF_INET6}) {
        rtmsg header{};
        header.rtm_family = static_cast<unsigned char>(family);
        TRY_STATUS(m_impl->dump(RTM_GETROUTE, header, "listing routes", found, [&](nlmsghdr* h) {
            const auto* route = static_cast<const rtmsg*>(nlmsg_data(h));
            auto* a = nlmsg_find_attr(h, sizeof *route, RTA_DST);
            if (!a || route->rtm_dst_len == 0 || route->rtm_family != family)
                return;
            IpPrefix destination;
            destination.address.family = family;
            destination.length = route->rtm_dst_len;
            std::memcpy(destination.address.bytes.data(), nla_data(a), std::min<std::size_t>(destination.address.size(), static_cast<std::size_t>(nla_len(a))));
            found.push_back(destination);
        }));
    }
    return found;
}

} // namespace slipway
