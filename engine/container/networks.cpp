// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <format>
#include <map>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

// The container has the file mounted: it must stay the same one.
Status rewrite(const std::filesystem::path& path, std::string_view text)
{
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return failErrno(errno, "writing " + path.string());
    return {};
}

Status checkMode(const std::string& mode, const Network& network)
{
    const auto refuse = [](const char* why) { return fail(ErrorKind::InvalidArgument, why); };
    if (mode == "host" || mode.starts_with("container:"))
        return refuse("container sharing network namespace with another container or host cannot be connected to any other network");
    if (network.driver == "host")
        return refuse("container cannot be disconnected from host network or connected to host network");
    if (network.driver == "null" || mode == "none")
        return refuse("container cannot be connected to multiple networks with one of the networks in private (none) mode");
    return {};
}

Json endpointSettings(const Json& given)
{
    Json settings = {{"IPAMConfig", Json()}, {"Links", Json()}, {"Aliases", Json()}, {"DriverOpts", Json()}, {"MacAddress", ""}};
    for (auto& [key, value] : settings.items()) {
        if (const Json& own = jsonMember(given, key.c_str()); !own.is_null())
            value = own;
    }
    return settings;
}

// The key under which the container has NETWORK: its name, or what the user called it at creation.
std::string keyOf(const Json& networks, const Network& network)
{
    for (const auto& [key, _] : networks.items()) {
        if (key == network.name || (looksLikeId(key) && network.id.starts_with(key)))
            return key;
    }
    return {};
}

Json networksOf(const ContainerRecord& record)
{
    const auto document = record.doc();
    const Json& networks = jsonMember(jsonMember(*document, "NetworkSettings"), "Networks");
    return networks.is_object() ? networks : Json::object();
}

} // namespace

std::string ContainerService::Impl::resolvConf(const Json& document, NetworkService::Resolv kind) const
{
    const auto list = [&](const char* key) { return jsonStrings(jsonMember(documentHost(document), key)); };
    return s.networks.resolvConf(kind, list("Dns"), list("DnsSearch"), list("DnsOptions"));
}

Result<UniqueFd> ContainerService::Impl::netnsOf(const ContainerRecord& record) const
{
    const std::string path = std::format("/proc/{}/ns/net", record.snapshot().pid);
    UniqueFd netns(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!netns)
        return failErrno(errno, path);
    return netns;
}

Status ContainerService::Impl::keepNetworks(const RecordPtr& record, Json networks)
{
    Json document = *record->doc();
    document["NetworkSettings"]["Networks"] = std::move(networks);
    TRY_STATUS(updateRow(*record, document));
    const std::lock_guard lock(record->mutex);
    record->document = std::make_shared<const Json>(std::move(document));
    return {};
}

// hosts and resolv.conf of a running container, where the container itself has not made others of them.
void ContainerService::Impl::refreshFiles(const RecordPtr& record, const std::vector<Endpoint>& before)
{
    const auto report = [&](const Status& status) {
        if (!status)
            log::warn("container {}: {}", shortId(record->id), status.error().message);
    };
    const ContainerState state = record->snapshot();
    const auto document = record->doc();
    report(writeFile(runDirOf(record->id) / "network.json", dumpJson(connectionsToJson(state.endpoints, state.ports))));
    const auto dir = dirOf(record->id);
    if (auto hosts = readFile(dir / "hosts")) {
        for (const Endpoint& endpoint : before) {
            const std::string line = hostsLine(*document, endpoint);
            const auto at = line.empty() ? std::string::npos : hosts->find(line);
            if (at != std::string::npos)
                hosts->erase(at, line.size());
        }
        for (const Endpoint& endpoint : state.endpoints)
            *hosts += hostsLine(*document, endpoint);
        report(rewrite(dir / "hosts", *hosts));
    }
    const auto named = [&](const Endpoint& endpoint) {
        const auto network = s.networks.get(endpoint.networkId);
        return network && !network->predefined;
    };
    if (std::ranges::any_of(state.endpoints, named) &&
        readFile(dir / "resolv.conf") == resolvConf(*document, NetworkService::Resolv::Bridge))
        report(rewrite(dir / "resolv.conf", resolvConf(*document, NetworkService::Resolv::Named)));
}

// Connecting and disconnecting change the kernel first and the document after it: a killed engine leaves them different.
Status ContainerService::Impl::reconcileNetworks(const RecordPtr& record)
{
    const auto mode = jsonValue<std::string>(documentHost(*record->doc()), "NetworkMode");
    if (mode == "host" || mode == "none" || mode.starts_with("container:"))
        return {};
    Json networks = networksOf(*record);
    std::map<std::string, std::string> keys; // by network id
    for (const auto& [key, _] : networks.items())
        if (const auto network = s.networks.get(key))
            keys.emplace(network->id, key);
    std::set<std::string> wanted;
    for (const auto& [id, _] : keys)
        wanted.insert(id);
    const auto netns = netnsOf(*record);
    if (!netns) // it ends at this moment
        return {};
    TRY(auto whole, s.networks.reconcile(record->id, netns->get(), wanted));
    const std::vector<Endpoint> before = record->snapshot().endpoints;
    for (const Endpoint& endpoint : whole)
        keys.erase(endpoint.networkId);
    for (const auto& [_, key] : keys)
        networks.erase(key);
    const auto ids = [](const std::vector<Endpoint>& endpoints) {
        std::set<std::string> all;
        for (const Endpoint& endpoint : endpoints)
            all.insert(endpoint.id);
        return all;
    };
    const bool same = ids(before) == ids(whole);
    {
        const std::lock_guard lock(record->mutex);
        record->state.endpoints = std::move(whole);
    }
    if (!same)
        refreshFiles(record, before);
    return keys.empty() ? Status() : keepNetworks(record, std::move(networks));
}

Status ContainerService::connect(const std::string& id, const std::string& networkId, const Json& settings)
{
    TRY(const auto record, m_impl->find(id));
    TRY(const Network network, m_impl->s.networks.get(networkId));
    const std::lock_guard operation(record->op);
    TRY_STATUS(checkMode(jsonValue<std::string>(documentHost(*record->doc()), "NetworkMode"), network));
    Json networks = networksOf(*record);
    const ContainerState state = record->snapshot();
    const std::string had = keyOf(networks, network);
    if (!had.empty() && state.running)
        return fail(ErrorKind::Forbidden, std::format("endpoint with name {} already exists in network {}", record->name(), network.name));
    networks[had.empty() ? network.name : had] = endpointSettings(settings);
    Json wanted = *record->doc();
    wanted["NetworkSettings"]["Networks"] = networks;
    EndpointRequest request;
    for (auto& [name, each] : endpointRequests(wanted))
        if (name == network.name || name == had)
            request = each;
    TRY_STATUS(m_impl->s.networks.checkEndpoint(network.id, request));
    if (state.running) {
        TRY(const UniqueFd netns, m_impl->netnsOf(*record));
        TRY(const Endpoint endpoint, m_impl->s.networks.connect(network.id, request, netns.get()));
        if (auto kept = m_impl->keepNetworks(record, networks); !kept) {
            static_cast<void>(m_impl->s.networks.disconnect(network.id, record->id, netns.get()));
            return kept;
        }
        {
            const std::lock_guard lock(record->mutex);
            record->state.endpoints.push_back(endpoint);
        }
        m_impl->refreshFiles(record, state.endpoints);
        m_impl->saveState(*record);
        return {};
    }
    return m_impl->keepNetworks(record, std::move(networks));
}

Status ContainerService::disconnect(const std::string& id, const std::string& networkId, bool force)
{
    const auto found = m_impl->find(id);
    if (!found && force)
        return fail(ErrorKind::NotFound, "endpoint " + id + " not found");
    TRY(const auto record, found);
    TRY(const Network network, m_impl->s.networks.get(networkId));
    const std::lock_guard operation(record->op);
    Json networks = networksOf(*record);
    const std::string key = keyOf(networks, network);
    const ContainerState state = record->snapshot();
    if (network.driver == "host")
        return fail(ErrorKind::InvalidArgument, "container cannot be disconnected from host network or connected to host network");
    if (key.empty()) // dockerd's status, too
        return fail(ErrorKind::Internal, std::format("container {} is not connected to {}network {}", record->id, state.running ? "" : "the ", network.name));
    if (state.running && network.driver != "null") {
        TRY(const UniqueFd netns, m_impl->netnsOf(*record));
        if (auto gone = m_impl->s.networks.disconnect(network.id, record->id, netns.get()); !gone && !force)
            return gone;
        {
            const std::lock_guard lock(record->mutex);
            std::erase_if(record->state.endpoints, [&](const Endpoint& e) { return e.networkId == network.id; });
        }
        m_impl->refreshFiles(record, state.endpoints);
        m_impl->saveState(*record);
    }
    networks.erase(key);
    return m_impl->keepNetworks(record, std::move(networks));
}

} // namespace slipway
