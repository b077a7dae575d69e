// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <thread>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/spec_builder.h"
#include "store/decompress.h"
#include "store/tar_writer.h"
#include "store/unpack.h"

// docker cp and docker export: the container's tree seen from outside, running or not.
namespace slipway
{

namespace
{

std::unexpected<Error> notThere(const std::string& path, const std::string& container)
{
    return fail(ErrorKind::NotFound, std::format("Could not find the file {} in container {}", path, container));
}

// Go's os.FileMode.
std::uint32_t goMode(mode_t mode)
{
    std::uint32_t value = mode & 0777;
    const auto add = [&](bool is, int bit) { value |= is ? 1u << bit : 0; };
    add(S_ISDIR(mode), 31);
    add(S_ISLNK(mode), 27);
    add(S_ISBLK(mode) || S_ISCHR(mode), 26);
    add(S_ISFIFO(mode), 25);
    add(S_ISSOCK(mode), 24);
    add((mode & S_ISUID) != 0, 23);
    add((mode & S_ISGID) != 0, 22);
    add(S_ISCHR(mode), 21);
    add((mode & S_ISVTX) != 0, 20);
    return value;
}

std::string cleanPath(const std::string& path)
{
    std::string clean = std::filesystem::path("/" + path).lexically_normal().string();
    while (clean.size() > 1 && clean.ends_with('/'))
        clean.pop_back();
    return clean;
}

bool wantsContent(const std::string& path) { return path.ends_with("/.") || path == "." || cleanPath(path) == "/"; }
bool wantsFolder(const std::string& path) { return path.ends_with('/') || wantsContent(path); }

// Shows MOUNTS below ROOTFS as the container sees them, for this thread and as long as it lives.
Status showMounts(const Json& mounts, const std::filesystem::path& rootfs)
{
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return failErrno(errno, "a mount namespace for a copy");
    for (const Json& point : mounts) {
        const auto source = jsonValue<std::string>(point, "Source");
        const auto target = jsonValue<std::string>(point, "Destination");
        std::error_code ignored;
        if (jsonValue<bool>(point, "_create"))
            std::filesystem::create_directories(source, ignored);
        if (source.empty() || !std::filesystem::exists(source, ignored))
            continue;
        TRY_STATUS(makeMountPoint(rootfs, target, std::filesystem::is_directory(source, ignored)));
        const UniqueFd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        TRY(const UniqueFd place, openInRoot(root.get(), target, O_PATH));
        const std::string path = std::format("/proc/self/fd/{}", place.get());
        if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
            return failErrno(errno, "showing " + target);
    }
    return {};
}

// dockerd's rule: a path below a mount may be written when the mount may be, any other when the root may be.
Status checkWritable(const Json& document, const std::string& path)
{
    const std::string clean = cleanPath(path);
    for (const Json& point : jsonMember(document, "Mounts")) {
        const auto target = jsonValue<std::string>(point, "Destination");
        if (clean != target && !clean.starts_with(target + "/"))
            continue;
        if (!jsonValue<bool>(point, "RW", true))
            return fail(ErrorKind::Forbidden, "mounted volume is marked read-only");
        return {};
    }
    if (jsonValue<bool>(documentHost(document), "ReadonlyRootfs"))
        return fail(ErrorKind::Forbidden, "container rootfs is marked read-only");
    return {};
}

struct Found
{
    UniqueFd parent;
    std::string name; // in PARENT; "." for a folder itself
    struct stat info{};
};

Result<Found> lookUp(int root, const std::string& given, const std::string& container)
{
    Found found;
    const std::string path = cleanPath(given);
    const auto slash = path.rfind('/');
    found.name = path.substr(slash + 1);
    std::string folder = path.substr(0, std::max<std::size_t>(slash, 1));
    if (found.name.empty() || wantsFolder(given)) {
        folder = path;
        found.name = ".";
    }
    auto parent = openInRoot(root, folder, O_RDONLY | O_DIRECTORY);
    if (!parent || ::fstatat(parent->get(), found.name.c_str(), &found.info, AT_SYMLINK_NOFOLLOW) != 0)
        return notThere(given, container);
    found.parent = *std::move(parent);
    return found;
}

std::string nameOf(const std::string& path) { return cleanPath(path) == "/" ? "/" : std::filesystem::path(cleanPath(path)).filename().string(); }

std::string linkTargetOf(const Found& found, const std::string& path)
{
    std::string target(4096, '\0');
    const ssize_t length = ::readlinkat(found.parent.get(), found.name.c_str(), target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return cleanPath(target.starts_with('/') ? target : (std::filesystem::path(cleanPath(path)).parent_path() / target).string());
}

} // namespace

// The container's tree for the time of one call: its root, mounted when it does not run, and its volumes and binds.
Status ContainerService::Impl::withRoot(const RecordPtr& record, bool volumes, const std::function<Status(int root, const Json&)>& use)
{
    const auto document = record->doc();
    std::unique_lock operation(record->op);
    if (record->removed)
        return fail(ErrorKind::NotFound, "No such container: " + record->id);
    const ContainerState state = record->snapshot();
    TRY(const auto rootfs, s.snapshots.mount(record->id, documentLayers(*document), {.ephemeral = isEphemeral(*document)}));
    Status used;
    if (volumes && state.startedAt == TimePoint{})
        used = fillVolumes(*document, rootfs);
    if (state.running) // a long copy must not keep it from being stopped
        operation.unlock();
    const auto work = [&]() -> Status {
        if (volumes)
            TRY_STATUS(showMounts(jsonMember(*document, "Mounts"), rootfs));
        const UniqueFd root(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        return root ? use(root.get(), *document) : Status(failErrno(errno, rootfs.string()));
    };
    if (used)
        std::jthread([&] { used = work(); }).join(); // mount namespaces belong to threads
    if (!state.running)
        s.snapshots.unmountLater(record->id);
    return used;
}

Result<PathStat> ContainerService::statPath(const std::string& id, const std::string& path)
{
    TRY(const auto record, m_impl->find(id));
    PathStat stat;
    TRY_STATUS(m_impl->withRoot(record, true, [&](int root, const Json&) -> Status {
        TRY(const auto found, lookUp(root, path, id));
        stat.name = nameOf(path);
        stat.size = found.info.st_size;
        stat.mode = goMode(found.info.st_mode);
        stat.modified = fromUnixNano(found.info.st_mtim.tv_sec * 1'000'000'000 + found.info.st_mtim.tv_nsec);
        if (S_ISLNK(found.info.st_mode))
            stat.linkTarget = linkTargetOf(found, path);
        return {};
    }));
    return stat;
}

Status ContainerService::archivePath(const std::string& id, const std::string& path, const ByteSink& sink, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, true, [&](int root, const Json&) -> Status {
        TRY(const auto found, lookUp(root, path, id));
        return writeTar(found.parent.get(), found.name, wantsContent(path) ? "." : nameOf(path), sink, stop);
    }));
    m_impl->publish(*record, "archive-path", {{"path", path}});
    return {};
}

Status ContainerService::extract(const std::string& id, const std::string& path, ByteSource& tar, bool keepKinds, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, true, [&](int root, const Json& document) -> Status {
        if (!openInRoot(root, cleanPath(path), O_PATH))
            return notThere(path, id);
        const auto folder = openInRoot(root, cleanPath(path), O_RDONLY | O_DIRECTORY);
        if (!folder)
            return fail(ErrorKind::InvalidArgument, "extraction point is not a directory");
        TRY_STATUS(checkWritable(document, path));
        const auto plain = decompressed(tar);
        TarReader reader(*plain);
        auto done = unpackLayer(reader, folder->get(), false, {.whiteouts = false, .keepKinds = keepKinds}, stop);
        if (!done && done.error().kind == ErrorKind::InvalidArgument)
            done.error().kind = ErrorKind::Internal; // dockerd's status for what is wrong with the archive
        return done.transform([](const UnpackResult&) {});
    }));
    m_impl->publish(*record, "extract-to-dir", {{"path", path}});
    return {};
}

Status ContainerService::exportRoot(const std::string& id, const ByteSink& sink, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, false, [&](int root, const Json&) -> Status {
        TRY([[maybe_unused]] const auto written, writeLayerTar(root, false, sink, stop));
        return {};
    }));
    m_impl->publish(*record, "export");
    return {};
}

} // namespace slipway
