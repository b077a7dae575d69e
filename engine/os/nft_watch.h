// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"

namespace slipway
{

// Tells when another program takes something away from one of our nftables tables: nft flush ruleset, a firewall's reload.
// One thread on the kernel's own notifications, none while nothing changes. What programs with this one's name do counts as
// our own. Source: linux/netfilter/nf_tables.h, NFNLGRP_NFTABLES.
class NftWatch
{
public:
    // The table TABLE of family ip in the network namespace NETNS (-1 = the opener's). ONLOST runs on the watch's thread
    // after the other program's transaction; it may change the table.
    [[nodiscard]] static Result<NftWatch> open(int netns, const std::string& table, std::function<void()> onLost);
    NftWatch(NftWatch&&) noexcept;
    NftWatch& operator=(NftWatch&&) noexcept;
    ~NftWatch(); // waits for a running ONLOST

private:
    struct Impl;
    explicit NftWatch(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
