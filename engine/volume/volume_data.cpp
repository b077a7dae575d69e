// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/log.h"
#include "volume/copy_tree.h"
#include "volume/volume_files.h"
#include "volume/volume_service.h"

// What Docker's volumes have not: contents that come and go as a whole, and snapshots. Beside NAME/_data there may be
// NAME/_data.new (being filled, or just replaced) and NAME/snapshots/SNAPSHOT/_data.
namespace slipway
{

namespace
{
constexpr const char* snapshotsFolder = "snapshots";

// An empty folder NAME of PARENT, filled and written out.
Status fillFolder(int parent, const char* name, const VolumeService::WithFolder& fill)
{
    TRY_STATUS(removeTree(parent, name));
    if (::mkdirat(parent, name, 0755) != 0 || ::fchmodat(parent, name, 0755, 0) != 0)
        return failErrno(errno, std::string("making ") + name);
    const UniqueFd folder(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder)
        return failErrno(errno, std::string("opening ") + name);
    auto done = fill(folder.get());
    if (done && ::syncfs(folder.get()) != 0)
        done = failErrno(errno, "writing");
    if (!done)
        (void)removeTree(parent, name);
    return done;
}

std::unexpected<Error> noSnapshot(const std::string& volume, const std::string& snapshot)
{
    return fail(ErrorKind::NotFound, "get " + volume + ": no such snapshot: " + snapshot);
}
} // namespace

// A name in .filling says that the volume's folder is not to be believed; it goes when the database knows the volume.
Result<Volume> VolumeService::createFilled(const std::string& name, const std::map<std::string, std::string>& labels, const WithFolder& fill)
{
    TRY(const Volume volume, newVolume(name, "local", {}, labels, false));
    const auto taken = [&] { return fail(ErrorKind::Conflict, "create " + name + ": there is a volume of that name already"); };
    if (auto known = get(volume.name); known || known.error().kind != ErrorKind::NotFound)
        return known ? Result<Volume>(taken()) : known;
    TRY(const auto filling, openFolder(m_root / "volumes" / fillingFolder));
    if (::mkdirat(filling.get(), volume.name.c_str(), 0701) != 0)
        return errno == EEXIST ? Result<Volume>(taken()) : Result<Volume>(failErrno(errno, "create " + name));
    TRY(const auto mark, openFolder(m_root / "volumes" / fillingFolder / volume.name));
    const auto make = [&]() -> Status {
        TRY_STATUS(fillFolder(mark.get(), "_data", fill));
        removeEmpty(folderOf(volume.name));
        if (::mkdir(folderOf(volume.name).c_str(), 0701) != 0)
            return errno == EEXIST ? Status(taken()) : Status(failErrno(errno, "create " + name));
        TRY(const auto folder, openFolder(folderOf(volume.name)));
        auto made = ::renameat(mark.get(), "_data", folder.get(), "_data") == 0 ? insert(volume) : Status(failErrno(errno, "create " + name));
        if (!made) {
            (void)removeTree(folder.get(), "_data");
            ::rmdir(folderOf(volume.name).c_str());
        }
        return made;
    };
    auto made = make();
    (void)removeTree(filling.get(), volume.name);
    if (!made)
        return std::unexpected(made.error());
    return volume;
}

void VolumeService::removeUnfinished(const std::set<std::string>& known)
{
    const auto folder = openFolder(m_root / "volumes");
    const auto filling = openFolder(m_root / "volumes" / fillingFolder);
    if (!folder || !filling)
        return;
    for (const std::string& name : entriesOf(m_root / "volumes" / fillingFolder)) {
        if (auto gone = known.contains(name) ? Status() : removeTree(folder->get(), name); !gone)
            log::warn("volume {}: {}", name, gone.error().message);
        (void)removeTree(filling->get(), name);
    }
    for (const std::string& name : known) {
        if (const auto volume = openFolder(folderOf(name)))
            (void)removeTree(volume->get(), "_data.new");
        for (const std::string& snapshot : entriesOf(folderOf(name) / snapshotsFolder))
            if (!isValidName(snapshot)) // unfinished
                if (const auto snapshots = openFolder(folderOf(name) / snapshotsFolder))
                    (void)removeTree(snapshots->get(), snapshot);
    }
}

Status VolumeService::replace(const std::string& name, const WithFolder& fill)
{
    TRY(const Volume volume, get(name));
    if (!volume.options.empty())
        return fail(ErrorKind::Conflict, "volume " + name + " has options that say what is mounted on it: its content lies elsewhere and is not replaced");
    TRY(const auto folder, openFolder(folderOf(name)));
    TRY_STATUS(fillFolder(folder.get(), "_data.new", fill));
    if (::renameat2(folder.get(), "_data.new", folder.get(), "_data", RENAME_EXCHANGE) != 0) {
        const int error = errno;
        (void)removeTree(folder.get(), "_data.new");
        return failErrno(error, "replacing the content of volume " + name);
    }
    ::fsync(folder.get());
    return removeTree(folder.get(), "_data.new");
}

Status VolumeService::withData(const std::string& name, const std::string& snapshot, const WithFolder& use)
{
    TRY(const Volume volume, get(name));
    if (!snapshot.empty()) {
        if (!isValidName(snapshot))
            return noSnapshot(name, snapshot);
        const auto folder = openFolder(folderOf(name) / snapshotsFolder / snapshot / "_data");
        if (!folder)
            return folder.error().kind == ErrorKind::NotFound ? Status(noSnapshot(name, snapshot)) : Status(std::unexpected(folder.error()));
        return use(folder->get());
    }
    const std::string reader = "reader-" + randomId();
    TRY_STATUS(mount(name, reader));
    const auto folder = openFolder(volume.mountpoint);
    const auto used = folder ? use(folder->get()) : Status(std::unexpected(folder.error()));
    release(reader);
    return used;
}

Result<VolumeService::Snapshot> VolumeService::takeSnapshot(const std::string& name, const std::string& given)
{
    Snapshot snapshot{.name = given, .created = now()};
    if (given.empty()) {
        snapshot.name = formatRfc3339(snapshot.created);
        std::ranges::replace(snapshot.name, ':', '-');
    }
    if (!isValidName(snapshot.name) || snapshot.name.size() > 200)
        return fail(ErrorKind::InvalidArgument, "snapshot " + given + ": only [a-zA-Z0-9][a-zA-Z0-9_.-]+ can be the name of a snapshot");
    TRY_STATUS(makeFolder(folderOf(name) / snapshotsFolder, 0700).or_else([&](const Error& error) -> Status {
        return error.kind == ErrorKind::NotFound ? Status(fail(ErrorKind::NotFound, "get " + name + ": no such volume")) : Status(std::unexpected(error));
    }));
    TRY(const auto folder, openFolder(folderOf(name) / snapshotsFolder));
    const std::string unfinished = "." + snapshot.name; // no name of a snapshot
    if (::mkdirat(folder.get(), unfinished.c_str(), 0700) != 0)
        return errno == EEXIST ? fail(ErrorKind::Conflict, "snapshot " + snapshot.name + " of volume " + name + " is being made already")
                               : failErrno(errno, "snapshot " + snapshot.name);
    const auto make = [&]() -> Status {
        TRY(const auto own, openFolder(folderOf(name) / snapshotsFolder / unfinished));
        TRY_STATUS(withData(name, "", [&](int data) { return fillFolder(own.get(), "_data", [&](int copy) { return copyTree(data, copy); }); }));
        if (::renameat2(folder.get(), unfinished.c_str(), folder.get(), snapshot.name.c_str(), RENAME_NOREPLACE) == 0)
            return {};
        return errno == EEXIST ? Status(fail(ErrorKind::Conflict, "there is a snapshot " + snapshot.name + " of volume " + name + " already"))
                               : Status(failErrno(errno, "snapshot " + snapshot.name));
    };
    if (auto made = make(); !made) {
        (void)removeTree(folder.get(), unfinished);
        return std::unexpected(made.error());
    }
    ::fsync(folder.get());
    TRY(const auto data, openFolder(folderOf(name) / snapshotsFolder / snapshot.name / "_data"));
    snapshot.bytes = treeSize(data.get(), Sizes::Apparent).value_or(0);
    return snapshot;
}

Result<std::vector<VolumeService::Snapshot>> VolumeService::snapshots(const std::string& name) const
{
    TRY([[maybe_unused]] const Volume volume, get(name));
    std::vector<Snapshot> found;
    for (const std::string& entry : entriesOf(folderOf(name) / snapshotsFolder)) {
        const auto folder = folderOf(name) / snapshotsFolder / entry;
        struct stat info{};
        const auto data = openFolder(folder / "_data");
        if (!isValidName(entry) || !data || ::stat(folder.c_str(), &info) != 0)
            continue;
        found.push_back({entry, fromUnixNano(info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec),
                         treeSize(data->get(), Sizes::Apparent).value_or(0)});
    }
    std::ranges::sort(found, {}, [](const Snapshot& s) { return std::pair(s.created, s.name); });
    return found;
}

Status VolumeService::removeSnapshot(const std::string& name, const std::string& snapshot)
{
    TRY([[maybe_unused]] const Volume volume, get(name));
    const auto folder = openFolder(folderOf(name) / snapshotsFolder);
    const std::string gone = "." + snapshot;
    if (!isValidName(snapshot) || !folder || ::renameat(folder->get(), snapshot.c_str(), folder->get(), gone.c_str()) != 0)
        return noSnapshot(name, snapshot);
    return removeTree(folder->get(), gone);
}

} // namespace slipway
