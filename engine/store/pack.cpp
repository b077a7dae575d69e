// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "base/unique_fd.h"
#include "store/tar_writer.h"

namespace slipway
{

namespace
{
struct DirCloser
{
    void operator()(DIR* dir) const { ::closedir(dir); }
};

Result<std::vector<std::string>> namesIn(int folder)
{
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, DirCloser> dir(copy < 0 ? nullptr : ::fdopendir(copy));
    if (!dir)
        return failErrno(errno, "reading a folder");
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(dir.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

class Packer
{
public:
    Packer(TarWriter& tar, const PackOptions& options) : m_tar(tar), m_options(options) {}

    Status folder(int dir, const std::string& path)
    {
        if (m_options.layer && isOpaque(dir))
            TRY_STATUS(m_tar.addFile(path + "/.wh..wh..opq", ""));
        TRY(const auto names, namesIn(dir));
        for (const std::string& name : names)
            TRY_STATUS(member(dir, name, path.empty() ? name : path + '/' + name));
        return {};
    }

    Status member(int parent, const std::string& name, const std::string& path)
    {
        struct stat info{};
        if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "looking at " + path));
        if (m_options.layer && S_ISCHR(info.st_mode) && info.st_rdev == 0) {
            const auto slash = path.rfind('/');
            const std::size_t at = slash == std::string::npos ? 0 : slash + 1;
            return m_tar.addFile(path.substr(0, at) + ".wh." + path.substr(at), "", info.st_mtime);
        }
        if (S_ISSOCK(info.st_mode))
            return {};
        TarEntry entry = entryOf(info, path);
        if (!S_ISDIR(info.st_mode) && info.st_nlink > 1) {
            const auto [it, fresh] = m_links.try_emplace({info.st_dev, info.st_ino}, path);
            if (!fresh) {
                entry.type = TarEntry::Type::HardLink;
                entry.linkTarget = it->second;
                entry.size = 0;
                return m_tar.add(entry);
            }
        }
        switch (info.st_mode & S_IFMT) {
        case S_IFDIR:
            return directory(parent, name, path, entry);
        case S_IFREG:
            return file(parent, name, entry);
        case S_IFLNK:
            return link(parent, name, entry);
        default:
            return m_tar.add(entry, major(info.st_rdev), minor(info.st_rdev));
        }
    }

private:
    static TarEntry entryOf(const struct stat& info, const std::string& path)
    {
        TarEntry entry;
        entry.path = path;
        entry.mode = info.st_mode & 07777;
        entry.uid = info.st_uid;
        entry.gid = info.st_gid;
        entry.mtimeSeconds = info.st_mtime;
        entry.type = S_ISDIR(info.st_mode)    ? TarEntry::Type::Directory
                     : S_ISLNK(info.st_mode)  ? TarEntry::Type::Symlink
                     : S_ISFIFO(info.st_mode) ? TarEntry::Type::Fifo
                     : S_ISCHR(info.st_mode)  ? TarEntry::Type::Char
                     : S_ISBLK(info.st_mode)  ? TarEntry::Type::Block
                                              : TarEntry::Type::File;
        entry.size = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
        return entry;
    }

    bool isOpaque(int dir) const
    {
        char value = 0;
        return ::fgetxattr(dir, m_options.userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
    }

    static void addXattrs(int fd, TarEntry& entry)
    {
        std::vector<char> value(4096);
        if (const ssize_t got = ::fgetxattr(fd, "security.capability", value.data(), value.size()); got > 0)
            entry.xattrs["security.capability"] = std::string(value.data(), static_cast<std::size_t>(got));
    }

    Status directory(int parent, const std::string& name, const std::string& path, TarEntry& entry)
    {
        const UniqueFd dir(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!dir)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + path));
        entry.path += '/';
        TRY_STATUS(m_tar.add(entry));
        return folder(dir.get(), path);
    }

    Status file(int parent, const std::string& name, TarEntry& entry)
    {
        const UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!fd)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + entry.path));
        addXattrs(fd.get(), entry);
        return m_tar.addFile(entry, fd.get());
    }

    Status link(int parent, const std::string& name, TarEntry& entry)
    {
        std::string target(4096, '\0');
        const ssize_t length = ::readlinkat(parent, name.c_str(), target.data(), target.size());
        if (length < 0)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + entry.path));
        entry.linkTarget = target.substr(0, static_cast<std::size_t>(length));
        return m_tar.add(entry);
    }

    TarWriter& m_tar;
    const PackOptions& m_options;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
};
} // namespace

Status packTree(TarWriter& tar, int folder, const PackOptions& options)
{
    Packer packer(tar, options);
    return packer.folder(folder, options.name);
}

Status packPath(TarWriter& tar, int parent, const std::string& name, const PackOptions& options)
{
    Packer packer(tar, options);
    return packer.member(parent, name, options.name);
}

} // namespace slipway
