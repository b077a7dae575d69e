// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace slipway
{

class Database;
class EventBus;

struct Volume
{
    std::string name;
    std::string driver = "local";
    std::map<std::string, std::string> labels, options;
    TimePoint created{};
    std::filesystem::path mountpoint; // ROOT/volumes/NAME/_data
    bool anonymous = false;
};

// Named and anonymous volumes of the "local" driver, folders under ROOT/volumes. Blocking, thread-safe.
// References are derived from the containers' configurations (setUsers), never counted in the database.
class VolumeService
{
public:
    using Users = std::function<std::vector<std::string>(const std::string& volumeName)>; // container ids

    VolumeService(Database& db, EventBus& events, std::filesystem::path root);
    void setUsers(Users users);
    // At engine start, before anything else: finishes or undoes the removal or creation that an engine was killed in.
    [[nodiscard]] Status restore();

    // The options of a volume (volume_mount.h) say what is mounted on it as long as a container that uses it runs. Mounted
    // for the first one; no error when CONTAINER has it already. Internal with the kernel's words.
    [[nodiscard]] Status mount(const std::string& name, const std::string& containerId);
    void release(const std::string& containerId); // unmounts what nobody else has
    void releaseIdle(); // after an engine start, when all that run have mounted theirs: unmounts what an earlier engine left

    // An existing volume of that name is returned as it is. An empty name makes an anonymous one (64 hex digits).
    [[nodiscard]] Result<Volume> create(const std::string& name, const std::string& driver,
                                        const std::map<std::string, std::string>& options,
                                        const std::map<std::string, std::string>& labels, bool anonymous = false);
    [[nodiscard]] Result<Volume> get(const std::string& name) const; // NotFound "get NAME: no such volume"
    [[nodiscard]] Result<std::vector<Volume>> list() const;
    [[nodiscard]] bool inUse(const std::string& name) const; // by any container
    // Conflict "remove NAME: volume is in use - [ids]".
    [[nodiscard]] Status remove(const std::string& name, bool force);
    // Fills an empty volume from FROM (a folder inside a mounted rootfs; resolved safely inside ROOTFS): contents, modes,
    // owners. A volume with anything in it is left alone.
    [[nodiscard]] Status copyUp(const std::string& name, const std::filesystem::path& rootfs, const std::string& from);
    [[nodiscard]] Result<std::int64_t> diskUsage(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> usersOf(const std::string& name) const; // container ids

    // Slipway's own (volume_data.cpp). What FILL does to the folder that it is given comes to be at once and whole, or not at
    // all, whatever happens meanwhile.
    using WithFolder = std::function<Status(int folder)>;
    // A new volume. Conflict when there is one of that name.
    [[nodiscard]] Result<Volume> createFilled(const std::string& name, const std::map<std::string, std::string>& labels, const WithFolder& fill);
    // All that is in the volume is replaced. Containers that run see it only after they are started anew: the caller makes
    // sure that none does. Conflict for a volume with options, whose content lies elsewhere.
    [[nodiscard]] Status replace(const std::string& name, const WithFolder& fill);
    // Calls USE with the volume's folder, mounted for it where its options say so, or with that of a snapshot (unless "").
    [[nodiscard]] Status withData(const std::string& name, const std::string& snapshot, const WithFolder& use);

    // A copy of what the volume holds at one moment (by reflinks where the file system has them). Snapshots go with their volume.
    struct Snapshot
    {
        std::string name;
        TimePoint created{};
        std::int64_t bytes = 0; // of its files
    };
    // An empty name is the time. Conflict when there is one of that name.
    [[nodiscard]] Result<Snapshot> takeSnapshot(const std::string& name, const std::string& snapshot);
    [[nodiscard]] Result<std::vector<Snapshot>> snapshots(const std::string& name) const; // the oldest first
    [[nodiscard]] Status removeSnapshot(const std::string& name, const std::string& snapshot); // NotFound names it

private:
    [[nodiscard]] std::filesystem::path folderOf(const std::string& name) const { return m_root / "volumes" / name; }
    [[nodiscard]] Result<Volume> newVolume(const std::string& name, const std::string& driver, const std::map<std::string, std::string>& options,
                                           const std::map<std::string, std::string>& labels, bool anonymous) const;
    [[nodiscard]] Status insert(const Volume& volume); // and tells of it
    void removeUnfinished(const std::set<std::string>& known);

    Database& m_db;
    EventBus& m_events;
    std::filesystem::path m_root;
    Users m_users;
    std::mutex m_mutex;
    std::map<std::string, std::set<std::string>> m_mounted; // running containers by volume, of those with options
};

} // namespace slipway
