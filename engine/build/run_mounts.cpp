// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/run_mounts.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/log.h"
#include "build/temporary_folder.h"
#include "os/mount.h"
#include "store/snapshot_store.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;

namespace
{
std::string pathOfFd(int fd)
{
    std::error_code ignored;
    return fs::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored).string();
}

// A snapshot over the folder SOURCE that takes what is written and is thrown away. By its descriptor: a hostile context may
// have put mount options into its name.
class WritableOver
{
public:
    WritableOver(SnapshotStore& snapshots, std::string id) : m_snapshots(snapshots), m_id(std::move(id)) {}
    ~WritableOver()
    {
        if (auto gone = m_snapshots.remove(m_id); !gone)
            log::warn("build mount {}: {}", shortId(m_id), gone.error().message);
    }
    WritableOver(const WritableOver&) = delete;
    WritableOver& operator=(const WritableOver&) = delete;

    static Result<std::shared_ptr<WritableOver>> make(SnapshotStore& snapshots, int source, bool rootless)
    {
        const auto made = std::make_shared<WritableOver>(snapshots, randomId());
        TRY_STATUS(snapshots.create(made->m_id, {}));
        const std::string options = "lowerdir=/proc/self/fd/" + std::to_string(source) + ",upperdir=" + snapshots.upper(made->m_id).string() + ",workdir="
                                    + (snapshots.upper(made->m_id).parent_path() / "work").string() + (rootless ? ",userxattr" : ",index=off");
        TRY_STATUS(mountFs("overlay", snapshots.rootfs(made->m_id), "overlay", MS_NODEV, options));
        return made;
    }
    [[nodiscard]] std::string path() const { return m_snapshots.rootfs(m_id).string(); }

private:
    SnapshotStore& m_snapshots;
    std::string m_id;
};
} // namespace

Status MountStubs::note(const std::string& target)
{
    TRY(const UniqueFd root, m_workspace.open());
    std::string path;
    for (const fs::path& part : fs::path(target).relative_path()) {
        path += '/' + part.string();
        if (!openInRoot(root.get(), path, O_PATH))
            m_made.push_back(path);
    }
    return {};
}

Status MountStubs::remove() const
{
    const UniqueFd upper(::open(m_workspace.upper().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!upper)
        return failErrno(errno, "opening " + m_workspace.upper().string());
    std::vector<std::string> deepest = m_made;
    std::ranges::sort(deepest, std::ranges::greater(), &std::string::size);
    for (const std::string& path : deepest) {
        const fs::path stub = path;
        const auto folder = openInRoot(upper.get(), stub.parent_path(), O_PATH | O_DIRECTORY);
        struct stat info{};
        if (!folder || ::fstatat(folder->get(), stub.filename().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            ::unlinkat(folder->get(), stub.filename().c_str(), AT_REMOVEDIR);
        else if (S_ISREG(info.st_mode) && info.st_size == 0)
            ::unlinkat(folder->get(), stub.filename().c_str(), 0);
    }
    return {};
}

Status PreparedMounts::add(const df::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source)
{
    using Type = df::Mount::Type;
    SpecMount made;
    made.destination = target;
    made.readOnly = mount.readOnly;
    made.propagation = "rprivate";
    switch (mount.type) {
    case Type::Tmpfs:
        made = {.source = "tmpfs", .destination = target, .type = "tmpfs", .readOnly = false, .propagation = "", .options = {"exec"}};
        if (mount.size > 0)
            made.options.push_back("size=" + std::to_string(mount.size));
        break;
    case Type::Cache: {
        TRY(made.source, cacheFolder(mount, target, tree, source));
        break;
    }
    case Type::Bind: {
        TRY(made.source, bindSource(mount, tree, source));
        break;
    }
    case Type::Secret: {
        const auto found = m_session.secret(mount.id);
        if (!found)
            return {};
        const std::string& value = *found;
        if (mount.env)
            env.push_back((mount.env->empty() ? mount.id : *mount.env) + '=' + value);
        if (mount.env && mount.target.empty())
            return {};
        TRY(made.source, secretFile(mount, value));
        break;
    }
    case Type::Ssh:
        return {};
    }
    mounts.push_back(std::move(made));
    return {};
}

Status PreparedMounts::addScript(const std::string& name, const std::string& content)
{
    const fs::path folder = m_folder / "scripts";
    ::mkdir(folder.c_str(), 0755);
    const UniqueFd fd(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
    if (!fd || ::fchmod(fd.get(), 0755) != 0 || ::write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
        return failErrno(errno, "writing the script " + name);
    SpecMount made;
    made.source = folder.string();
    made.destination = scriptsFolder;
    made.readOnly = true;
    made.propagation = "rprivate";
    mounts.push_back(std::move(made));
    return {};
}

Result<std::string> PreparedMounts::cacheFolder(const df::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source)
{
    TRY(auto cache, m_session.cache.mountFolder(mount.id.empty() ? target : mount.id, static_cast<BuildCache::Sharing>(mount.sharing),
                                                mount.uid.value_or(0), mount.gid.value_or(0), mount.mode.value_or(0755), m_session.stop));
    if (cache.isNew && !mount.from.empty()) {
        TRY(const UniqueFd from, openInRoot(tree.root(), "/" + source, O_RDONLY | O_DIRECTORY));
        const UniqueFd to(::open(cache.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        TRY_STATUS(copyTree(from.get(), to.get()));
    }
    m_holds.push_back(cache.hold);
    return cache.path.string();
}

Result<std::string> PreparedMounts::bindSource(const df::Mount& mount, const FileTree& tree, const std::string& source)
{
    TRY(const UniqueFd fd, openInRoot(tree.root(), "/" + source, O_PATH));
    struct stat info{};
    ::fstat(fd.get(), &info);
    if (mount.readOnly)
        return pathOfFd(fd.get());
    if (!S_ISDIR(info.st_mode))
        return copiedFile(tree, source);
    TRY(const auto overlay, WritableOver::make(m_session.needs.snapshots, fd.get(), m_session.needs.rootless));
    m_holds.push_back(overlay);
    return overlay->path();
}

// A file that may be written to is a copy of its own.
Result<std::string> PreparedMounts::copiedFile(const FileTree& tree, const std::string& source)
{
    TRY(auto folder, TemporaryFolder::make(m_session.needs.root));
    const UniqueFd to(::open(folder->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::string name = fs::path(source).filename().string();
    TRY_STATUS(copyInto(tree, {source, name, false}, to.get(), name, {}, m_session.stop));
    m_holds.push_back(folder);
    return (folder->path() / name).string();
}

Result<std::string> PreparedMounts::secretFile(const df::Mount& mount, const std::string& value)
{
    const fs::path path = m_folder / ("secret-" + std::to_string(mounts.size()));
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (!fd || ::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())
        || ::fchown(fd.get(), mount.uid.value_or(0), mount.gid.value_or(0)) != 0 || ::fchmod(fd.get(), mount.mode.value_or(0400)) != 0)
        return failErrno(errno, "making the secret " + mount.id + " ready");
    return path.string();
}

RunFolder::RunFolder(fs::path path) : m_path(std::move(path))
{
    std::error_code ignored;
    fs::create_directories(m_path.parent_path(), ignored);
    ::mkdir(m_path.c_str(), 0700);
}

RunFolder::~RunFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

} // namespace slipway::build
