// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <format>

#include "base/log.h"
#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "store/decompress.h"
#include "store/tar_writer.h"
#include "store/unpack.h"

// docker cp and docker export: the container's tree seen from outside, running or not.
namespace slipway
{

namespace
{

int openInside(int root, const std::string& path, std::uint64_t flags)
{
    struct open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

std::unexpected<Error> notThere(const std::string& path, const std::string& container)
{
    return fail(ErrorKind::NotFound, std::format("Could not find the file {} in container {}", path, container));
}

// Go's os.FileMode.
std::uint32_t goMode(mode_t mode)
{
    std::uint32_t value = mode & 0777;
    if (S_ISDIR(mode))
        value |= 1u << 31;
    if (S_ISLNK(mode))
        value |= 1u << 27;
    if (S_ISBLK(mode) || S_ISCHR(mode))
        value |= 1u << 26;
    if (S_ISFIFO(mode))
        value |= 1u << 25;
    if (S_ISSOCK(mode))
        value |= 1u << 24;
    if ((mode & S_ISUID) != 0)
        value |= 1u << 23;
    if ((mode & S_ISGID) != 0)
        value |= 1u << 22;
    if (S_ISCHR(mode))
        value |= 1u << 21;
    if ((mode & S_ISVTX) != 0)
        value |= 1u << 20;
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
    while (clean.size() > 1 && (clean.ends_with('/') || clean.ends_with("/.")))
        clean.pop_back();
    return clean;
}

bool wantsFolder(const std::string& path) { return path.ends_with('/') || path.ends_with("/.") || path == "."; }

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
    std::string name; // in PARENT; "." for the root itself
    struct stat info{};
};

Result<Found> lookUp(const Place& place, const std::string& given, const std::string& container)
{
    Found found;
    struct stat root{};
    ::fstat(place.root.get(), &root);
    if (!S_ISDIR(root.st_mode)) { // a bind of one file
        found.info = root;
        found.parent.reset(::fcntl(place.root.get(), F_DUPFD_CLOEXEC, 0));
        return found;
    }
    const auto slash = place.path.rfind('/');
    found.name = place.path.substr(slash + 1);
    std::string folder = place.path.substr(0, std::max<std::size_t>(slash, 1));
    if (found.name.empty() || wantsFolder(given)) {
        folder = place.path;
        found.name = ".";
    }
    found.parent.reset(openInside(place.root.get(), folder, O_RDONLY | O_DIRECTORY));
    if (!found.parent || ::fstatat(found.parent.get(), found.name.c_str(), &found.info, AT_SYMLINK_NOFOLLOW) != 0)
        return notThere(given, container);
    return found;
}

std::string baseName(const std::string& path)
{
    if (wantsFolder(path) || cleanPath(path) == "/")
        return path.ends_with("/.") || cleanPath(path) == "/" ? "." : std::filesystem::path(cleanPath(path)).filename().string();
    return std::filesystem::path(path).filename().string();
}

} // namespace

// The root of a container, mounted for the time of one call when it does not run.
Status ContainerService::Impl::withRoot(const RecordPtr& record,
                                        const std::function<Status(const std::filesystem::path&, const Json&)>& use)
{
    const auto document = record->doc();
    const std::unique_lock operation(record->op);
    if (record->removed)
        return fail(ErrorKind::NotFound, "No such container: " + record->id);
    const bool running = record->snapshot().running;
    TRY(const auto rootfs, s.snapshots.mount(record->id, documentLayers(*document)));
    const Status used = use(rootfs, *document);
    if (!running) {
        if (auto unmounted = s.snapshots.unmount(record->id); !unmounted)
            log::warn("container {}: {}", record->id, unmounted.error().message);
    }
    return used;
}

Result<PathStat> ContainerService::statPath(const std::string& id, const std::string& path)
{
    TRY(const auto record, m_impl->find(id));
    PathStat stat;
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        TRY(const auto found, lookUp(place, path, id));
        stat.name = baseName(path) == "." ? std::filesystem::path(cleanPath(path)).filename().string() : baseName(path);
        if (stat.name.empty())
            stat.name = "/";
        stat.size = found.info.st_size;
        stat.mode = goMode(found.info.st_mode);
        stat.modified = fromUnixNano(found.info.st_mtim.tv_sec * 1'000'000'000 + found.info.st_mtim.tv_nsec);
        if (S_ISLNK(found.info.st_mode)) {
            std::string target(4096, '\0');
            const ssize_t length = ::readlinkat(found.parent.get(), found.name.c_str(), target.data(), target.size());
            target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
            const auto folder = std::filesystem::path(cleanPath(path)).parent_path();
            stat.linkTarget = target.starts_with('/') ? cleanPath(target) : cleanPath((folder / target).string());
        }
        return {};
    }));
    return stat;
}

Status ContainerService::archivePath(const std::string& id, const std::string& path, const ByteSink& sink)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        TRY(const auto found, lookUp(place, path, id));
        TarWriter tar(sink);
        PackOptions options;
        options.name = baseName(path);
        if (found.name.empty()) {
            TarEntry entry;
            entry.path = options.name;
            entry.mode = found.info.st_mode & 07777;
            entry.uid = found.info.st_uid;
            entry.gid = found.info.st_gid;
            entry.mtimeSeconds = found.info.st_mtime;
            entry.size = static_cast<std::uint64_t>(found.info.st_size);
            const UniqueFd file(::open(std::format("/proc/self/fd/{}", found.parent.get()).c_str(), O_RDONLY | O_CLOEXEC));
            TRY_STATUS(tar.addFile(entry, file.get()));
        } else {
            TRY_STATUS(packPath(tar, found.parent.get(), found.name, options));
        }
        return tar.finish();
    }));
    m_impl->publish(*record, "archive-path", {{"path", path}});
    return {};
}

Status ContainerService::extract(const std::string& id, const std::string& path, ByteSource& tar, bool keepKinds,
                                 const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json& document) -> Status {
        TRY(const auto place, placeOf(document, rootfs, path));
        const UniqueFd there(openInside(place.root.get(), place.path, O_PATH));
        if (!there)
            return notThere(path, id);
        const UniqueFd folder(openInside(place.root.get(), place.path, O_RDONLY | O_DIRECTORY));
        if (!folder)
            return fail(ErrorKind::InvalidArgument, "extraction point is not a directory");
        if (place.readOnly)
            return fail(ErrorKind::Forbidden,
                        place.inMount ? "mounted volume is marked read-only" : "container rootfs is marked read-only");
        const auto plain = decompressed(tar);
        TarReader reader(*plain);
        return unpackOver(reader, folder.get(), keepKinds, stop);
    }));
    m_impl->publish(*record, "extract-to-dir", {{"path", path}});
    return {};
}

Status ContainerService::exportRoot(const std::string& id, const ByteSink& sink)
{
    TRY(const auto record, m_impl->find(id));
    TRY_STATUS(m_impl->withRoot(record, [&](const std::filesystem::path& rootfs, const Json&) -> Status {
        const UniqueFd root(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root)
            return failErrno(errno, rootfs.string());
        TarWriter tar(sink);
        TRY_STATUS(packTree(tar, root.get(), {}));
        return tar.finish();
    }));
    m_impl->publish(*record, "export");
    return {};
}

} // namespace slipway
