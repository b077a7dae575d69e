// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/conntrack.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <memory>
#include <vector>

#include "os/netns.h"

namespace slipway
{

namespace
{
using Socket = std::unique_ptr<nl_sock, decltype(&nl_socket_free)>;
using Message = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

Message makeMessage(int type, int flags, int family)
{
    Message message(nlmsg_alloc_simple(NFNL_SUBSYS_CTNETLINK << 8 | type, flags), nlmsg_free);
    nfgenmsg header{static_cast<unsigned char>(family), NFNETLINK_V0, 0};
    if (message && nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO) != 0)
        message.reset();
    return message;
}

bool tupleHas(nlattr* tuple, const std::set<IpAddress>& addresses)
{
    nlattr* ip = tuple ? nla_find(static_cast<nlattr*>(nla_data(tuple)), nla_len(tuple), CTA_TUPLE_IP) : nullptr;
    for (const int end : {CTA_IP_V4_SRC, CTA_IP_V4_DST, CTA_IP_V6_SRC, CTA_IP_V6_DST}) {
        nlattr* found = ip ? nla_find(static_cast<nlattr*>(nla_data(ip)), nla_len(ip), end) : nullptr;
        if (!found)
            continue;
        IpAddress address;
        address.family = end == CTA_IP_V4_SRC || end == CTA_IP_V4_DST ? AF_INET : AF_INET6;
        if (nla_len(found) != static_cast<int>(address.size()))
            continue;
        std::memcpy(address.bytes.data(), nla_data(found), address.size());
        if (addresses.contains(address))
            return true;
    }
    return false;
}

struct Dump
{
    const std::set<IpAddress>& addresses;
    std::vector<std::vector<char>> tuples; // CTA_TUPLE_ORIG of what is to go, as it came
};

int onEntry(nl_msg* message, void* context)
{
    auto& dump = *static_cast<Dump*>(context);
    nlmsghdr* header = nlmsg_hdr(message);
    const int skip = static_cast<int>(NLMSG_ALIGN(sizeof(nfgenmsg)));
    nlattr* original = nlmsg_find_attr(header, skip, CTA_TUPLE_ORIG);
    nlattr* reply = nlmsg_find_attr(header, skip, CTA_TUPLE_REPLY);
    if (original && (tupleHas(original, dump.addresses) || tupleHas(reply, dump.addresses))) {
        const char* bytes = static_cast<const char*>(nla_data(original));
        dump.tuples.emplace_back(bytes, bytes + nla_len(original));
    }
    return NL_OK;
}

Status forgetHere(const std::set<IpAddress>& addresses, int family)
{
    const Socket socket(nl_socket_alloc(), nl_socket_free);
    if (!socket || nl_connect(socket.get(), NETLINK_NETFILTER) < 0)
        return failErrno(errno, "asking for tracked connections");
    Dump dump{addresses, {}};
    nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, onEntry, &dump);
    const Message all = makeMessage(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family);
    if (!all || nl_send_auto(socket.get(), all.get()) < 0)
        return failErrno(ENOMEM, "asking for tracked connections");
    if (const int rc = nl_recvmsgs_default(socket.get()); rc < 0 && rc != -NLE_DUMP_INTR) // others came and went: no matter
        return fail(ErrorKind::Internal, std::string("listing tracked connections: ") + nl_geterror(rc));
    for (const std::vector<char>& tuple : dump.tuples) {
        const Message one = makeMessage(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family);
        if (!one || nla_put(one.get(), CTA_TUPLE_ORIG | NLA_F_NESTED, static_cast<int>(tuple.size()), tuple.data()) != 0)
            return failErrno(ENOMEM, "forgetting a tracked connection");
        if (nl_send_auto(socket.get(), one.get()) >= 0)
            (void)nl_wait_for_ack(socket.get()); // it may have ended by itself meanwhile
    }
    return {};
}
} // namespace

Status forgetConnections(const std::set<IpAddress>& addresses, int netns)
{
    if (addresses.empty())
        return {};
    return runInNetns(netns, [&]() -> Status {
        for (const int family : {AF_INET, AF_INET6})
            if (std::ranges::contains(addresses, family, &IpAddress::family))
                TRY_STATUS(forgetHere(addresses, family));
        return {};
    });
}

} // namespace slipway
