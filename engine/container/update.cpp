// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "container/config_check.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

constexpr const char* numbers[] = {"CpuShares", "Memory", "MemoryReservation", "MemorySwap", "NanoCpus", "CpuPeriod", "CpuQuota",
                                   "BlkioWeight", "CpuRealtimePeriod", "CpuRealtimeRuntime"};

bool isSet(const Json& value) { return value.is_number() && value != 0; }

// What BODY sets replaces what HOST has; zero and empty mean "as it is".
Json merged(Json host, const Json& body)
{
    for (const char* key : numbers) {
        if (isSet(jsonMember(body, key)))
            host[key] = body[key];
    }
    for (const char* key : {"CpusetCpus", "CpusetMems"}) {
        if (!jsonValue<std::string>(body, key).empty())
            host[key] = body[key];
    }
    if (const Json& pids = jsonMember(body, "PidsLimit"); isSet(pids))
        host["PidsLimit"] = pids.get<std::int64_t>() > 0 ? pids : Json();
    if (isSet(jsonMember(body, "NanoCpus")))
        host["CpuPeriod"] = host["CpuQuota"] = 0;
    if (isSet(jsonMember(body, "Memory")) && !isSet(jsonMember(body, "MemorySwap")) &&
        jsonValue<std::int64_t>(host, "MemorySwap") > 0 && host["MemorySwap"] < host["Memory"])
        host["MemorySwap"] = host["Memory"].get<std::int64_t>() * 2;
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
    Json document = *record->doc();
    const Json host = merged(documentHost(document), body);
    TRY_STATUS(checkResources(host));
    if (host["RestartPolicy"] != documentHost(document)["RestartPolicy"]) {
        if (jsonValue<bool>(host, "AutoRemove"))
            return fail(ErrorKind::Internal,
                        std::format("Cannot update container {}: Restart policy cannot be updated because AutoRemove is enabled "
                                    "for the container", record->id));
        TRY_STATUS(checkRestartPolicy(host));
    }
    document["HostConfig"] = host;
    if (record->snapshot().running && !m_impl->cgroupOf(record->id).empty()) {
        TRY(const auto resources, makeResources(host));
        if (auto changed = m_impl->s.runtime.update(record->id, resources); !changed)
            return wrap(changed.error(), "Cannot update container " + record->id);
    }
    TRY_STATUS(m_impl->updateRow(*record, document));
    {
        const std::lock_guard lock(record->mutex);
        record->document = std::make_shared<const Json>(std::move(document));
    }
    m_impl->publish(*record, "update");
    return std::vector<std::string>();
}

} // namespace slipway
