// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/mounts.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/errno_text.h"
#include "base/in_root.h"

namespace slipway::launch
{

namespace
{
enum class Target { Folder, File };

std::unexpected<Error> cannotMount(const Mount& mount, int err, const std::string& detail = {})
{
    const std::string& source = mount.kind == Mount::Kind::Bind ? mount.source : mount.type;
    return fail(ErrorKind::Internal,
                "error during container init: error mounting \"" + source + "\" to rootfs at \"" + mount.target + "\": "
                    + (detail.empty() ? "" : detail + ": ") + errnoText(err),
                err);
}

std::vector<std::string> partsOf(const std::string& path)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, end - at);
        if (part == ".." && !parts.empty())
            parts.pop_back();
        else if (!part.empty() && part != "." && part != "..")
            parts.push_back(part);
        at = end + 1;
    }
    return parts;
}

// PATH below ROOT, made where it is missing.
Result<UniqueFd> makeTarget(int root, const std::string& path, Target kind)
{
    const std::vector<std::string> parts = partsOf(path);
    TRY(auto at, openInRoot(root, "/", O_PATH | O_DIRECTORY));
    std::string done;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool isFile = kind == Target::File && i + 1 == parts.size();
        done += "/" + parts[i];
        auto next = openInRoot(root, done, O_PATH);
        if (!next && next.error().osError == ENOENT) {
            if (isFile)
                UniqueFd(::openat(at.get(), parts[i].c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755));
            else
                ::mkdirat(at.get(), parts[i].c_str(), 0755);
            next = openInRoot(root, done, O_PATH);
        }
        if (!next)
            return next;
        at = std::move(*next);
    }
    return at;
}

bool isFolder(int fd)
{
    struct stat info{};
    return ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

int attach(int mount, int target)
{
    return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0 ? 0 : errno;
}

int setAttributes(int mount, std::uint64_t attributes, std::uint64_t propagation, bool below)
{
    if (attributes == 0 && propagation == 0)
        return 0;
    mount_attr wanted{};
    wanted.attr_set = attributes;
    if (attributes & MOUNT_ATTR__ATIME)
        wanted.attr_clr = MOUNT_ATTR__ATIME;
    wanted.propagation = propagation;
    return ::mount_setattr(mount, "", AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0), &wanted, sizeof wanted) == 0 ? 0 : errno;
}

Result<UniqueFd> newFileSystem(const Mount& mount, const std::string& data)
{
    const UniqueFd context(::fsopen(mount.type.c_str(), FSOPEN_CLOEXEC));
    if (!context)
        return cannotMount(mount, errno);
    ::fsconfig(context.get(), FSCONFIG_SET_STRING, "source", mount.source.c_str(), 0);
    for (std::size_t at = 0; at < data.size();) {
        const std::size_t end = std::min(data.find(',', at), data.size());
        const std::string option = data.substr(at, end - at);
        const auto equals = option.find('=');
        at = end + 1;
        if (option.empty())
            continue;
        const int set = equals == std::string::npos
                            ? ::fsconfig(context.get(), FSCONFIG_SET_FLAG, option.c_str(), nullptr, 0)
                            : ::fsconfig(context.get(), FSCONFIG_SET_STRING, option.substr(0, equals).c_str(), option.c_str() + equals + 1, 0);
        if (set != 0)
            return cannotMount(mount, errno, option);
    }
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return cannotMount(mount, errno);
    UniqueFd made(::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(mount.attributes)));
    if (!made)
        return cannotMount(mount, errno);
    return made;
}

// A tmpfs on a folder that is there takes its mode over, as runc does.
std::string dataFor(const Mount& mount, int target, bool wasThere)
{
    struct stat info{};
    if (mount.type != "tmpfs" || !wasThere || (',' + mount.data).contains(",mode=") || ::fstat(target, &info) != 0)
        return mount.data;
    char mode[16];
    std::snprintf(mode, sizeof mode, "mode=%o", info.st_mode & 07777);
    return mount.data.empty() ? mode : mount.data + "," + mode;
}

Status mountFile(int root, const Mount& mount)
{
    // A folder that is a link is how an image would lead the masked paths of /proc elsewhere.
    const bool plain = mount.type == "proc" || mount.type == "sysfs";
    const bool wasThere = openInRoot(root, mount.target, O_PATH).has_value();
    auto target = makeTarget(root, mount.target, Target::Folder);
    if (target && plain)
        target = openInRoot(root, mount.target, O_PATH | O_DIRECTORY, true);
    if (!target)
        return cannotMount(mount, target.error().osError, plain ? "it must be mounted on ordinary directory" : "");
    TRY(const auto made, newFileSystem(mount, dataFor(mount, target->get(), wasThere)));
    if (const int err = attach(made.get(), target->get()))
        return cannotMount(mount, err);
    return {};
}

Result<UniqueFd> cloneOf(const Mount& mount)
{
    UniqueFd tree(::open_tree(AT_FDCWD, mount.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (mount.recursive ? AT_RECURSIVE : 0U)));
    if (!tree)
        return cannotMount(mount, errno);
    int err = setAttributes(tree.get(), mount.attributes, 0, mount.attributesBelow);
    if (err == 0)
        err = setAttributes(tree.get(), 0, mount.propagation, mount.propagationBelow);
    if (err != 0)
        return cannotMount(mount, err);
    return tree;
}

Status mountBind(int root, const Mount& mount)
{
    TRY(const auto tree, cloneOf(mount));
    const auto target = makeTarget(root, mount.target, isFolder(tree.get()) ? Target::Folder : Target::File);
    if (!target)
        return cannotMount(mount, target.error().osError);
    if (isFolder(tree.get()) != isFolder(target->get())) // move_mount would only say that something is invalid
        return cannotMount(mount, ENOTDIR);
    if (const int err = attach(tree.get(), target->get()))
        return cannotMount(mount, err);
    return {};
}

// /sys/fs/cgroup/cpu,cpuacct/slipway/ID: "cpu,cpuacct"
std::string hierarchyOf(const std::string& folder)
{
    static constexpr std::size_t front = sizeof "/sys/fs/cgroup/" - 1;
    return folder.size() > front ? folder.substr(front, folder.find('/', front) - front) : std::string();
}

Status mountCgroupV1(int root, const Mount& mount, const Cgroup& cgroup)
{
    Mount base = mount;
    base.kind = Mount::Kind::File;
    base.type = base.source = "tmpfs";
    base.data = "mode=755";
    base.attributes &= ~std::uint64_t(MOUNT_ATTR_RDONLY);
    TRY_STATUS(mountFile(root, base));
    TRY(const auto folder, openInRoot(root, mount.target, O_PATH | O_DIRECTORY));
    for (const std::string& group : cgroup.folders) {
        const std::string name = hierarchyOf(group);
        TRY_STATUS(mountBind(root, {.kind = Mount::Kind::Bind, .type = "", .source = group, .target = mount.target + "/" + name, .data = "",
                                    .attributes = mount.attributes}));
        for (std::size_t at = 0; name.contains(',') && at < name.size();) { // cpu -> cpu,cpuacct
            const std::size_t end = std::min(name.find(',', at), name.size());
            ::symlinkat(name.c_str(), folder.get(), name.substr(at, end - at).c_str());
            at = end + 1;
        }
    }
    if (const int err = setAttributes(folder.get(), mount.attributes, 0, false))
        return cannotMount(mount, err);
    return {};
}

Status mountCgroup(int root, const Mount& mount, const Cgroup& cgroup, bool ownNamespace)
{
    if (!cgroup.v2)
        return mountCgroupV1(root, mount, cgroup);
    Mount made = mount;
    made.source = "cgroup";
    made.type = "cgroup2";
    if (ownNamespace)
        return mountFile(root, made);
    made.source = cgroup.folders.front();
    return mountBind(root, made);
}

Status makeDevice(int root, const Device& device)
{
    const auto slash = device.path.rfind('/');
    const std::string name = device.path.substr(slash + 1);
    const auto cannot = [&](int err) { return failErrno(err, "error during container init: creating device nodes: mknod " + device.path); };
    const auto folder = makeTarget(root, device.path.substr(0, slash), Target::Folder);
    if (!folder)
        return cannot(folder.error().osError);
    if (::mknodat(folder->get(), name.c_str(), device.mode & ~07777U, makedev(device.major, device.minor)) != 0)
        return errno == EEXIST ? Status() : cannot(errno);
    const UniqueFd node(::openat(folder->get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    const std::string opened = "/proc/self/fd/" + std::to_string(node.get());
    if (::chmod(opened.c_str(), device.mode & 07777) != 0 || ::fchownat(node.get(), "", device.uid, device.gid, AT_EMPTY_PATH) != 0)
        return cannot(errno);
    return {};
}

Status makeLinks(int root)
{
    TRY(const auto dev, openInRoot(root, "/dev", O_PATH | O_DIRECTORY));
    const auto link = [&](const char* to, const char* name) { ::symlinkat(to, dev.get(), name); };
    link("/proc/self/fd", "fd");
    link("/proc/self/fd/0", "stdin");
    link("/proc/self/fd/1", "stdout");
    link("/proc/self/fd/2", "stderr");
    if (::access("/proc/kcore", F_OK) == 0)
        link("/proc/kcore", "core");
    ::unlinkat(dev.get(), "ptmx", 0);
    link("pts/ptmx", "ptmx");
    return {};
}

Status setSysctl(int root, const FileWrite& sysctl)
{
    const std::string path = "/proc/sys/" + sysctl.path;
    const auto file = openInRoot(root, path, O_WRONLY);
    if (!file)
        return failErrno(file.error().osError, "error during container init: open sysctl " + path);
    if (::write(file->get(), sysctl.value.data(), sysctl.value.size()) < 0)
        return failErrno(errno, "error during container init: write sysctl " + path);
    return {};
}

Status mask(int root, const std::string& path)
{
    const auto target = openInRoot(root, path, O_PATH);
    if (!target)
        return {};
    const Mount empty{.kind = Mount::Kind::File, .type = "tmpfs", .source = "tmpfs", .target = path, .data = "", .attributes = MOUNT_ATTR_RDONLY};
    const Mount null{.kind = Mount::Kind::Bind, .type = "", .source = "/dev/null", .target = path, .data = "", .attributes = 0};
    TRY(const auto cover, isFolder(target->get()) ? newFileSystem(empty, "") : cloneOf(null));
    if (const int err = attach(cover.get(), target->get()))
        return failErrno(err, "error during container init: masking " + path);
    return {};
}

Status makeReadonly(int root, const std::string& path)
{
    const auto target = openInRoot(root, path, O_PATH);
    if (!target)
        return {};
    const UniqueFd tree(::open_tree(target->get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE));
    int err = tree ? setAttributes(tree.get(), MOUNT_ATTR_RDONLY, 0, true) : errno;
    if (err == 0)
        err = attach(tree.get(), target->get());
    if (err != 0)
        return failErrno(err, "error during container init: making " + path + " read-only");
    return {};
}
} // namespace

Result<UniqueFd> openRoot(const Container& container)
{
    const auto cannot = [&](int err) { return failErrno(err, "error during container init: error preparing rootfs"); };
    const std::uint64_t propagation = container.rootPropagation ? container.rootPropagation : std::uint64_t(MS_PRIVATE);
    if (::mount(nullptr, "/", nullptr, MS_REC | propagation, nullptr) != 0)
        return cannot(errno);
    ::mount(nullptr, container.rootfs.c_str(), nullptr, MS_PRIVATE, nullptr); // pivot_root wants a parent that is not shared
    const UniqueFd tree(::open_tree(AT_FDCWD, container.rootfs.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
    const UniqueFd below(::open(container.rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!tree || !below)
        return cannot(errno);
    if (const int err = attach(tree.get(), below.get()))
        return cannot(err);
    UniqueFd root(::open(container.rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return cannot(errno);
    return root;
}

Status fillRoot(int root, const Container& container, const Cgroup& cgroup)
{
    for (const Mount& mount : container.mounts) {
        switch (mount.kind) {
        case Mount::Kind::File:
            TRY_STATUS(mountFile(root, mount));
            break;
        case Mount::Kind::Bind:
            TRY_STATUS(mountBind(root, mount));
            break;
        case Mount::Kind::Cgroup:
            TRY_STATUS(mountCgroup(root, mount, cgroup, container.newCgroupNamespace));
            break;
        }
    }
    for (const Device& device : container.devices)
        TRY_STATUS(makeDevice(root, device));
    TRY_STATUS(makeLinks(root));
    for (const FileWrite& sysctl : container.sysctls)
        TRY_STATUS(setSysctl(root, sysctl));
    for (const std::string& path : container.readonlyPaths)
        TRY_STATUS(makeReadonly(root, path));
    for (const std::string& path : container.maskedPaths)
        TRY_STATUS(mask(root, path));
    return {};
}

Status enterRoot(int root, const Container& container)
{
    const UniqueFd old(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto cannot = [] { return failErrno(errno, "error during container init: error jailing process inside rootfs: pivot_root"); };
    if (!old || ::fchdir(root) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 || ::fchdir(old.get()) != 0)
        return cannot();
    // What is unmounted here must not be unmounted on the host.
    if (::mount(nullptr, ".", nullptr, MS_SLAVE | MS_REC, nullptr) != 0 || ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0)
        return cannot();
    if (container.rootPropagation && ::mount(nullptr, "/", nullptr, container.rootPropagation, nullptr) != 0)
        return cannot();
    if (!container.readonlyRoot)
        return {};
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_RDONLY;
    if (::mount_setattr(AT_FDCWD, "/", 0, &wanted, sizeof wanted) != 0)
        return failErrno(errno, "error during container init: error making the root read-only");
    return {};
}

Status mountConsole(int tty)
{
    const UniqueFd file(::open("/dev/console", O_CREAT | O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
    const UniqueFd tree(::open_tree(tty, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
    int err = file && tree ? attach(tree.get(), file.get()) : errno;
    if (err != 0)
        return failErrno(err, "error during container init: mounting the terminal on /dev/console");
    return {};
}

} // namespace slipway::launch
