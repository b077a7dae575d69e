// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "store/decompress.h"
#include "store/tar_writer.h"
#include "store/unpack.h"

// docker cp and docker export: the container's tree seen from outside, running or not.
namespace slipway
{

namespace
{

// Links are followed, but never out of ROOT and never into /proc's magic ones.
UniqueFd openInside(int root, const std::string& path, std::uint64_t flags)
{
    struct open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

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

// Where a path of the container lies: in its root, or in a volume or bind that is mounted over it.
struct Place
{
    UniqueFd root;
    std::string path; // below ROOT, absolute, without dots
    bool readOnly = false, inMount = false;
};

std::string cleanPath(const std::string& path)
{
    std::string clean = std::filesystem::path("/" + path).lexically_normal().string();
    while (clean.size() > 1 && clean.ends_with('/'))
        clean.pop_back();
    return clean;
}

bool wantsContent(const std::string& path) { return path.ends_with("/.") || path == "." || cleanPath(path) == "/"; }
bool wantsFolder(const std::string& path) { return path.ends_with('/') || wantsContent(path); }

Result<Place> placeOf(const Json& document, const std::filesystem::path& rootfs, const std::string& path)
{
    Place place;
    place.path = cleanPath(path);
    std::string source = rootfs.string(), at = "/";
    place.readOnly = jsonValue<bool>(documentHost(document), "ReadonlyRootfs");
    for (const Json& point : jsonMember(document, "Mounts")) {
        const auto target = jsonValue<std::string>(point, "Destination");
        const auto from = jsonValue<std::string>(point, "Source");
        const bool inside = place.path == target || place.path.starts_with(target + "/");
        if (!inside || from.empty() || target.size() < at.size())
            continue;
        source = from;
        at = target;
        place.readOnly = !jsonValue<bool>(point, "RW", true);
        place.inMount = true;
    }
    if (place.inMount)
        place.path = place.path.size() == at.size() ? "/" : place.path.substr(at.size());
    place.root.reset(::open(source.c_str(), O_PATH | O_CLOEXEC));
    if (!place.root)
        return failErrno(errno, source);
    return place;
}

struct Found
{
    UniqueFd parent;
    std::string name; // in PARENT; "." for a folder itself
    struct stat info{};
};

Result<Found> lookUp(const Place& place, const std::string& given, const std::string& container)
{
    Found found;
    struct stat root{};
    ::fstat(place.root.get(), &root);
    if (!S_ISDIR(root.st_mode))
        return fail(ErrorKind::NotImplemented, given + " is a single file that is mounted: copy it where it comes from");
    const auto slash = place.path.rfind('/');
    found.name = place.path.substr(slash + 1);
    std::string folder = place.path.substr(0, std::max<std::size_t>(slash, 1));
    if (found.name.empty() || wantsFolder(given)) {
        folder = place.path;
        found.name = ".";
    }
    found.parent = openInside(place.root.get(), folder, O_RDONLY | O_DIRECTORY);
    if (!found.parent || ::fstatat(found.parent.get(), found.name.c_str(), &found.info, AT_SYMLINK_NOFOLLOW) != 0)
        return notThere(given, container);
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

// The root of a container, mounted for the time of one call when it does not run.
Status ContainerService::Impl::withRoot(const RecordPtr& record,
                                        const std::function<Status(const std::filesystem::path&, const Json&)>& use)
{
    const auto document = record->doc();
    std::filesystem::path rootfs;
    std::unique_lock operation(record->op);
    if (record->removed)
        return fail(ErrorKind::NotFound, "No such container: " + record->id);
    const bool running = record->snapshot().running;
    TRY(rootfs, s.snapshots.mount(record->id, documentLayers(*document), {.ephemeral = isEphemeral(*document)}));
    if (running) // a long copy must not keep it from being stopped
        operation.unlock();
    const Status used = use(rootfs, *document);
    if (!running)
        s.snapshots.unmountLater(record->id);
    return used;
}

Result<PathStat> ContainerService::statPath(const std::string& id, const std::string& path)
{
    TRY(const auto record, m_impl->find(id));
    PathStat stat;
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        TRY(const auto found, lookUp(place, path, id));
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
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        TRY(const auto found, lookUp(place, path, id));
        return writeTar(found.parent.get(), found.name, wantsContent(path) ? "." : nameOf(path), sink, stop);
    }));
    m_impl->publish(*record, "archive-path", {{"path", path}});
    return {};
}

Status ContainerService::extract(const std::string& id, const std::string& path, ByteSource& tar, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        if (!openInside(place.root.get(), place.path, O_PATH))
            return notThere(path, id);
        const UniqueFd folder = openInside(place.root.get(), place.path, O_RDONLY | O_DIRECTORY);
        if (!folder)
            return fail(ErrorKind::InvalidArgument, "extraction point is not a directory");
        if (place.readOnly)
            return fail(ErrorKind::Forbidden,
                        place.inMount ? "mounted volume is marked read-only" : "container rootfs is marked read-only");
        const auto plain = decompressed(tar);
        TarReader reader(*plain);
        UnpackLimits limits;
        limits.whiteouts = false;
        TRY([[maybe_unused]] const auto done, unpackLayer(reader, folder.get(), false, limits, stop));
        return {};
    }));
    m_impl->publish(*record, "extract-to-dir", {{"path", path}});
    return {};
}

Status ContainerService::exportRoot(const std::string& id, const ByteSink& sink, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json&) -> Status {
        const UniqueFd root(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root)
            return failErrno(errno, rootfs.string());
        TRY([[maybe_unused]] const auto written, writeLayerTar(root.get(), false, sink, stop));
        return {};
    }));
    m_impl->publish(*record, "export");
    return {};
}

} // namespace slipway
