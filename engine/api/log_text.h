// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "logstore/log_reader.h"

namespace slipway::api
{

// The entries as docker logs sends them, in frames unless FRAMED is false. PREFIX: what --details puts before a line.
[[nodiscard]] std::string logText(const std::vector<logstore::Entry>& batch, bool framed, bool timestamps, const std::string& prefix = {});

} // namespace slipway::api
