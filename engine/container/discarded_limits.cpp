// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/discarded_limits.h"

#include <algorithm>
#include <string_view>

#include "os/cgroup.h"

namespace slipway
{

namespace
{
struct Limit
{
    const char* controller;
    std::vector<const char*> fields; // of HostConfig; the first is the one that asks
    const char* warning;
};

const std::vector<Limit>& limits()
{
    static const std::vector<Limit> all{
        {"memory", {"Memory", "MemorySwap"},
         "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded."},
        {"memory", {"MemoryReservation"},
         "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded."},
        {"memory.kmem.tcp", {"KernelMemoryTCP"},
         "Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not mounted. Limitation discarded."},
        {"memory", {"OomKillDisable"}, "Your kernel does not support OomKillDisable. OomKillDisable discarded."},
        {"pids", {"PidsLimit"},
         "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded."},
        {"cpu", {"CpuShares"},
         "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded."},
        {"cpu", {"NanoCpus"}, "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded."},
        {"cpu", {"CpuQuota", "CpuPeriod"}, "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded."},
        {"cpuset", {"CpusetCpus", "CpusetMems"},
         "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded."},
        {"io.weight", {"BlkioWeight"},
         "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded."},
    };
    return all;
}

bool asksForSomething(const Json& value)
{
    return value.is_number() ? value.get<double>() > 0 : value.is_boolean() ? value.get<bool>()
                                                       : value.is_string() && !value.get<std::string>().empty();
}

Json nothing(const Json& value)
{
    return value.is_string() ? Json("") : value.is_boolean() ? Json(false) : value.is_null() ? Json() : Json(0);
}
} // namespace

std::vector<std::string> discardLimits(Json& hostConfig, const Cgroups& cgroups)
{
    std::vector<std::string> warnings;
    for (const Limit& limit : limits()) {
        if (cgroups.has(limit.controller))
            continue;
        bool asked = false;
        for (const char* field : limit.fields) {
            const bool senseless = std::string_view(field) == "CpuShares" && jsonValue<std::int64_t>(hostConfig, field) < 0; // the start refuses it
            if (const auto it = hostConfig.find(field); it != hostConfig.end() && !senseless) {
                asked = asked || asksForSomething(*it);
                *it = nothing(*it);
            }
        }
        if (asked && !std::ranges::contains(warnings, limit.warning))
            warnings.emplace_back(limit.warning);
    }
    return warnings;
}

} // namespace slipway
