// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

namespace slipway
{

// libnftables with one long-lived context, bound to one network namespace (-1 = the opener's), on a thread of its own: none
// of its descriptors is the process's, and the process may have any number. No helper process. Not thread-safe.
class Nft
{
public:
    [[nodiscard]] static Result<Nft> open(int netns = -1);
    Nft(Nft&&) noexcept;
    Nft& operator=(Nft&&) noexcept;
    ~Nft();

    // All COMMANDS (nft's language) as one transaction: all or nothing. Returns what nft prints.
    [[nodiscard]] Result<std::string> run(const std::string& commands);

private:
    struct Impl;
    explicit Nft(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
