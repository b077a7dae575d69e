// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "api/byte_channel.h"
#include "api/json_shapes.h"
#include "api/request_types.h"
#include "api/router.h"
#include "container/container_service.h"
#include "store/decompress.h"
#include "store/tar_writer.h"
#include "store/unpack.h"
#include "volume/copy_tree.h"
#include "volume/volume_service.h"

// Slipway's own: snapshots, clones, backups. Below /slipway/volumes/{name}:
//   GET snapshots                        [{"Name", "Created", "Size"}]
//   POST snapshots?name=&pause=          201 and the snapshot
//   DELETE snapshots?name=               204
//   POST rollback?snapshot=              204: the volume holds what the snapshot holds
//   POST clone?to=&snapshot=&pause=      201 and the new volume; a body {"Labels": {…}} labels it
//   GET backup?snapshot=&pause=          a tar of its content
//   POST restore?replace=                a tar, plain, gzip or zstd: a new volume of it, or with replace the content of one
// pause: running containers that use the volume are paused meanwhile. What changes the content of a volume is refused
// while a container that uses it runs (409).
namespace slipway::api
{
namespace
{

// The running containers that use a volume, paused as long as this lives.
class Stillness
{
public:
    Stillness(Services& services, const std::string& volume, bool wanted) : m_containers(services.containers)
    {
        if (!wanted)
            return;
        for (const std::string& id : services.volumes.usersOf(volume))
            if (m_containers.running(id) && m_containers.pause(id))
                m_paused.push_back(id);
    }
    ~Stillness()
    {
        for (const std::string& id : m_paused)
            static_cast<void>(m_containers.unpause(id));
    }
    Stillness(const Stillness&) = delete;
    Stillness& operator=(const Stillness&) = delete;

private:
    ContainerService& m_containers;
    std::vector<std::string> m_paused;
};

Status refuseWhileUsed(Services& s, const std::string& volume)
{
    for (const std::string& id : s.volumes.usersOf(volume))
        if (s.containers.running(id))
            return fail(ErrorKind::Conflict, std::format("volume {} is used by the running container {}: stop it first", volume, id));
    return {};
}

Json snapshotJson(const VolumeService::Snapshot& snapshot)
{
    return {{"Name", snapshot.name}, {"Created", formatRfc3339Nano(snapshot.created)}, {"Size", snapshot.bytes}};
}

Result<HttpResponse> snapshots(Services& s, const HttpRequest& request)
{
    TRY(const auto found, s.volumes.snapshots(request.param()));
    Json list = Json::array();
    for (const auto& snapshot : found)
        list.push_back(snapshotJson(snapshot));
    return jsonResponse(list);
}

Result<HttpResponse> takeSnapshot(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.volumes.get(request.param()).transform([](const Volume&) {}));
    const Stillness stillness(s, request.param(), request.flag("pause"));
    TRY(const auto snapshot, s.volumes.takeSnapshot(request.param(), request.value("name")));
    return jsonResponse(snapshotJson(snapshot), 201);
}

Result<HttpResponse> removeSnapshot(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.volumes.removeSnapshot(request.param(), request.value("name")));
    return noContent();
}

Result<HttpResponse> rollback(Services& s, const HttpRequest& request)
{
    const std::string snapshot = request.value("snapshot");
    if (snapshot.empty())
        return fail(ErrorKind::InvalidArgument, "bad parameter: snapshot cannot be empty");
    TRY_STATUS(refuseWhileUsed(s, request.param()));
    TRY_STATUS(s.volumes.withData(request.param(), snapshot, [&](int from) {
        return s.volumes.replace(request.param(), [&](int to) { return copyTree(from, to); });
    }));
    return noContent();
}

Result<HttpResponse> clone(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(anyObjectType()));
    const std::string to = request.value("to");
    if (to.empty())
        return fail(ErrorKind::InvalidArgument, "bad parameter: to cannot be empty");
    const Stillness stillness(s, request.param(), request.flag("pause"));
    Volume made;
    TRY_STATUS(s.volumes.withData(request.param(), request.value("snapshot"), [&](int from) -> Status {
        TRY(made, s.volumes.createFilled(to, stringMap(jsonMember(body, "Labels")), [&](int folder) { return copyTree(from, folder); }));
        return {};
    }));
    return jsonResponse(volumeJson(made), 201);
}

Task<Status> backup(Api& api, const HttpRequest& request, Exchange& exchange)
{
    Work work = [&services = api.services, name = request.param(), snapshot = request.value("snapshot"),
                 pause = request.flag("pause")](ByteChannel& channel) {
        const Stillness stillness(services, name, pause);
        return services.volumes.withData(name, snapshot, [&](int folder) {
            return writeTar(folder, ".", ".", [&channel](std::span<const std::byte> bytes) {
                return channel.push({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
            }, channel.stop.get_token());
        });
    };
    co_return co_await streamWork(api, exchange, "application/x-tar", std::move(work));
}

Task<Status> restore(Api& api, const HttpRequest& request, Exchange& exchange)
{
    Work work = [&services = api.services, name = request.param(), replace = request.flag("replace"), &body = exchange.body()](ByteChannel& channel) -> Status {
        const auto fill = [&](int folder) -> Status {
            const auto plain = decompressed(body);
            TarReader reader(*plain);
            return unpackLayer(reader, folder, false, {.whiteouts = false}, channel.stop.get_token()).transform([](const UnpackResult&) {});
        };
        if (replace) {
            TRY_STATUS(refuseWhileUsed(services, name));
            TRY_STATUS(services.volumes.replace(name, fill));
        } else {
            TRY_STATUS(services.volumes.createFilled(name, {}, fill).transform([](const Volume&) {}));
        }
        TRY(const Volume volume, services.volumes.get(name));
        return channel.push(dumpJson(volumeJson(volume)) + "\n");
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

constexpr Route routes[] = {
    {"GET", "/slipway/volumes/{name}/snapshots", snapshots},
    {"POST", "/slipway/volumes/{name}/snapshots", takeSnapshot},
    {"DELETE", "/slipway/volumes/{name}/snapshots", removeSnapshot},
    {"POST", "/slipway/volumes/{name}/rollback", rollback},
    {"POST", "/slipway/volumes/{name}/clone", clone},
    {"GET", "/slipway/volumes/{name}/backup", nullptr, backup},
    {"POST", "/slipway/volumes/{name}/restore", nullptr, restore, true},
};

} // namespace

std::span<const Route> volumeDataRoutes() { return routes; }

} // namespace slipway::api
