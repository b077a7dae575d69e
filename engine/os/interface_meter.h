// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "os/resource_usage.h"

namespace slipway
{

// What the network interfaces of a network namespace have received and sent, from a file that stays open; as long as it
// is, the namespace is there too. One thread at a time.
class InterfaceMeter
{
public:
    explicit InterfaceMeter(pid_t pid);
    // Bytes received and sent: the sum over all but lo, or over those that are WANTED; nullopt when the process was gone.
    using Wanted = std::function<bool(std::string_view name)>;
    [[nodiscard]] std::optional<std::pair<std::uint64_t, std::uint64_t>> read(const Wanted& wanted = {}) const;
    [[nodiscard]] std::vector<InterfaceCounters> each() const; // all but lo; empty when the process was gone

private:
    [[nodiscard]] std::string_view text() const;
    UniqueFd m_file;
    mutable std::vector<char> m_buffer; // as large as all interfaces need
};

} // namespace slipway
