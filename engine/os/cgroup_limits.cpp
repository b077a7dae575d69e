// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/cgroup_limits.h"

#include <algorithm>

namespace slipway
{

namespace
{
constexpr std::int64_t unlimited = -1;

std::string numberOrMax(std::int64_t value) { return value < 0 ? "max" : std::to_string(value); }

std::string deviceOf(const Json& entry) { return std::to_string(jsonValue<int>(entry, "major")) + ":" + std::to_string(jsonValue<int>(entry, "minor")); }

class Limits
{
public:
    Limits(const CgroupFolders& folders, const Json& resources) : m_folders(folders), m_resources(resources) {}

    std::vector<CgroupLimit> v1(std::int64_t memoryNow)
    {
        memoryV1(memoryNow);
        const Json& cpu = jsonMember(m_resources, "cpu");
        number("cpu", "cpu.shares", cpu, "shares");
        number("cpu", "cpu.cfs_period_us", cpu, "period");
        number("cpu", "cpu.cfs_quota_us", cpu, "quota");
        text("cpuset", "cpuset.cpus", cpu, "cpus");
        text("cpuset", "cpuset.mems", cpu, "mems");
        pids("pids", "pids.max");
        const Json& block = jsonMember(m_resources, "blockIO");
        number("blkio", "blkio.weight", block, "weight");
        for (const auto& [key, file] : {std::pair{"throttleReadBpsDevice", "blkio.throttle.read_bps_device"},
                                        std::pair{"throttleWriteBpsDevice", "blkio.throttle.write_bps_device"},
                                        std::pair{"throttleReadIOPSDevice", "blkio.throttle.read_iops_device"},
                                        std::pair{"throttleWriteIOPSDevice", "blkio.throttle.write_iops_device"}}) {
            for (const Json& entry : jsonMember(block, key))
                add("blkio", file, deviceOf(entry) + " " + std::to_string(jsonValue<std::uint64_t>(entry, "rate")));
        }
        devicesV1();
        return std::move(m_made);
    }

    std::vector<CgroupLimit> v2()
    {
        const Json& memory = jsonMember(m_resources, "memory");
        const auto limit = jsonValue<std::int64_t>(memory, "limit");
        if (limit != 0)
            add("", "memory.max", numberOrMax(limit));
        if (const auto swap = jsonValue<std::int64_t>(memory, "swap"); swap != 0) // v2 counts swap apart from memory
            add("", "memory.swap.max", swap < 0 || limit <= 0 ? "max" : std::to_string(std::max<std::int64_t>(0, swap - limit)));
        if (const auto reservation = jsonValue<std::int64_t>(memory, "reservation"); reservation != 0)
            add("", "memory.low", numberOrMax(reservation));
        const Json& cpu = jsonMember(m_resources, "cpu");
        if (const auto shares = jsonValue<std::int64_t>(cpu, "shares"); shares > 0)
            add("", "cpu.weight", std::to_string(1 + (std::clamp<std::int64_t>(shares, 2, 262144) - 2) * 9999 / 262142));
        const auto quota = jsonValue<std::int64_t>(cpu, "quota"), period = jsonValue<std::int64_t>(cpu, "period", 100'000);
        if (quota != 0 || cpu.contains("period"))
            add("", "cpu.max", (quota > 0 ? std::to_string(quota) : "max") + " " + std::to_string(period));
        text("", "cpuset.cpus", cpu, "cpus");
        text("", "cpuset.mems", cpu, "mems");
        pids("", "pids.max");
        const Json& block = jsonMember(m_resources, "blockIO");
        if (const auto weight = jsonValue<std::int64_t>(block, "weight"); weight > 0) // 10…1000 → 1…10000
            add("", "io.weight", "default " + std::to_string(1 + (std::clamp<std::int64_t>(weight, 10, 1000) - 10) * 9999 / 990));
        for (const auto& [key, word] : {std::pair{"throttleReadBpsDevice", "rbps"}, std::pair{"throttleWriteBpsDevice", "wbps"},
                                        std::pair{"throttleReadIOPSDevice", "riops"}, std::pair{"throttleWriteIOPSDevice", "wiops"}}) {
            for (const Json& entry : jsonMember(block, key))
                add("", "io.max", deviceOf(entry) + " " + word + "=" + std::to_string(jsonValue<std::uint64_t>(entry, "rate")));
        }
        return std::move(m_made);
    }

private:
    void add(const char* controller, const char* file, std::string value)
    {
        if (const auto it = m_folders.find(controller); it != m_folders.end())
            m_made.push_back({it->second / file, std::move(value)});
    }
    void number(const char* controller, const char* file, const Json& object, const char* key)
    {
        if (const auto value = jsonValue<std::int64_t>(object, key); value != 0)
            add(controller, file, std::to_string(value));
    }
    void text(const char* controller, const char* file, const Json& object, const char* key)
    {
        if (auto value = jsonValue<std::string>(object, key); !value.empty())
            add(controller, file, std::move(value));
    }
    void pids(const char* controller, const char* file)
    {
        if (const auto limit = jsonValue<std::int64_t>(jsonMember(m_resources, "pids"), "limit"); limit != 0)
            add(controller, file, numberOrMax(limit));
    }
    // Memory and memory with swap bound each other: the one that goes up has to be written first.
    void memoryV1(std::int64_t now)
    {
        const Json& memory = jsonMember(m_resources, "memory");
        const auto limit = jsonValue<std::int64_t>(memory, "limit"), swap = jsonValue<std::int64_t>(memory, "swap");
        const bool swapFirst = limit != 0 && now != unlimited && (swap == unlimited || swap > now);
        if (swapFirst)
            number("memory", "memory.memsw.limit_in_bytes", memory, "swap");
        number("memory", "memory.limit_in_bytes", memory, "limit");
        if (!swapFirst)
            number("memory", "memory.memsw.limit_in_bytes", memory, "swap");
        number("memory", "memory.soft_limit_in_bytes", memory, "reservation");
        if (jsonValue<bool>(memory, "disableOOMKiller"))
            add("memory", "memory.oom_control", "1");
        number("memory", "memory.kmem.tcp.limit_in_bytes", memory, "kernelTCP");
        if (const Json& swappiness = jsonMember(memory, "swappiness"); swappiness.is_number())
            add("memory", "memory.swappiness", std::to_string(swappiness.get<std::int64_t>()));
    }
    void devicesV1()
    {
        for (const Json& rule : jsonMember(m_resources, "devices"))
            add("devices", jsonValue<bool>(rule, "allow") ? "devices.allow" : "devices.deny", deviceRuleText(rule));
    }

    const CgroupFolders& m_folders;
    const Json& m_resources;
    std::vector<CgroupLimit> m_made;
};
} // namespace

std::string deviceRuleText(const Json& rule)
{
    const auto type = jsonValue<std::string>(rule, "type", "a");
    const auto part = [&](const char* key) {
        const Json& value = jsonMember(rule, key);
        return value.is_number() && value.get<std::int64_t>() >= 0 ? std::to_string(value.get<std::int64_t>()) : std::string("*");
    };
    return type + " " + part("major") + ":" + part("minor") + " " + jsonValue<std::string>(rule, "access", "rwm");
}

std::vector<CgroupLimit> cgroupLimits(const CgroupFolders& folders, const Json& resources, bool v2, std::int64_t memoryLimitNow)
{
    Limits limits(folders, resources);
    return v2 ? limits.v2() : limits.v1(memoryLimitNow);
}

} // namespace slipway
