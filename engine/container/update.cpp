// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "container/config_check.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/discarded_limits.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

constexpr const char* numbers[] = {"CpuShares", "Memory",      "MemoryReservation", "MemorySwap",         "NanoCpus",
                                   "CpuPeriod", "CpuQuota",    "BlkioWeight",       "CpuRealtimePeriod", "CpuRealtimeRuntime"};

bool isSet(const Json& body, const char* key) { return jsonValue<std::int64_t>(body, key) != 0; }

Status checkAgainst(const Json& host, const Json& body)
{
    const auto conflict = [](const char* what) { return fail(ErrorKind::Conflict, what); };
    if (isSet(body, "Memory") && !isSet(body, "MemorySwap") &&
        jsonValue<std::int64_t>(body, "Memory") > jsonValue<std::int64_t>(host, "MemorySwap"))
        return conflict("Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
    if (isSet(body, "NanoCpus") && isSet(host, "CpuPeriod"))
        return conflict("Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
    if (isSet(body, "NanoCpus") && isSet(host, "CpuQuota"))
        return conflict("Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set");
    if (isSet(body, "CpuPeriod") && isSet(host, "NanoCpus"))
        return conflict("Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set");
    if (isSet(body, "CpuQuota") && isSet(host, "NanoCpus"))
        return conflict("Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set");
    return {};
}

// What BODY sets replaces what HOST has; zero and empty mean "as it is".
Json merged(Json host, const Json& body)
{
    for (const char* key : numbers) {
        if (isSet(body, key))
            host[key] = body[key];
    }
    for (const char* key : {"CpusetCpus", "CpusetMems"}) {
        if (!jsonValue<std::string>(body, key).empty())
            host[key] = body[key];
    }
    if (isSet(body, "PidsLimit"))
        host["PidsLimit"] = jsonValue<std::int64_t>(body, "PidsLimit") > 0 ? body["PidsLimit"] : Json();
    const Json& policy = jsonMember(body, "RestartPolicy");
    if (!jsonValue<std::string>(policy, "Name").empty())
        host["RestartPolicy"] = {{"Name", policy["Name"]}, {"MaximumRetryCount", jsonValue<int>(policy, "MaximumRetryCount")}};
    return host;
}

} // namespace

Result<std::vector<std::string>> ContainerService::update(const std::string& id, const Json& body)
{
    TRY(const auto record, m_impl->find(id));
    const std::unique_lock operation(record->op);
    if (record->removed)
        return fail(ErrorKind::NotFound, "No such container: " + id);
    const std::string refusal = "Cannot update container " + record->id;
    Json document = *record->doc();
    const Json& before = documentHost(document);
    Json wanted = body;
    TRY_STATUS(checkResources(wanted, true));
    if (!jsonValue<std::string>(jsonMember(body, "RestartPolicy"), "Name").empty()) {
        TRY_STATUS(checkRestartPolicy(body));
        if (jsonValue<bool>(before, "AutoRemove") && jsonMember(jsonMember(body, "RestartPolicy"), "Name") != "no")
            return fail(ErrorKind::Conflict, refusal + ": Restart policy cannot be updated because AutoRemove is enabled for the container");
    }
    std::vector<std::string> warnings = discardLimits(wanted, m_impl->s.cgroups);
    if (auto fits = checkAgainst(before, wanted); !fits)
        return wrap(fits.error(), refusal);
    document["HostConfig"] = merged(before, wanted);
    if (record->snapshot().running && !m_impl->cgroupOf(*record).empty()) {
        TRY(const auto resources, makeResources(document["HostConfig"]));
        if (auto changed = m_impl->s.cgroups.limit(m_impl->cgroupOf(*record), resources); !changed)
            return wrap(changed.error(), refusal);
    }
    TRY_STATUS(m_impl->updateRow(*record, document));
    {
        const std::lock_guard lock(record->mutex);
        record->document = std::make_shared<const Json>(std::move(document));
    }
    m_impl->publish(*record, "update");
    return warnings;
}

} // namespace slipway
