// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/unpack.h"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <format>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "base/unique_fd.h"
#include "store/layer_attribute.h"

namespace slipway
{

namespace
{
std::unexpected<Error> refused(const TarEntry& entry, const char* why)
{
    return fail(ErrorKind::InvalidArgument, "refusing to unpack \"" + entry.path + "\": " + why);
}

// The components of a member's path; empty for the root itself.
Result<std::vector<std::string>> componentsOf(const std::string& path, const TarEntry& entry)
{
    std::vector<std::string> components;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        std::string name = path.substr(at, slash - at);
        at = slash + 1;
        if (name.empty() || name == ".")
            continue;
        if (name == ".." || name.find('\0') != std::string::npos || name.size() > 255)
            return refused(entry, "its path leaves the layer or is no file name");
        components.push_back(std::move(name));
    }
    return components;
}

class Unpacker
{
public:
    Unpacker(TarReader& tar, int dir, bool userxattr, const UnpackLimits& limits)
        : m_tar(tar), m_dir(dir), m_userxattr(userxattr), m_limits(limits), m_buffer(256 * 1024)
    {
    }

    Status unpack(const TarEntry& entry);
    void finishFolders();
    UnpackResult result;

private:
    Result<UniqueFd> parentOf(const std::vector<std::string>& components, const TarEntry& entry);
    Status make(int parent, const std::string& name, const TarEntry& entry);
    Status makeFile(int parent, const std::string& name, const TarEntry& entry);
    Status makeHardLink(int parent, const std::string& name, const TarEntry& entry);
    Status whiteout(int parent, const std::string& name);
    Status clear(int parent, const std::string& name, const TarEntry& entry);
    Status finish(int parent, const std::string& name, const TarEntry& entry);

    TarReader& m_tar;
    int m_dir;
    bool m_userxattr;
    UnpackLimits m_limits;
    std::vector<std::byte> m_buffer;
    std::uint64_t m_entries = 0;
    std::vector<TarEntry> m_folders; // their times are set when nothing is put into them any more
};

void setTime(int parent, const std::string& name, const TarEntry& entry)
{
    const timespec time{entry.mtimeSeconds, entry.mtimeNanoseconds};
    const timespec times[2] = {time, time};
    ::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

Result<UniqueFd> Unpacker::parentOf(const std::vector<std::string>& components, const TarEntry& entry)
{
    UniqueFd dir(::fcntl(m_dir, F_DUPFD_CLOEXEC, 0));
    for (std::size_t i = 0; i + 1 < components.size(); ++i) {
        const char* name = components[i].c_str();
        int next = ::openat(dir.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0 && errno == ENOENT && ::mkdirat(dir.get(), name, 0755) == 0)
            next = ::openat(dir.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0)
            return refused(entry, "a folder on its way is a link or no folder");
        dir.reset(next);
    }
    return dir;
}

Status Unpacker::clear(int parent, const std::string& name, const TarEntry& entry)
{
    struct stat info{};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return {};
    const bool replacesFolder = S_ISDIR(info.st_mode) && entry.type != TarEntry::Type::Directory;
    const bool replacesFile = !S_ISDIR(info.st_mode) && entry.type == TarEntry::Type::Directory;
    if (m_limits.keepKinds && (replacesFolder || replacesFile))
        return fail(ErrorKind::InvalidArgument, std::format("cannot overwrite {0}directory \"{2}\" with {1}directory \"{2}\"",
                                                            replacesFile ? "non-" : "", replacesFolder ? "non-" : "", entry.path));
    if (S_ISDIR(info.st_mode)) {
        if (entry.type == TarEntry::Type::Directory)
            return {};
        if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0)
            return refused(entry, "it would replace a folder that is not empty");
        return {};
    }
    if (::unlinkat(parent, name.c_str(), 0) != 0)
        return failErrno(errno, "replacing " + entry.path);
    return {};
}

Status Unpacker::whiteout(int parent, const std::string& name)
{
    if (name == ".wh..wh..opq") {
        const char* attribute = m_userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque";
        if (::fsetxattr(parent, attribute, "y", 1, 0) != 0)
            return failErrno(errno, "marking a folder opaque");
        return {};
    }
    const std::string target = name.substr(4);
    if (target.empty() || target == "." || target == ".." || target.starts_with(".wh."))
        return {}; // aufs's own book-keeping
    struct stat info{};
    if (::fstatat(parent, target.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
        return {}; // the layer itself brings it: it replaces what is below anyway
    if (::mknodat(parent, target.c_str(), S_IFCHR, makedev(0, 0)) != 0)
        return failErrno(errno, "making a whiteout for " + target);
    return {};
}

Status Unpacker::makeFile(int parent, const std::string& name, const TarEntry& entry)
{
    result.bytes += entry.size;
    if (result.bytes > m_limits.bytes)
        return refused(entry, "the layer is larger than its limit");
    const UniqueFd fd(::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "making " + entry.path);
    while (true) {
        TRY(const std::size_t got, m_tar.read(m_buffer));
        if (got == 0)
            return {};
        std::size_t written = 0;
        while (written < got) {
            const ssize_t n = ::write(fd.get(), m_buffer.data() + written, got - written);
            if (n < 0)
                return failErrno(errno, "writing " + entry.path);
            written += static_cast<std::size_t>(n);
        }
    }
}

Status Unpacker::makeHardLink(int parent, const std::string& name, const TarEntry& entry)
{
    TRY(const auto target, componentsOf(entry.linkTarget, entry));
    if (target.empty())
        return refused(entry, "a hard link to nothing");
    TRY(const auto targetDir, parentOf(target, entry));
    struct stat info{};
    if (::fstatat(targetDir.get(), target.back().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(info.st_mode))
        return refused(entry, "its hard link target is not in the layer");
    if (::linkat(targetDir.get(), target.back().c_str(), parent, name.c_str(), 0) != 0)
        return failErrno(errno, "linking " + entry.path);
    return {};
}

Status Unpacker::make(int parent, const std::string& name, const TarEntry& entry)
{
    switch (entry.type) {
    case TarEntry::Type::Directory:
        if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST)
            return failErrno(errno, "making the folder " + entry.path);
        return {};
    case TarEntry::Type::File:
        return makeFile(parent, name, entry);
    case TarEntry::Type::Symlink:
        if (entry.linkTarget.empty() || entry.linkTarget.size() >= PATH_MAX || entry.linkTarget.find('\0') != std::string::npos)
            return refused(entry, "its link target is no path");
        if (::symlinkat(entry.linkTarget.c_str(), parent, name.c_str()) != 0)
            return failErrno(errno, "making the link " + entry.path);
        result.bytes += entry.linkTarget.size();
        return {};
    case TarEntry::Type::Fifo:
        if (::mkfifoat(parent, name.c_str(), 0600) != 0)
            return failErrno(errno, "making the fifo " + entry.path);
        return {};
    default:
        return {};
    }
}

Status Unpacker::finish(int parent, const std::string& name, const TarEntry& entry)
{
    const bool link = entry.type == TarEntry::Type::Symlink;
    if (::fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == EINVAL) // in a user namespace
            return fail(ErrorKind::InvalidArgument,
                        "\"" + entry.path + "\" belongs to " + std::to_string(entry.uid) + ":" + std::to_string(entry.gid) +
                            ", and you have fewer subordinate ids than that: larger ranges in /etc/subuid and /etc/subgid help",
                        EINVAL);
        return failErrno(errno, "giving " + entry.path + " its owner " + std::to_string(entry.uid));
    }
    if (!link) {
        if (::fchmodat(parent, name.c_str(), entry.mode, 0) != 0) // no link: it was just made here
            return failErrno(errno, "giving " + entry.path + " its mode");
        const UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        for (const auto& [key, value] : entry.xattrs) {
            if (isLayerAttribute(key) && fd && ::fsetxattr(fd.get(), key.c_str(), value.data(), value.size(), 0) != 0 && errno == ENOSPC)
                return failErrno(errno, "setting an attribute of " + entry.path);
        }
    }
    if (entry.type == TarEntry::Type::Directory)
        m_folders.push_back({.path = entry.path, .mtimeSeconds = entry.mtimeSeconds, .mtimeNanoseconds = entry.mtimeNanoseconds});
    else
        setTime(parent, name, entry);
    return {};
}

void Unpacker::finishFolders()
{
    for (const TarEntry& folder : m_folders) {
        const auto components = componentsOf(folder.path, folder);
        const auto parent = components ? parentOf(*components, folder) : fail(ErrorKind::Internal, {});
        if (parent && !components->empty())
            setTime(parent->get(), components->back(), folder);
    }
}

Status Unpacker::unpack(const TarEntry& entry)
{
    if (++m_entries > m_limits.entries)
        return refused(entry, "the layer has more members than its limit");
    TRY(const auto components, componentsOf(entry.path, entry));
    if (components.empty()) {
        if (entry.type != TarEntry::Type::Directory)
            return refused(entry, "it would replace the root");
        ::fchmod(m_dir, entry.mode);
        [[maybe_unused]] const int ignored = ::fchown(m_dir, entry.uid, entry.gid);
        return {};
    }
    if (entry.type == TarEntry::Type::Char || entry.type == TarEntry::Type::Block || entry.type == TarEntry::Type::Other) {
        ++result.skippedDevices;
        return {};
    }
    TRY(const auto parent, parentOf(components, entry));
    const std::string& name = components.back();
    if (m_limits.whiteouts && name.starts_with(".wh."))
        return whiteout(parent.get(), name);
    TRY_STATUS(clear(parent.get(), name, entry));
    if (entry.type == TarEntry::Type::HardLink)
        return makeHardLink(parent.get(), name, entry);
    TRY_STATUS(make(parent.get(), name, entry));
    return finish(parent.get(), name, entry);
}
} // namespace

Result<UnpackResult> unpackLayer(TarReader& tar, int dir, bool userxattr, const UnpackLimits& limits,
                                 const std::stop_token& stop)
{
    Unpacker unpacker(tar, dir, userxattr, limits);
    while (true) {
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "unpacking was cancelled");
        TRY(const auto entry, tar.next());
        if (!entry) {
            unpacker.finishFolders();
            return unpacker.result;
        }
        TRY_STATUS(unpacker.unpack(*entry));
    }
}

} // namespace slipway
