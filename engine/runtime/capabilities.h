// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace slipway
{

// Docker's default set changed by ADD and DROP ("NET_ADMIN", "CAP_NET_ADMIN", "ALL", any case); "CAP_…" names in the kernel's
// order. InvalidArgument names an unknown one.
[[nodiscard]] Result<std::vector<std::string>> grantedCapabilities(const std::vector<std::string>& add,
                                                                   const std::vector<std::string>& drop,
                                                                   bool privileged);

// "net_admin" → "CAP_NET_ADMIN", as dockerd writes it in its messages.
[[nodiscard]] std::string capabilityName(std::string name);
[[nodiscard]] std::optional<unsigned> capabilityNumber(const std::string& name); // of "CAP_NET_ADMIN", as in <linux/capability.h>

} // namespace slipway
