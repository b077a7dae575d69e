// SPDX-License-Identifier: GPL-3.0-or-later
#include "volume/copy_tree.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <vector>

#include "base/unique_fd.h"
#include "volume/volume_mount.h"

namespace slipway
{

namespace
{
using Inode = std::pair<dev_t, ino_t>;
using HardLinks = std::map<Inode, std::string>; // → path below the destination root

struct DirCloser
{
    void operator()(DIR* d) const { ::closedir(d); }
};

Status forEachEntry(int folder, const std::function<Status(const std::string&)>& each)
{
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return failErrno(errno, "reading a folder");
    std::unique_ptr<DIR, DirCloser> dir(::fdopendir(copy));
    if (!dir)
        return failErrno(errno, "reading a folder");
    for (errno = 0; const dirent* entry = ::readdir(dir.get()); errno = 0)
        if (const std::string name = entry->d_name; name != "." && name != "..")
            TRY_STATUS(each(name));
    return errno ? Status(failErrno(errno, "reading a folder")) : Status{};
}

Status copyXattrs(const std::string& from, const std::string& to)
{
    const ssize_t size = ::llistxattr(from.c_str(), nullptr, 0);
    if (size <= 0)
        return {};
    std::vector<char> names(static_cast<std::size_t>(size));
    const ssize_t got = ::llistxattr(from.c_str(), names.data(), names.size());
    for (ssize_t at = 0; at < got; at += static_cast<ssize_t>(std::strlen(&names[static_cast<std::size_t>(at)])) + 1) {
        const char* name = &names[static_cast<std::size_t>(at)];
        if (std::string_view(name).starts_with("trusted.overlay.") || std::string_view(name).starts_with("user.overlay."))
            continue;
        std::vector<char> value(65536);
        const ssize_t length = ::lgetxattr(from.c_str(), name, value.data(), value.size());
        if (length >= 0 && ::lsetxattr(to.c_str(), name, value.data(), static_cast<std::size_t>(length), 0) != 0 &&
            errno != ENOTSUP && errno != EPERM)
            return failErrno(errno, std::string("setting the attribute ") + name);
    }
    return {};
}

std::string procPath(int folder, const std::string& name)
{
    return "/proc/self/fd/" + std::to_string(folder) + "/" + name;
}

Status copyMetadata(int from, int to, const std::string& name, const struct stat& st)
{
    if (::fchownat(to, name.c_str(), st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
        return failErrno(errno, "setting the owner of " + name);
    if (!S_ISLNK(st.st_mode) && ::fchmodat(to, name.c_str(), st.st_mode & 07777, 0) != 0)
        return failErrno(errno, "setting the mode of " + name);
    TRY_STATUS(copyXattrs(procPath(from, name), procPath(to, name)));
    const timespec times[2] = {st.st_atim, st.st_mtim};
    if (::utimensat(to, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        return failErrno(errno, "setting the times of " + name);
    return {};
}

Status copyFile(int from, int to, const std::string& name)
{
    const UniqueFd in(::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!in)
        return failErrno(errno, "opening " + name);
    const UniqueFd out(::openat(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out)
        return failErrno(errno, "creating " + name);
    for (;;) {
        ssize_t n = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, 1 << 30, 0);
        if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
            n = ::sendfile(out.get(), in.get(), nullptr, 1 << 30);
        if (n < 0)
            return failErrno(errno, "copying " + name);
        if (n == 0)
            return {};
    }
}

Status copySymlink(int from, int to, const std::string& name)
{
    std::string target(4096, '\0');
    const ssize_t n = ::readlinkat(from, name.c_str(), target.data(), target.size());
    if (n < 0)
        return failErrno(errno, "reading the link " + name);
    target.resize(static_cast<std::size_t>(n));
    if (::symlinkat(target.c_str(), to, name.c_str()) != 0)
        return failErrno(errno, "creating the link " + name);
    return {};
}

Status copyInto(int from, int to, int toRoot, const std::string& prefix, HardLinks& links);

Status copyEntry(int from, int to, int toRoot, const std::string& prefix, const std::string& name, HardLinks& links)
{
    struct stat st{};
    if (::fstatat(from, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
        return failErrno(errno, "looking at " + name);
    if (S_ISSOCK(st.st_mode))
        return {};
    if (!S_ISDIR(st.st_mode) && st.st_nlink > 1) {
        const auto [it, fresh] = links.try_emplace({st.st_dev, st.st_ino}, prefix + name);
        if (!fresh) {
            if (::linkat(toRoot, it->second.c_str(), to, name.c_str(), 0) != 0)
                return failErrno(errno, "linking " + name);
            return {};
        }
    }
    if (S_ISDIR(st.st_mode)) {
        if (::mkdirat(to, name.c_str(), 0700) != 0)
            return failErrno(errno, "creating " + name);
        const UniqueFd source(::openat(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        const UniqueFd target(::openat(to, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!source || !target)
            return failErrno(errno, "opening " + name);
        TRY_STATUS(copyInto(source.get(), target.get(), toRoot, prefix + name + "/", links));
    } else if (S_ISREG(st.st_mode)) {
        TRY_STATUS(copyFile(from, to, name));
    } else if (S_ISLNK(st.st_mode)) {
        TRY_STATUS(copySymlink(from, to, name));
    } else if (::mknodat(to, name.c_str(), st.st_mode & (S_IFMT | 0600), st.st_rdev) != 0) {
        return failErrno(errno, "creating " + name);
    }
    return copyMetadata(from, to, name, st);
}

Status copyInto(int from, int to, int toRoot, const std::string& prefix, HardLinks& links)
{
    if (prefix.size() > 8192)
        return fail(ErrorKind::InvalidArgument, "folders are nested too deeply");
    return forEachEntry(from, [&](const std::string& name) -> Status {
        auto copied = copyEntry(from, to, toRoot, prefix, name, links);
        return copied ? copied : wrap(copied.error(), prefix + name);
    });
}

Status addSize(int folder, std::int64_t& total, std::set<Inode>& seen, Sizes sizes)
{
    return forEachEntry(folder, [&](const std::string& name) -> Status {
        struct stat st{};
        if (::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
            return {}; // a running container may remove it meanwhile
        if (st.st_nlink <= 1 || S_ISDIR(st.st_mode) || seen.insert({st.st_dev, st.st_ino}).second)
            total += sizes == Sizes::Allocated ? st.st_blocks * 512 : S_ISDIR(st.st_mode) ? 0 : st.st_size;
        if (!S_ISDIR(st.st_mode))
            return {};
        const UniqueFd below(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        return below ? addSize(below.get(), total, seen, sizes) : Status{};
    });
}
} // namespace

Status copyTree(int from, int to)
{
    struct stat st{};
    if (::fstat(from, &st) != 0)
        return failErrno(errno, "looking at the source folder");
    HardLinks links;
    TRY_STATUS(copyInto(from, to, to, "", links));
    return copyMetadata(from, to, ".", st);
}

Status removeTree(int parent, const std::string& name)
{
    if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT)
        return {};
    const UniqueFd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder)
        return failErrno(errno, "removing " + name);
    struct stat here{}, above{};
    if (::fstat(folder.get(), &here) != 0 || ::fstat(parent, &above) != 0 || here.st_dev != above.st_dev || isMountRoot(folder.get()))
        return fail(ErrorKind::Conflict, "removing " + name + ": something is mounted on it");
    TRY_STATUS(forEachEntry(folder.get(), [&](const std::string& entry) { return removeTree(folder.get(), entry); }));
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
        return failErrno(errno, "removing " + name);
    return {};
}

Result<std::int64_t> treeSize(int folder, Sizes sizes)
{
    std::int64_t total = 0;
    std::set<Inode> seen;
    TRY_STATUS(addSize(folder, total, seen, sizes));
    return total;
}

} // namespace slipway
