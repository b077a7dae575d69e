// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/local_folder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <map>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/ids.h"
#include "base/in_root.h"
#include "base/varint.h"
#include "build/context.h"
#include "store/digest.h"
#include "store/layer_attribute.h"

namespace slipway::build
{

using Kind = ContextEntry::Kind;
using dockerfile::IgnoreFile;

namespace
{
// A file that was changed this shortly ago may change again without getting another time.
constexpr std::int64_t unsureFor = 2'000'000'000;
constexpr std::string_view textStamp = "text ";
constexpr std::size_t pieceSize = 256 * 1024;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000ll + time.tv_nsec; }

class Walk
{
public:
    Walk(const IgnoreFile& ignore, const ContextIndex& before, const std::stop_token& stop) : m_ignore(ignore), m_before(before), m_stop(stop) {}

    std::vector<ContextEntry> entries;

    Status folder(int fd, const std::string& path)
    {
        TRY(const auto names, namesIn(fd));
        for (const std::string& name : names) {
            if (m_stop.stop_requested())
                return fail(ErrorKind::Cancelled, "build cancelled");
            TRY_STATUS(entry(fd, name, path.empty() ? name : path + '/' + name));
        }
        return {};
    }

private:
    Status entry(int parent, const std::string& name, const std::string& path)
    {
        struct stat info{};
        if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + path + " of the build context"));
        const bool ignored = !m_ignore.empty() && m_ignore.ignores(path);
        if (!ignored)
            TRY_STATUS(tell(parent, name, path, info));
        if (!S_ISDIR(info.st_mode) || (ignored && !m_ignore.hasExceptions()))
            return {};
        const UniqueFd child(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child)
            return failErrno(errno, "reading the folder " + path + " of the build context");
        return folder(child.get(), path);
    }

    Status tell(int parent, const std::string& name, const std::string& path, const struct stat& info)
    {
        ContextEntry made;
        made.path = path;
        made.mode = info.st_mode & 07777;
        made.modified = nanoseconds(info.st_mtim);
        if (m_began - nanoseconds(info.st_ctim) < unsureFor) {
            made.stamp = '?' + randomId();
        } else {
            for (const std::uint64_t each :
                 {std::uint64_t(info.st_dev), std::uint64_t(info.st_ino), std::uint64_t(nanoseconds(info.st_ctim))})
                putVarint(made.stamp, each);
        }
        if (S_ISDIR(info.st_mode)) {
            made.kind = Kind::Folder;
        } else if (S_ISLNK(info.st_mode)) {
            made.kind = Kind::Symlink;
            made.mode = 0777;
            made.link.resize(4096);
            const ssize_t length = ::readlinkat(parent, name.c_str(), made.link.data(), made.link.size());
            if (length < 0)
                return failErrno(errno, "reading the link " + path + " of the build context");
            made.link.resize(static_cast<std::size_t>(length));
        } else if (!S_ISREG(info.st_mode))
            return {};
        else if (info.st_nlink > 1) {
            const auto [first, isFirst] = m_links.try_emplace({info.st_dev, info.st_ino}, path);
            if (!isFirst) {
                made.kind = Kind::HardLink;
                made.link = first->second;
            }
        }
        if (made.kind == Kind::File)
            made.size = info.st_size;
        if (made.kind != Kind::Symlink)
            addAttributes(parent, name, made);
        entries.push_back(std::move(made));
        return {};
    }

    void addAttributes(int parent, const std::string& name, ContextEntry& made)
    {
        const auto& all = m_before.entries();
        while (m_at < all.size() && walksBefore(all[m_at].path, made.path))
            ++m_at;
        if (m_at < all.size() && all[m_at].path == made.path && all[m_at].kind == made.kind && all[m_at].stamp == made.stamp) {
            made.attributes = all[m_at].attributes;
            return;
        }
        const std::string path = std::format("/proc/self/fd/{}/{}", parent, name);
        std::vector<char> names(65536);
        const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
        for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(&names[static_cast<std::size_t>(at)])) + 1) {
            const std::string key = &names[static_cast<std::size_t>(at)];
            std::string value(65536, '\0');
            const ssize_t length = isLayerAttribute(key) ? ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size()) : -1;
            if (length >= 0)
                made.attributes[key] = value.substr(0, static_cast<std::size_t>(length));
        }
    }

    const IgnoreFile& m_ignore;
    const ContextIndex& m_before;
    const std::stop_token& m_stop;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
    std::size_t m_at = 0;
    std::int64_t m_began = toUnixNano(now());
};

Result<std::string> textOf(const UniqueFd& fd)
{
    std::string text, piece(64 * 1024, '\0');
    while (true) {
        const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
        if (got < 0)
            return failErrno(errno, "reading a file of the build context");
        if (got == 0)
            return text;
        text.append(piece, 0, static_cast<std::size_t>(got));
    }
}
} // namespace

Result<LocalFolder> LocalFolder::open(FolderContext wanted, Peer peer)
{
    if (!wanted.path.starts_with('/'))
        return fail(ErrorKind::InvalidArgument, "the build context " + wanted.path + " is no absolute path");
    TRY(const auto acts, ActAs::begin(peer));
    UniqueFd root(::open(wanted.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info{};
    if (!root || ::fstat(root.get(), &info) != 0)
        return failErrno(errno, "opening the build context " + wanted.path);
    if (info.st_dev != wanted.device || info.st_ino != wanted.inode)
        return fail(ErrorKind::Conflict, "the engine sees another folder at " + wanted.path + " than its client");
    return LocalFolder(std::move(wanted), std::move(peer), std::move(root));
}

std::string LocalFolder::key() const { return std::format("folder {} {} {} {}", m_peer.uid, m_wanted.device, m_wanted.inode, m_wanted.path); }

Result<UniqueFd> LocalFolder::file(const std::string& path) const
{
    TRY(const auto acts, ActAs::begin(m_peer));
    TRY(UniqueFd fd, openInRoot(m_root.get(), "/" + path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, true));
    return fd;
}

Result<std::string> LocalFolder::dockerfile() const
{
    if (m_wanted.text)
        return *m_wanted.text;
    TRY(const auto acts, ActAs::begin(m_peer));
    return readDockerfile(m_root.get(), m_wanted.dockerfile.empty() ? "Dockerfile" : m_wanted.dockerfile);
}

Result<IgnoreFile> LocalFolder::ignoreFile() const
{
    for (const std::string& name : {m_wanted.dockerfile.empty() ? "" : m_wanted.dockerfile + ".dockerignore", std::string(".dockerignore")}) {
        const auto fd = name.empty() ? fail(ErrorKind::NotFound, "") : file(name);
        if (!fd)
            continue;
        TRY(const std::string text, textOf(*fd));
        return IgnoreFile::parse(text).or_else([&](Error error) -> Result<IgnoreFile> { return wrap(std::move(error), m_wanted.path + '/' + name); });
    }
    return IgnoreFile();
}

Result<std::vector<ContextEntry>> LocalFolder::list(const IgnoreFile& ignore, const ContextIndex& before, const std::stop_token& stop) const
{
    Walk walk(ignore, before, stop);
    {
        TRY(const auto acts, ActAs::begin(m_peer));
        TRY_STATUS(walk.folder(m_root.get(), ""));
    }
    for (ContextEntry& entry : walk.entries) {
        if (!m_wanted.text || entry.path != m_wanted.dockerfile || entry.kind != Kind::File)
            continue;
        TRY(const UniqueFd fd, file(entry.path));
        TRY(const std::string saved, textOf(fd));
        if (saved == *m_wanted.text)
            break;
        entry.size = static_cast<std::int64_t>(m_wanted.text->size());
        entry.stamp = std::string(textStamp) + Digest::of(*m_wanted.text).hex();
    }
    return std::move(walk.entries);
}

Status LocalFolder::bring(const std::vector<KeptContext::Wish>& files, const KeptContext::Take& take, const std::stop_token& stop) const
{
    std::string piece(pieceSize, '\0');
    for (const auto& [number, entry] : files) {
        if (entry->stamp.starts_with(textStamp)) {
            TRY_STATUS(take(number, *m_wanted.text));
            TRY_STATUS(take(number, ""));
            continue;
        }
        TRY(const UniqueFd fd, file(entry->path));
        for (std::int64_t left = entry->size; left > 0;) { // what has grown meanwhile is longer the next time
            if (stop.stop_requested())
                return fail(ErrorKind::Cancelled, "build cancelled");
            const ssize_t got = ::read(fd.get(), piece.data(), std::min<std::size_t>(piece.size(), static_cast<std::size_t>(left)));
            if (got < 0)
                return failErrno(errno, "reading " + entry->path + " of the build context");
            if (got == 0)
                break;
            TRY_STATUS(take(number, {piece.data(), static_cast<std::size_t>(got)}));
            left -= got;
        }
        TRY_STATUS(take(number, ""));
    }
    return {};
}

} // namespace slipway::build
