// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
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

private:
    Database& m_db;
    EventBus& m_events;
    std::filesystem::path m_root;
    Users m_users;
};

} // namespace slipway
