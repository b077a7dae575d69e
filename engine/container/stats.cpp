// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/container_document.h"
#include "container/container_impl.h"

namespace slipway
{

namespace
{

Json blockIo(const ResourceUsage& usage)
{
    Json bytes = Json::array();
    Json ops = Json::array();
    const auto add = [](Json& list, const ResourceUsage::BlockIo& io, const char* op, std::uint64_t value) {
        list.push_back({{"major", io.major}, {"minor", io.minor}, {"op", op}, {"value", value}});
    };
    for (const auto& io : usage.blockIo) {
        add(bytes, io, "read", io.readBytes);
        add(bytes, io, "write", io.writeBytes);
        add(ops, io, "read", io.readOps);
        add(ops, io, "write", io.writeOps);
    }
    const bool none = usage.blockIo.empty();
    return {{"io_service_bytes_recursive", none ? Json() : bytes},
            {"io_serviced_recursive", none ? Json() : ops},
            {"io_queue_recursive", Json()},
            {"io_service_time_recursive", Json()},
            {"io_wait_time_recursive", Json()},
            {"io_merged_recursive", Json()},
            {"io_time_recursive", Json()},
            {"sectors_recursive", Json()}};
}

Json emptyCpu()
{
    return {{"cpu_usage", {{"total_usage", 0}, {"usage_in_kernelmode", 0}, {"usage_in_usermode", 0}}},
            {"throttling_data", {{"periods", 0}, {"throttled_periods", 0}, {"throttled_time", 0}}}};
}

Json cpuStats(const ResourceUsage& usage)
{
    Json cpu = emptyCpu();
    cpu["cpu_usage"]["total_usage"] = usage.cpuNs.value_or(0);
    cpu["cpu_usage"]["usage_in_kernelmode"] = usage.cpuSystemNs.value_or(0);
    cpu["cpu_usage"]["usage_in_usermode"] = usage.cpuUserNs.value_or(0);
    if (!usage.perCpuNs.empty())
        cpu["cpu_usage"]["percpu_usage"] = usage.perCpuNs;
    cpu["throttling_data"]["periods"] = usage.periods.value_or(0);
    cpu["throttling_data"]["throttled_periods"] = usage.throttledPeriods.value_or(0);
    cpu["throttling_data"]["throttled_time"] = usage.throttledNs.value_or(0);
    if (const auto host = hostCpuNs())
        cpu["system_cpu_usage"] = *host;
    cpu["online_cpus"] = onlineCpus();
    return cpu;
}

Json memoryStats(const ResourceUsage& usage)
{
    Json memory = Json::object();
    if (!usage.memoryBytes)
        return memory;
    memory["usage"] = *usage.memoryBytes;
    memory["limit"] = std::min(usage.memoryLimit.value_or(hostMemory()), hostMemory());
    if (usage.memoryPeak)
        memory["max_usage"] = *usage.memoryPeak;
    memory["stats"] = usage.memoryStat;
    return memory;
}

} // namespace

Result<Json> ContainerService::stats(const std::string& id) const
{
    TRY(const auto record, m_impl->find(id));
    const ContainerState state = record->snapshot();
    Json json = {{"read", formatRfc3339(now())}, {"preread", formatRfc3339({})}, {"id", record->id},
                 {"name", "/" + record->name()}, {"num_procs", 0},               {"storage_stats", Json::object()},
                 {"precpu_stats", emptyCpu()},   {"cpu_stats", emptyCpu()},      {"memory_stats", Json::object()},
                 {"pids_stats", Json::object()}, {"blkio_stats", blockIo({})}};
    if (!state.running) {
        json["read"] = formatRfc3339({});
        return json;
    }
    const std::string group = m_impl->cgroupOf(*record);
    auto usage = group.empty() ? Cgroups::usageFromProc(state.pid) : m_impl->s.cgroups.usage(group);
    if (!usage)
        return json;
    json["cpu_stats"] = cpuStats(*usage);
    json["memory_stats"] = memoryStats(*usage);
    json["blkio_stats"] = blockIo(*usage);
    if (usage->pids)
        json["pids_stats"]["current"] = *usage->pids;
    json["pids_stats"]["limit"] = usage->pidsLimit.value_or(std::numeric_limits<std::uint64_t>::max());
    if (const auto interfaces = interfaceCounters(state.pid)) {
        for (const InterfaceCounters& i : *interfaces)
            json["networks"][i.name] = {{"rx_bytes", i.rxBytes},   {"rx_packets", i.rxPackets},
                                        {"rx_errors", i.rxErrors}, {"rx_dropped", i.rxDropped},
                                        {"tx_bytes", i.txBytes},   {"tx_packets", i.txPackets},
                                        {"tx_errors", i.txErrors}, {"tx_dropped", i.txDropped}};
    }
    return json;
}

std::vector<std::string> ContainerService::ids() const
{
    std::vector<std::string> ids;
    for (const auto& record : m_impl->all())
        ids.push_back(record->id);
    return ids;
}

std::optional<ContainerService::RunningContainer> ContainerService::running(const std::string& id) const
{
    const auto record = m_impl->find(id);
    const ContainerState state = record ? (*record)->snapshot() : ContainerState();
    if (!state.running)
        return std::nullopt;
    const auto mode = jsonValue<std::string>(documentHost(*(*record)->doc()), "NetworkMode");
    return RunningContainer{state.pid, m_impl->cgroupOf(**record), mode != "none" && mode != "host"};
}

} // namespace slipway
