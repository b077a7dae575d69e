// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/config_check.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/discarded_limits.h"
#include "container/human.h"
#include "container/mount_points.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{
bool usesVolumes(const Json& document)
{
    return std::ranges::any_of(jsonMember(document, "Mounts"),
                               [](const Json& point) { return jsonValue<std::string>(point, "Type") == "volume"; });
}
} // namespace

Status ContainerService::Impl::makeVolumes(Json& points, std::vector<std::string>& made)
{
    for (Json& point : points) {
        if (point["Type"] != "volume" || !jsonValue<std::string>(point, "Source").empty())
            continue;
        const bool anonymous = jsonValue<bool>(point, "_anonymous");
        const bool fresh = anonymous || !s.volumes.get(jsonValue<std::string>(point, "Name"));
        TRY(const auto volume,
            s.volumes.create(jsonValue<std::string>(point, "Name"), jsonValue<std::string>(point, "Driver", "local"),
                             jsonValue<std::map<std::string, std::string>>(point, "_driverOptions"),
                             jsonValue<std::map<std::string, std::string>>(point, "_labels"), anonymous));
        if (fresh)
            made.push_back(volume.name);
        point["Name"] = volume.name;
        point["Source"] = volume.mountpoint.string();
    }
    return {};
}

Result<Json> ContainerService::Impl::prepareDocument(const std::string& id, const Json& body, const std::string& platform)
{
    const auto imageName = jsonValue<std::string>(body, "Image");
    TRY(const auto image, s.images.get(imageName));
    const std::string is = image.os + "/" + image.architecture;
    if (!platform.empty() && platform != is && !platform.starts_with(is + "/") && platform != image.os && platform != image.architecture)
        return fail(ErrorKind::NotFound, std::format("image with reference {} was found but does not match the specified platform: wanted {}, "
                                                     "actual: {}", imageName, platform, is));
    TRY(auto document, makeDocument({.id = id, .name = {}, .body = body, .image = image, .dir = dirOf(id),
                                     .hostCgroups = s.cgroups.machineVersion() == Cgroups::Version::V1}));
    const auto mountsOf = [this](const std::string& other) -> Result<std::vector<Json>> {
        const auto record = find(other);
        if (!record)
            return fail(ErrorKind::InvalidArgument, record.error().message);
        return (*record)->doc()->at("Mounts").get<std::vector<Json>>();
    };
    const auto mode = jsonValue<std::string>(documentHost(document), "NetworkMode");
    if (const auto other = mode.starts_with("container:") ? find(mode.substr(10)) : Result<RecordPtr>(fail(ErrorKind::NotFound, ""))) {
        const auto joined = (*other)->doc();
        for (const char* key : {"Hostname", "Domainname"})
            document["Config"][key] = jsonValue<std::string>(documentConfig(*joined), key);
    }
    for (const char* key : {"PidMode", "IpcMode"}) {
        if (const auto other = jsonValue<std::string>(documentHost(document), key); other.starts_with("container:"))
            if (const auto there = find(other.substr(10)); !there)
                return fail(ErrorKind::InvalidArgument, there.error().message);
    }
    for (const std::string& link : jsonStrings(jsonMember(documentHost(document), "Links"))) {
        const std::string other = link.substr(0, link.find(':'));
        if (const auto there = find(other); !there)
            return fail(ErrorKind::InvalidArgument, std::format("could not get container for {}: {}", other, there.error().message));
    }
    for (const auto& [network, request] : endpointRequests(document)) {
        if (auto possible = s.networks.checkEndpoint(network, request); !possible && possible.error().kind != ErrorKind::NotFound)
            return std::unexpected(possible.error());
    }
    TRY(auto points, planMounts(documentConfig(document), documentHost(document), image.config, mountsOf));
    document["Mounts"] = std::move(points);
    return document;
}

Result<ContainerService::Created> ContainerService::Impl::create(const std::string& wantedName, const Json& body, const std::string& platform)
{
    std::string name = wantedName.starts_with('/') ? wantedName.substr(1) : wantedName;
    if (!name.empty() && !isValidName(name))
        return fail(ErrorKind::InvalidArgument,
                    std::format("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name));
    const bool empty = std::ranges::none_of(body.items(), [](const auto& member) { // nothing of a Config
        return member.key() != "HostConfig" && member.key() != "NetworkingConfig";
    });
    if (empty)
        return fail(ErrorKind::InvalidArgument, "config cannot be empty in order to create a container");
    const std::string id = randomId();
    auto document = prepareDocument(id, body, platform);
    if (!document)
        return std::unexpected(document.error());
    if (name.empty()) {
        for (int retry = 0; name.empty(); ++retry) {
            std::string candidate = randomName(retry);
            if (claimName(candidate, id))
                name = std::move(candidate);
        }
    } else {
        TRY_STATUS(claimName(name, id));
    }
    std::vector<std::string> volumes;
    const auto undo = [&](Error error) {
        if (auto gone = s.snapshots.remove(id); !gone)
            log::warn("container {}: {}", shortId(id), gone.error().message);
        for (const std::string& volume : volumes)
            static_cast<void>(s.volumes.remove(volume, true));
        dropName(name, id);
        return std::unexpected(std::move(error));
    };
    (*document)["Name"] = "/" + name;
    std::vector<std::string> warnings = discardLimits((*document)["HostConfig"], s.cgroups);
    if (auto made = s.snapshots.create(id, documentLayers(*document)); !made)
        return undo(made.error());
    const Database::Sync sync = usesVolumes(*document) ? Database::Sync::Now : syncOf(*document);
    auto saved = s.db.transaction(
        [&]() -> Status {
            TRY_STATUS(makeVolumes((*document)["Mounts"], volumes));
            return s.db.exec("INSERT INTO containers(id, name, document) VALUES(?, ?, ?)", {id, name, dumpJson(*document)});
        },
        sync);
    if (!saved)
        return undo(saved.error());
    const auto record = std::make_shared<ContainerRecord>(id);
    record->document = std::make_shared<const Json>(*std::move(document));
    {
        const std::lock_guard lock(mutex);
        containers.emplace(id, record);
    }
    publish(*record, "create");
    for (std::string& warning : configWarnings(documentHost(*record->doc())))
        warnings.push_back(std::move(warning));
    return Created{id, std::move(warnings)};
}

} // namespace slipway
