// SPDX-License-Identifier: GPL-3.0-or-later
#include "volume/volume_service.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/json.h"
#include "base/log.h"
#include "base/words.h"
#include "events/event_bus.h"
#include "state/database.h"
#include "volume/copy_tree.h"
#include "volume/volume_files.h"
#include "volume/volume_mount.h"

namespace slipway
{

namespace
{
using Map = std::map<std::string, std::string>;

Json toDocument(const Volume& v)
{
    return {{"name", v.name},       {"driver", v.driver},   {"labels", v.labels},
            {"options", v.options}, {"created", toUnixNano(v.created)}, {"anonymous", v.anonymous}};
}

Result<bool> isEmpty(const std::filesystem::path& folder)
{
    std::error_code error;
    const bool empty = std::filesystem::is_empty(folder, error);
    if (error)
        return failErrno(error.value(), "reading " + folder.string());
    return empty;
}
} // namespace

VolumeService::VolumeService(Database& db, EventBus& events, std::filesystem::path root)
    : m_db(db), m_events(events), m_root(std::move(root))
{
    std::error_code ignored;
    std::filesystem::create_directories(m_root / "volumes" / removedFolder, ignored);
    std::filesystem::create_directories(m_root / "volumes" / fillingFolder, ignored);
}

Status VolumeService::restore()
{
    TRY(const auto volumes, list());
    std::set<std::string> known;
    for (const Volume& volume : volumes)
        known.insert(volume.name);
    TRY(const auto folder, openFolder(m_root / "volumes"));
    TRY(const auto removed, openFolder(m_root / "volumes" / removedFolder));
    for (const std::string& name : entriesOf(m_root / "volumes" / removedFolder)) {
        const bool committed = !known.contains(name) || ::renameat2(removed.get(), name.c_str(), folder.get(), name.c_str(), RENAME_NOREPLACE) != 0;
        if (committed)
            TRY_STATUS(removeTree(removed.get(), name));
    }
    // What a create that was interrupted had made; a folder with anything in it is nobody's to delete.
    removeUnfinished(known);
    for (const std::string& name : entriesOf(m_root / "volumes")) {
        if (known.contains(name) || name == removedFolder || name == fillingFolder)
            continue;
        removeEmpty(m_root / "volumes" / name);
    }
    return {};
}

void VolumeService::setUsers(Users users) { m_users = std::move(users); }

Result<Volume> VolumeService::newVolume(const std::string& name, const std::string& driver, const Map& options, const Map& labels,
                                        bool anonymous) const
{
    if (!driver.empty() && driver != "local")
        return fail(ErrorKind::NotFound, "create " + name + ": error looking up volume plugin " + driver +
                                             ": plugin \"" + driver + "\" not found");
    Volume volume;
    volume.name = name.empty() ? randomId() : name;
    volume.anonymous = anonymous || name.empty();
    if (volume.name.size() == 1)
        return fail(ErrorKind::InvalidArgument,
                    "create " + name + ": volume name is too short, names should be at least two alphanumeric characters");
    if (!isValidName(volume.name) || volume.name.size() > 255)
        return fail(ErrorKind::InvalidArgument,
                    "create " + name + ": " + goQuoted(name) +
                        " includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are "
                        "allowed. If you intended to pass a host directory, use absolute path");
    if (auto possible = checkVolumeOptions(options); !possible)
        return wrap(possible.error(), "create " + name);
    volume.options = options;
    volume.labels = labels;
    volume.created = now();
    volume.mountpoint = folderOf(volume.name) / "_data";
    return volume;
}

Status VolumeService::insert(const Volume& volume)
{
    TRY_STATUS(m_db.exec("INSERT INTO volumes(name, document) VALUES(?, ?)", {volume.name, dumpJson(toDocument(volume))}));
    m_events.publish({.type = "volume", .action = "create", .actorId = volume.name, .attributes = {{"driver", "local"}}});
    return {};
}

Result<Volume> VolumeService::create(const std::string& name, const std::string& driver, const Map& options,
                                     const Map& labels, bool anonymous)
{
    TRY(const Volume volume, newVolume(name, driver, name.empty() || !get(name) ? options : Map(), labels, anonymous));
    if (auto known = get(volume.name); known || known.error().kind != ErrorKind::NotFound)
        return known;
    const auto folder = folderOf(volume.name);
    std::error_code error;
    std::filesystem::create_directories(m_root / "volumes", error);
    if (error)
        return failErrno(error.value(), "making " + (m_root / "volumes").string());
    TRY_STATUS(makeFolder(folder, 0701));
    if (auto made = makeFolder(volume.mountpoint, 0755); !made) {
        removeEmpty(folder);
        return std::unexpected(made.error());
    }
    if (auto added = insert(volume); !added) {
        if (added.error().kind == ErrorKind::Conflict) // made by another request meanwhile
            return get(volume.name);
        removeEmpty(folder);
        return std::unexpected(added.error());
    }
    return volume;
}

namespace
{
Result<std::vector<Volume>> readVolumes(Database& db, const std::filesystem::path& root, const std::string& where,
                                        const std::vector<Database::Value>& values)
{
    std::vector<Volume> volumes;
    Status parsed;
    TRY_STATUS(db.query("SELECT document FROM volumes" + where, values, [&](const Database::Row& row) {
        const auto d = parseJson(row.text(0));
        if (!d) {
            parsed = wrap(d.error(), "reading a volume from the database");
            return;
        }
        Volume v;
        v.name = jsonValue<std::string>(*d, "name");
        v.driver = jsonValue<std::string>(*d, "driver", "local");
        v.labels = jsonValue<Map>(*d, "labels");
        v.options = jsonValue<Map>(*d, "options");
        v.created = fromUnixNano(jsonValue<std::int64_t>(*d, "created"));
        v.anonymous = jsonValue<bool>(*d, "anonymous");
        v.mountpoint = root / "volumes" / v.name / "_data";
        volumes.push_back(std::move(v));
    }));
    TRY_STATUS(parsed);
    return volumes;
}
} // namespace

Result<Volume> VolumeService::get(const std::string& name) const
{
    TRY(auto found, readVolumes(m_db, m_root, " WHERE name = ?", {name}));
    if (found.empty())
        return fail(ErrorKind::NotFound, "get " + name + ": no such volume");
    return std::move(found[0]);
}

Result<std::vector<Volume>> VolumeService::list() const { return readVolumes(m_db, m_root, " ORDER BY name", {}); }

std::vector<std::string> VolumeService::usersOf(const std::string& name) const
{
    return m_users ? m_users(name) : std::vector<std::string>();
}

bool VolumeService::inUse(const std::string& name) const { return !usersOf(name).empty(); }

Status VolumeService::remove(const std::string& name, bool force)
{
    const auto volume = get(name);
    if (!volume && force && volume.error().kind == ErrorKind::NotFound) {
        removeEmpty(m_root / "volumes" / name); // of a transaction that was rolled back
        return {};
    }
    if (!volume)
        return std::unexpected(volume.error());
    if (const auto users = usersOf(name); !users.empty()) {
        std::string ids;
        for (const auto& id : users)
            ids += (ids.empty() ? "" : ", ") + id;
        return fail(ErrorKind::Conflict, "remove " + name + ": volume is in use - [" + ids + "]");
    }
    // What is mounted there is somebody else's and must not be deleted with it.
    TRY_STATUS(unmountVolume(volume->mountpoint));
    // Moved aside, forgotten, deleted: interrupted before it is forgotten, restore() brings it back whole.
    TRY(const auto folder, openFolder(m_root / "volumes"));
    TRY(const auto removed, openFolder(m_root / "volumes" / removedFolder));
    TRY_STATUS(removeTree(removed.get(), name));
    if (::renameat(folder.get(), name.c_str(), removed.get(), name.c_str()) != 0 && errno != ENOENT)
        return failErrno(errno, "remove " + name);
    if (auto forgotten = m_db.exec("DELETE FROM volumes WHERE name = ?", {name}); !forgotten) {
        (void)::renameat(removed.get(), name.c_str(), folder.get(), name.c_str());
        return forgotten;
    }
    if (auto deleted = removeTree(removed.get(), name); !deleted)
        return wrap(deleted.error(), "remove " + name);
    m_events.publish({.type = "volume", .action = "destroy", .actorId = name, .attributes = {{"driver", "local"}}});
    return {};
}

Status VolumeService::mount(const std::string& name, const std::string& containerId)
{
    TRY(const Volume volume, get(name));
    if (volume.options.empty())
        return {};
    const std::scoped_lock lock(m_mutex);
    TRY_STATUS(mountVolume(volume.mountpoint, volume.options));
    m_mounted[name].insert(containerId);
    return {};
}

void VolumeService::release(const std::string& containerId)
{
    const std::scoped_lock lock(m_mutex);
    for (auto it = m_mounted.begin(); it != m_mounted.end();) {
        if (it->second.erase(containerId) == 0 || !it->second.empty()) {
            ++it;
            continue;
        }
        if (auto gone = unmountVolume(m_root / "volumes" / it->first / "_data"); !gone)
            log::warn("volume {}: {}", it->first, gone.error().message);
        it = m_mounted.erase(it);
    }
}

void VolumeService::releaseIdle()
{
    const auto volumes = list();
    const std::scoped_lock lock(m_mutex);
    for (const Volume& volume : volumes.value_or(std::vector<Volume>()))
        if (!volume.options.empty() && !m_mounted.contains(volume.name))
            if (auto gone = unmountVolume(volume.mountpoint); !gone)
                log::warn("volume {}: {}", volume.name, gone.error().message);
}

Status VolumeService::copyUp(const std::string& name, const std::filesystem::path& rootfs, const std::string& from)
{
    TRY(const Volume volume, get(name));
    TRY(const bool empty, isEmpty(volume.mountpoint));
    if (!empty)
        return {};
    TRY(const auto root, openFolder(rootfs));
    const auto source = openInRoot(root.get(), from, O_RDONLY | O_DIRECTORY);
    if (!source) {
        const int err = source.error().osError;
        return err == ENOENT || err == ENOTDIR ? Status{} : Status(std::unexpected(source.error()));
    }
    if (!volume.options.empty()) {
        TRY(const auto mounted, openFolder(volume.mountpoint));
        return copyTree(source->get(), mounted.get());
    }
    // Filled beside and swapped in by rename: an interrupted copy must not look like a volume somebody has used.
    TRY(const auto folder, openFolder(volume.mountpoint.parent_path()));
    TRY_STATUS(removeTree(folder.get(), "_data.new"));
    if (::mkdirat(folder.get(), "_data.new", 0755) != 0)
        return failErrno(errno, "filling the volume " + name);
    TRY(const auto fresh, openFolder(volume.mountpoint.parent_path() / "_data.new"));
    auto done = copyTree(source->get(), fresh.get());
    if (done && ::syncfs(fresh.get()) != 0)
        done = failErrno(errno, "writing");
    if (done && ::renameat(folder.get(), "_data.new", folder.get(), "_data") != 0)
        done = failErrno(errno, "renaming");
    if (done)
        return {};
    (void)removeTree(folder.get(), "_data.new");
    return wrap(done.error(), "filling the volume " + name + " from " + from);
}

Result<std::int64_t> VolumeService::diskUsage(const std::string& name) const
{
    TRY(const Volume volume, get(name));
    TRY(const auto folder, openFolder(volume.mountpoint));
    return treeSize(folder.get(), Sizes::Apparent);
}

} // namespace slipway
