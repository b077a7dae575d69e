// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/json.h"

namespace slipway
{

// linux.resources.devices as a BPF program (struct bpf_insn[]) for a cgroup v2, where rules are no files: the last rule that
// matches an access decides, an access that none matches is denied. "" where everything is allowed.
[[nodiscard]] std::string deviceProgram(const Json& rules);

} // namespace slipway
