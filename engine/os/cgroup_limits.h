// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace slipway
{

struct CgroupLimit
{
    std::filesystem::path file;
    std::string value;
};

using CgroupFolders = std::map<std::string, std::filesystem::path>; // controller → one container's group; "" with v2

// The files that hold linux.resources of an OCI configuration, in the order in which the kernel accepts them. With v1 the
// devices are among them (with v2 they are a program: runtime/device_program.h). MEMORYLIMITNOW in bytes, -1 = none.
// Values are converted as runc does (cpu.shares → cpu.weight, swap without memory, …).
[[nodiscard]] std::vector<CgroupLimit> cgroupLimits(const CgroupFolders& folders, const Json& resources, bool v2, std::int64_t memoryLimitNow = -1);

[[nodiscard]] std::string deviceRuleText(const Json& rule); // "c 1:3 rwm", "a *:* rwm"

} // namespace slipway
