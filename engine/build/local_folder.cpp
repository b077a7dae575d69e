// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/local_folder.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "base/in_root.h"
#include "build/context.h"
#include "build/folder_walk.h"
#include "store/digest.h"

namespace slipway::build
{

using Kind = ContextEntry::Kind;
using dockerfile::IgnoreFile;

namespace
{
constexpr std::string_view textStamp = "text ";
constexpr std::size_t pieceSize = 256 * 1024;

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
    TRY(auto entries, walkFolder(m_root.get(), m_peer, ignore, before, stop));
    for (ContextEntry& entry : entries) {
        if (!m_wanted.text || entry.path != m_wanted.dockerfile || entry.kind != Kind::File)
            continue;
        TRY(const UniqueFd fd, file(entry.path));
        TRY(const std::string saved, textOf(fd));
        if (saved == *m_wanted.text)
            break;
        entry.size = static_cast<std::int64_t>(m_wanted.text->size());
        entry.stamp = std::string(textStamp) + Digest::of(*m_wanted.text).hex();
    }
    return entries;
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
