// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/stats_source.h"

#include <charconv>
#include <format>
#include <limits>

#include "container/container_document.h"
#include "container/container_impl.h"
#include "os/kernel_text.h"

namespace slipway
{

namespace
{

// Written by hand: 20 watched containers are 20 such documents a second, and a tree of JSON values for each costs ten times
// what reading the counters does. All keys are plain words, names and ids are quoted by dumpJson().
class Object
{
public:
    Object& number(std::string_view key, std::uint64_t value)
    {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        return raw(key, {digits, end});
    }
    Object& raw(std::string_view key, std::string_view json)
    {
        m_text += m_text.size() > 1 ? ",\"" : "\"";
        m_text.append(key).append("\":").append(json);
        return *this;
    }
    [[nodiscard]] std::string done()
    {
        m_text += '}';
        return std::move(m_text);
    }

private:
    std::string m_text = "{";
};

constexpr std::string_view noCpu = R"({"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},)"
                                   R"("throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}})";

std::string blockIo(const ResourceUsage& usage)
{
    std::string bytes, ops;
    const auto add = [](std::string& list, const ResourceUsage::BlockIo& io, const char* op, std::uint64_t value) {
        list += std::format(R"({}{{"major":{},"minor":{},"op":"{}","value":{}}})", list.empty() ? "[" : ",", io.major, io.minor, op, value);
    };
    for (const auto& io : usage.blockIo.value_or(std::vector<ResourceUsage::BlockIo>())) {
        add(bytes, io, "read", io.readBytes);
        add(bytes, io, "write", io.writeBytes);
        add(ops, io, "read", io.readOps);
        add(ops, io, "write", io.writeOps);
    }
    Object json;
    json.raw("io_merged_recursive", "null").raw("io_queue_recursive", "null");
    json.raw("io_service_bytes_recursive", bytes.empty() ? "null" : bytes + "]").raw("io_service_time_recursive", "null");
    json.raw("io_serviced_recursive", ops.empty() ? "null" : ops + "]").raw("io_time_recursive", "null");
    return json.raw("io_wait_time_recursive", "null").raw("sectors_recursive", "null").done();
}

std::string cpuStats(const ResourceUsage& usage, const HostTotals& host)
{
    Object used;
    if (!usage.perCpuNs.empty()) {
        std::string each;
        for (const std::uint64_t ns : usage.perCpuNs)
            each += (each.empty() ? "[" : ",") + std::to_string(ns);
        used.raw("percpu_usage", each + "]");
    }
    used.number("total_usage", usage.cpuNs.value_or(0)).number("usage_in_kernelmode", usage.cpuSystemNs.value_or(0));
    used.number("usage_in_usermode", usage.cpuUserNs.value_or(0));
    Object throttling;
    throttling.number("periods", usage.periods.value_or(0)).number("throttled_periods", usage.throttledPeriods.value_or(0));
    throttling.number("throttled_time", usage.throttledNs.value_or(0));
    Object cpu;
    cpu.raw("cpu_usage", used.done()).number("online_cpus", host.cpus);
    if (host.cpuNs > 0)
        cpu.number("system_cpu_usage", host.cpuNs);
    return cpu.raw("throttling_data", throttling.done()).done();
}

std::string memoryStats(const ResourceUsage& usage, const HostTotals& host)
{
    if (!usage.memoryBytes)
        return "{}";
    Object memory, stats;
    memory.number("limit", std::min(usage.memoryLimit.value_or(host.memoryBytes), host.memoryBytes));
    if (usage.memoryPeak)
        memory.number("max_usage", *usage.memoryPeak);
    eachLine(usage.memoryStat, [&](std::string_view line) {
        const std::string_view key = takeWord(line);
        if (const auto value = numberAt(line))
            stats.number(key, *value);
        return true;
    });
    return memory.raw("stats", stats.done()).number("usage", *usage.memoryBytes).done();
}

std::string networks(const std::vector<InterfaceCounters>& interfaces)
{
    std::string all;
    for (const InterfaceCounters& i : interfaces) {
        Object one;
        one.number("rx_bytes", i.rxBytes).number("rx_dropped", i.rxDropped).number("rx_errors", i.rxErrors).number("rx_packets", i.rxPackets);
        one.number("tx_bytes", i.txBytes).number("tx_dropped", i.txDropped).number("tx_errors", i.txErrors).number("tx_packets", i.txPackets);
        all += std::format(R"({}{}:{})", all.empty() ? R"("networks":{)" : ",", dumpJson(i.name), one.done());
    }
    return all.empty() ? all : all + "},";
}

class Source : public StatsSource
{
public:
    explicit Source(RecordPtr record) : m_record(std::move(record)) {}

    Result<std::shared_ptr<const StatsSample>> sample(const StatsMoment& moment, const ResourceUsage* usage) const override
    {
        bool running = false;
        {
            const std::lock_guard lock(m_record->mutex);
            if (m_record->removed)
                return fail(ErrorKind::NotFound, "No such container: " + m_record->id);
            running = m_record->state.running;
        }
        auto sample = std::make_shared<StatsSample>();
        sample->at = moment.at;
        sample->read = running ? moment.read : formatRfc3339({});
        sample->name = dumpJson("/" + m_record->name());
        sample->id = dumpJson(m_record->id);
        if (!running || usage == nullptr) {
            sample->cpu = noCpu;
            sample->blockIo = blockIo({});
            sample->memory = sample->pids = "{}";
            return sample;
        }
        sample->cpu = cpuStats(*usage, moment.host);
        sample->memory = memoryStats(*usage, moment.host);
        sample->blockIo = blockIo(*usage);
        Object pids;
        if (usage->pids)
            pids.number("current", *usage->pids);
        sample->pids = pids.number("limit", usage->pidsLimit.value_or(std::numeric_limits<std::uint64_t>::max())).done();
        sample->networks = networks(usage->interfaces);
        return sample;
    }

private:
    const RecordPtr m_record;
};

} // namespace

std::string statsDocument(const StatsSample& now, const StatsSample* before, bool named)
{
    const std::string_view begin = "{\"blkio_stats\":";
    std::string text;
    text.reserve(now.memory.size() + 2 * now.cpu.size() + 1200);
    text.append(begin).append(now.blockIo).append(",\"cpu_stats\":").append(now.cpu).append(",");
    if (named)
        text.append("\"id\":").append(now.id).append(",");
    text.append("\"memory_stats\":").append(now.memory).append(",");
    if (named)
        text.append("\"name\":").append(now.name).append(",");
    text.append(now.networks).append("\"num_procs\":0,\"pids_stats\":").append(now.pids);
    text.append(",\"precpu_stats\":").append(before ? std::string_view(before->cpu) : noCpu);
    text.append(",\"preread\":\"").append(before ? before->read : formatRfc3339({})).append("\",\"read\":\"").append(now.read);
    return text.append("\",\"storage_stats\":{}}");
}

Result<std::shared_ptr<StatsSource>> ContainerService::stats(const std::string& id) const
{
    TRY(const auto record, m_impl->find(id));
    return std::make_shared<Source>(record);
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

ContainerService::LastRun ContainerService::lastRun(const std::string& id) const
{
    const auto record = m_impl->find(id);
    if (!record)
        return {};
    const ContainerState state = (*record)->snapshot();
    return {state.startedAt, state.running ? TimePoint() : state.finishedAt, state.exitCode, m_impl->cgroupOf(**record)};
}

} // namespace slipway
