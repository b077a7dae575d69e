// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/snapshot_store.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sched.h>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "os/mount.h"
#include "store/layer_store.h"

namespace slipway
{

namespace fs = std::filesystem;

namespace
{
// A child that another thread has just forked has our open files until it executes its program.
constexpr std::chrono::seconds busyPatience{2};
constexpr const char* initLayer = "init2"; // ROOT/layers/init2/diff; another name when what is in it changes

bool isMounted(const fs::path& dir)
{
    struct stat here{}, above{};
    return ::stat(dir.c_str(), &here) == 0 && ::stat(dir.parent_path().c_str(), &above) == 0 && here.st_dev != above.st_dev;
}

Status makeInitLayer(const fs::path& dir)
{
    if (fs::exists(dir / ".dockerenv"))
        return {};
    std::error_code failed;
    for (const char* folder : {"dev/pts", "dev/shm", "proc", "sys", "etc"}) {
        fs::create_directories(dir / folder, failed);
        if (failed)
            return failErrno(failed.value(), "making the init layer");
    }
    for (const fs::path& path : {dir, dir / "dev", dir / "dev/pts", dir / "dev/shm", dir / "proc", dir / "sys", dir / "etc"})
        ::chmod(path.c_str(), 0755);
    if (::symlink("/proc/mounts", (dir / "etc/mtab").c_str()) != 0 && errno != EEXIST)
        return failErrno(errno, "making the init layer");
    for (const char* file : {"etc/hosts", "etc/hostname", "etc/resolv.conf", "dev/console", ".dockerenv"}) {
        const UniqueFd made(::open((dir / file).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
        if (!made || ::fchmod(made.get(), 0755) != 0)
            return failErrno(errno, "making the init layer");
    }
    return {};
}

// The kernel gives mount(2)'s options one page. Where absolute lower folders do not fit, relative ones do, up to 128 of them;
// the working directory then belongs to a thread of its own, the engine's is never touched.
int mountOverlay(const fs::path& layers, const std::vector<std::string>& lowers, const fs::path& snapshot,
                 const std::string& flags)
{
    const auto mountWith = [&](const std::string& prefix) {
        std::string options;
        for (const std::string& lower : lowers)
            options += (options.empty() ? "lowerdir=" : ":") + prefix + lower;
        options += ",upperdir=" + (snapshot / "upper").string() + ",workdir=" + (snapshot / "work").string() + flags;
        if (options.size() >= static_cast<std::size_t>(::getpagesize()))
            return E2BIG;
        return ::mount("overlay", (snapshot / "merged").c_str(), "overlay", MS_NODEV, options.c_str()) == 0 ? 0 : errno;
    };
    int result = mountWith(layers.string() + "/");
    if (result == E2BIG)
        std::thread([&] {
            result = ::unshare(CLONE_FS) != 0 || ::chdir(layers.c_str()) != 0 ? errno : mountWith("");
        }).join();
    return result;
}
} // namespace

SnapshotStore::SnapshotStore(fs::path root, LayerStore& layers, bool userxattr)
    : m_root(std::move(root)), m_layers(layers), m_userxattr(userxattr)
{
    std::error_code ignored;
    fs::create_directories(m_root / "snapshots", ignored);
    fs::create_directories(m_root / "trash", ignored);
}

fs::path SnapshotStore::rootfs(const std::string& id) const { return m_root / "snapshots" / id / "merged"; }
fs::path SnapshotStore::upper(const std::string& id) const { return m_root / "snapshots" / id / "upper"; }

std::string SnapshotStore::lowerDirs(const std::vector<Digest>& layers) const
{
    std::string folders = (m_layers.folder() / initLayer / "diff").string();
    for (auto digest = layers.rbegin(); digest != layers.rend(); ++digest)
        folders += ":" + m_layers.get(*digest).transform([&](const Layer& l) { return m_layers.diffPath(l).string(); }).value_or("");
    return folders;
}

Status SnapshotStore::create(const std::string& id, const std::vector<Digest>& layers)
{
    for (const Digest& layer : layers)
        TRY_STATUS(m_layers.get(layer).transform([](const Layer&) {}));
    const fs::path dir = m_root / "snapshots" / id;
    if (::mkdir(dir.c_str(), 0711) != 0)
        return failErrno(errno, "making the snapshot " + dir.string());
    for (const char* part : {"upper", "work", "merged"}) {
        if (::mkdir((dir / part).c_str(), 0755) != 0) {
            const int err = errno;
            (void)remove(id);
            return failErrno(err, "making the snapshot " + dir.string());
        }
    }
    ::chmod((dir / "upper").c_str(), 0755);
    return {};
}

Result<fs::path> SnapshotStore::mount(const std::string& id, const std::vector<Digest>& layers, MountOptions options)
{
    const fs::path snapshot = m_root / "snapshots" / id;
    m_reaper.leaveAlone(snapshot / "merged");
    if (isMounted(snapshot / "merged"))
        return snapshot / "merged";
    TRY_STATUS(makeInitLayer(m_layers.folder() / initLayer / "diff"));
    std::vector<std::string> lowers;
    if (options.withInit)
        lowers.push_back(std::string(initLayer) + "/diff");
    for (auto digest = layers.rbegin(); digest != layers.rend(); ++digest) {
        TRY(const auto layer, m_layers.get(*digest));
        lowers.push_back(layer.dir + "/diff");
    }
    if (lowers.empty()) { // from scratch: overlayfs wants something below
        std::error_code ignored;
        fs::create_directories(m_layers.folder() / "empty" / "diff", ignored);
        lowers.emplace_back("empty/diff");
    }
    std::string flags = m_userxattr ? ",userxattr" : ",index=off,redirect_dir=nofollow,metacopy=off";
    if (options.ephemeral) {
        flags += ",volatile";
        std::error_code ignored; // the mark of an earlier volatile mount, which would refuse this one
        fs::remove_all(snapshot / "work" / "work" / "incompat", ignored);
    }
    if (const int err = mountOverlay(m_layers.folder(), lowers, snapshot, flags); err != 0)
        return failErrno(err, "mounting the root of container " + id);
    return snapshot / "merged";
}

void SnapshotStore::unmountLater(const std::string& id)
{
    if (isMounted(rootfs(id)))
        m_reaper.unmount(rootfs(id));
}

Status SnapshotStore::unmount(const std::string& id)
{
    m_reaper.leaveAlone(rootfs(id));
    const auto deadline = std::chrono::steady_clock::now() + busyPatience;
    while (isMounted(rootfs(id)) && ::umount2(rootfs(id).c_str(), UMOUNT_NOFOLLOW) != 0) {
        if (errno != EBUSY || std::chrono::steady_clock::now() > deadline)
            return failErrno(errno, "unmounting " + rootfs(id).string());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return {};
}

Status SnapshotStore::remove(const std::string& id)
{
    const fs::path snapshot = m_root / "snapshots" / id;
    if (!fs::exists(snapshot))
        return {};
    m_reaper.forget(snapshot / "merged"); // one under way does no harm: the mount is found again in the trash
    fs::path trash = m_root / "trash" / randomId();
    if (::rename(snapshot.c_str(), trash.c_str()) != 0)
        return failErrno(errno, "removing the snapshot of container " + id);
    m_reaper.discard(std::move(trash));
    return {};
}

Result<std::int64_t> SnapshotStore::writableSize(const std::string& id) const
{
    std::int64_t total = 0;
    std::error_code failed;
    for (auto it = fs::recursive_directory_iterator(upper(id), failed); !failed && it != fs::end(it); it.increment(failed)) {
        if (it->is_regular_file(failed) && !it->is_symlink(failed))
            total += static_cast<std::int64_t>(it->file_size(failed));
    }
    return total;
}

Result<std::vector<SnapshotStore::Change>> SnapshotStore::changes(const std::string& id,
                                                                  const std::vector<Digest>& layers) const
{
    std::vector<fs::path> lowers;
    for (const Digest& digest : layers) {
        TRY(const auto layer, m_layers.get(digest));
        lowers.push_back(m_layers.diffPath(layer));
    }
    const auto below = [&lowers](const fs::path& relative) {
        struct stat info{};
        for (auto lower = lowers.rbegin(); lower != lowers.rend(); ++lower) {
            if (::lstat((*lower / relative).c_str(), &info) == 0)
                return !(S_ISCHR(info.st_mode) && info.st_rdev == 0);
        }
        return false;
    };
    std::vector<Change> changes;
    const fs::path top = upper(id);
    std::error_code failed;
    for (auto it = fs::recursive_directory_iterator(top, failed); !failed && it != fs::end(it); it.increment(failed)) {
        struct stat info{};
        if (::lstat(it->path().c_str(), &info) != 0)
            continue;
        const fs::path relative = it->path().lexically_relative(top);
        const bool whiteout = S_ISCHR(info.st_mode) && info.st_rdev == 0;
        const auto kind = whiteout ? Change::Kind::Deleted : below(relative) ? Change::Kind::Modified : Change::Kind::Added;
        changes.push_back({"/" + relative.string(), kind});
    }
    std::ranges::sort(changes, {}, &Change::path);
    return changes;
}

void SnapshotStore::gc(const std::vector<std::string>& live)
{
    const std::set<std::string> kept(live.begin(), live.end());
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_root / "trash", ignored))
        m_reaper.discard(entry.path());
    std::vector<std::string> dead;
    for (const auto& entry : fs::directory_iterator(m_root / "snapshots", ignored)) {
        if (!kept.contains(entry.path().filename().string()))
            dead.push_back(entry.path().filename().string());
    }
    for (const std::string& id : dead)
        (void)remove(id);
}

} // namespace slipway
