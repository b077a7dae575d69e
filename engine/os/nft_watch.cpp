// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/nft_watch.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/unique_fd.h"
#include "os/netns.h"

namespace slipway
{

namespace
{
std::string ownName()
{
    std::string name;
    std::getline(std::ifstream("/proc/self/comm"), name);
    return name;
}
} // namespace

struct NftWatch::Impl
{
    std::string table, self = ownName();
    std::function<void()> onLost;
    std::unique_ptr<nl_sock, decltype(&nl_socket_free)> socket{nullptr, nl_socket_free};
    UniqueFd wake{::eventfd(0, EFD_CLOEXEC)};
    bool touched = false, lost = false; // in the transaction that is being told; by another program
    std::thread thread;

    ~Impl()
    {
        if (!thread.joinable())
            return;
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t ignored = ::write(wake.get(), &one, sizeof one);
        thread.join();
    }

    Status open()
    {
        socket.reset(nl_socket_alloc());
        if (!socket)
            return failErrno(ENOMEM, "watching the packet rules");
        nl_socket_disable_seq_check(socket.get());
        if (nl_connect(socket.get(), NETLINK_NETFILTER) < 0 || nl_socket_add_membership(socket.get(), NFNLGRP_NFTABLES) < 0)
            return failErrno(errno, "watching the packet rules");
        nl_socket_set_nonblocking(socket.get());
        nl_socket_modify_cb(
            socket.get(), NL_CB_VALID, NL_CB_CUSTOM, [](nl_msg* message, void* self_) {
                static_cast<Impl*>(self_)->take(nlmsg_hdr(message));
                return static_cast<int>(NL_OK);
            }, this);
        return {};
    }

    static std::string text(nlmsghdr* header, int attribute)
    {
        nlattr* found = nlmsg_find_attr(header, static_cast<int>(NLMSG_ALIGN(sizeof(nfgenmsg))), attribute);
        return found ? std::string(static_cast<const char*>(nla_data(found)), ::strnlen(static_cast<const char*>(nla_data(found)), static_cast<std::size_t>(nla_len(found)))) : "";
    }

    void take(nlmsghdr* header)
    {
        if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
            return;
        switch (header->nlmsg_type & 0xff) {
        case NFT_MSG_DELTABLE:
        case NFT_MSG_DELCHAIN:
        case NFT_MSG_DELRULE:
        case NFT_MSG_DELSET:
        case NFT_MSG_DELSETELEM:
            // Table, chain, rule, set and element all carry the table's name as attribute 1.
            touched = touched || text(header, NFTA_TABLE_NAME) == table;
            break;
        case NFT_MSG_NEWGEN: // the end of a transaction, and whose it was
            lost = lost || (touched && text(header, NFTA_GEN_PROC_NAME) != self);
            touched = false;
            break;
        default:
            break;
        }
    }

    void run()
    {
        while (true) {
            pollfd fds[2] = {{nl_socket_get_fd(socket.get()), POLLIN, 0}, {wake.get(), POLLIN, 0}};
            if (::poll(fds, 2, -1) < 0 && errno != EINTR)
                return;
            if (fds[1].revents)
                return;
            if (!fds[0].revents)
                continue;
            const int rc = nl_recvmsgs_default(socket.get());
            if (rc == -NLE_NOMEM) // more came than was kept: it may have been ours
                lost = true;
            if (std::exchange(lost, false))
                onLost();
        }
    }
};

NftWatch::NftWatch(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
NftWatch::NftWatch(NftWatch&&) noexcept = default;
NftWatch& NftWatch::operator=(NftWatch&&) noexcept = default;
NftWatch::~NftWatch() = default;

Result<NftWatch> NftWatch::open(int netns, const std::string& table, std::function<void()> onLost)
{
    auto impl = std::make_unique<Impl>();
    impl->table = table;
    impl->onLost = std::move(onLost);
    TRY_STATUS(runInNetns(netns, [&] { return impl->open(); }));
    impl->thread = std::thread([raw = impl.get()] { raw->run(); });
    return NftWatch(std::move(impl));
}

} // namespace slipway
