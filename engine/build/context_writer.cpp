// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/context_writer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <ranges>
#include <set>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/in_root.h"
#include "store/layer_attribute.h"

namespace slipway::build
{

using Kind = ContextEntry::Kind;

namespace
{
constexpr std::uint32_t unknownMode = ~0u;

std::pair<std::string, std::string> split(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::pair{std::string(), path} : std::pair{path.substr(0, slash), path.substr(slash + 1)};
}

std::unexpected<Error> refused(int error, const ContextEntry& entry)
{
    return failErrno(error, "keeping " + entry.path + " of the build context");
}

// Owner, mode, attributes and time of what FD is, as ENTRY says. Its attributes become those that it has got.
Status dress(int fd, ContextEntry& entry)
{
    if (::fchown(fd, entry.uid, entry.gid) != 0 || ::fchmod(fd, entry.mode) != 0)
        return refused(errno, entry);
    for (auto each = entry.attributes.begin(); each != entry.attributes.end();) {
        if (::fsetxattr(fd, each->first.c_str(), each->second.data(), each->second.size(), 0) != 0) {
            if (errno == ENOSPC)
                return refused(errno, entry);
            each = entry.attributes.erase(each);
        } else
            ++each;
    }
    const timespec time{entry.modified / 1'000'000'000, entry.modified % 1'000'000'000};
    const timespec times[2] = {time, time};
    return ::futimens(fd, times) == 0 ? Status() : Status(refused(errno, entry));
}
} // namespace

ContextWriter::ContextWriter(int root, const ContextIndex& before, std::vector<ContextEntry> wanted)
    : m_root(root), m_entries(std::move(wanted)), m_states(m_entries.size(), State::New)
{
    compare(before);
}

void ContextWriter::touchParent(std::string_view path)
{
    m_changes = true;
    const auto slash = path.rfind('/');
    if (slash != std::string_view::npos)
        m_folders.try_emplace(std::string(path.substr(0, slash)), m_entries.size());
}

void ContextWriter::compare(const ContextIndex& before)
{
    const auto& old = before.entries();
    std::set<std::string, std::less<>> remade; // files, for the links to them
    std::size_t at = 0;
    const auto goes = [&](const ContextEntry& entry) {
        m_gone.emplace_back(entry.path, entry.kind == Kind::Folder);
        touchParent(entry.path);
    };
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        ContextEntry& entry = m_entries[i];
        for (; at < old.size() && walksBefore(old[at].path, entry.path); ++at)
            goes(old[at]);
        const ContextEntry* same = at < old.size() && old[at].path == entry.path ? &old[at++] : nullptr;
        const bool linkChanged = entry.kind == Kind::HardLink && remade.contains(entry.link);
        if (same && same->looksLike(entry) && !linkChanged) {
            m_states[i] = State::Same;
            entry.hash = same->hash;
            if (entry.kind != Kind::Folder || entry.modified == same->modified)
                continue;
        }
        m_changes = true;
        if (same && same->kind == Kind::Folder && entry.kind == Kind::Folder) {
            m_states[i] = State::Dressed;
            m_folders.try_emplace(entry.path, i);
            continue;
        }
        if (same)
            goes(*same);
        touchParent(entry.path);
        if (entry.kind == Kind::File)
            remade.insert(entry.path);
        if (entry.kind == Kind::Folder)
            m_folders.try_emplace(entry.path, i);
    }
    for (; at < old.size(); ++at)
        goes(old[at]);
    for (std::size_t i = 0; i < m_entries.size() && !m_folders.empty(); ++i)
        if (const auto touched = m_entries[i].kind == Kind::Folder ? m_folders.find(m_entries[i].path) : m_folders.end(); touched != m_folders.end())
            touched->second = i;
    std::erase_if(m_folders, [this](const auto& each) { return each.second == m_entries.size(); }); // those that go as well
}

std::vector<std::string> ContextWriter::changed() const
{
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        if (m_states[i] != State::Same)
            paths.push_back(m_entries[i].path);
    for (const auto& [path, isFolder] : m_gone)
        paths.push_back(path);
    return paths;
}

Result<int> ContextWriter::parentOf(const std::string& path)
{
    const std::string folder = split(path).first;
    if (m_parent && folder == m_parentPath)
        return m_parent.get();
    TRY(m_parent, openInRoot(m_root, "/" + folder, O_RDONLY | O_DIRECTORY, true));
    m_parentPath = folder;
    return m_parent.get();
}

Status ContextWriter::removeGone()
{
    for (const auto& [path, isFolder] : m_gone | std::views::reverse) {
        TRY(const int parent, parentOf(path));
        if (::unlinkat(parent, split(path).second.c_str(), isFolder ? AT_REMOVEDIR : 0) != 0)
            return failErrno(errno, "removing " + path + " of a build context that was kept");
    }
    m_parent.reset();
    return {};
}

// All but files with content and links to them.
Status ContextWriter::makeOthers()
{
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        ContextEntry& entry = m_entries[i];
        if (m_states[i] != State::New || (entry.kind == Kind::File && entry.size > 0) || entry.kind == Kind::HardLink)
            continue;
        if (entry.kind == Kind::File) {
            TRY_STATUS(take(i, ""));
            continue;
        }
        TRY(const int parent, parentOf(entry.path));
        const std::string name = split(entry.path).second;
        const int made = entry.kind == Kind::Folder    ? ::mkdirat(parent, name.c_str(), 0700)
                         : entry.kind == Kind::Symlink ? ::symlinkat(entry.link.c_str(), parent, name.c_str())
                                                       : ::mkfifoat(parent, name.c_str(), 0600);
        if (made != 0)
            return refused(errno, entry);
        m_states[i] = State::Done;
        if (entry.kind == Kind::Folder)
            continue;
        const timespec time{entry.modified / 1'000'000'000, entry.modified % 1'000'000'000};
        const timespec times[2] = {time, time};
        if (::fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0
            || (entry.kind == Kind::Fifo && ::fchmodat(parent, name.c_str(), entry.mode, 0) != 0)
            || ::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
            return refused(errno, entry);
    }
    return {};
}

Status ContextWriter::take(std::size_t which, std::string_view piece)
{
    if (which >= m_entries.size() || m_states[which] != State::New || m_entries[which].kind != Kind::File)
        return fail(ErrorKind::InvalidArgument, "a file of the build context came that was not asked for");
    ContextEntry& entry = m_entries[which];
    Arriving& file = m_arriving[which];
    if (!file.fd) {
        TRY(const int parent, parentOf(entry.path));
        file.fd = UniqueFd(::openat(parent, split(entry.path).second.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file.fd)
            return refused(errno, entry);
    }
    file.size += static_cast<std::int64_t>(piece.size());
    if (file.size > entry.size)
        return fail(ErrorKind::Conflict, entry.path + " of the build context grew while it was read: build again");
    file.hasher.update(piece.data(), piece.size());
    if (piece.empty()) {
        TRY_STATUS(finish(which, file));
        m_arriving.erase(which);
        return {};
    }
    for (std::size_t at = 0; at < piece.size();) {
        const ssize_t written = ::write(file.fd.get(), piece.data() + at, piece.size() - at);
        if (written <= 0)
            return refused(written < 0 ? errno : EIO, entry);
        at += static_cast<std::size_t>(written);
    }
    return {};
}

Status ContextWriter::finish(std::size_t which, Arriving& file)
{
    ContextEntry& entry = m_entries[which];
    if (file.size != entry.size)
        return fail(ErrorKind::Conflict, entry.path + " of the build context became shorter while it was read: build again");
    TRY_STATUS(dress(file.fd.get(), entry));
    entry.hash = file.hasher.finish().hex();
    m_states[which] = State::Done;
    return {};
}

Status ContextWriter::makeLinks()
{
    std::map<std::string, const ContextEntry*, std::less<>> files;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        ContextEntry& entry = m_entries[i];
        if (entry.kind != Kind::HardLink)
            continue;
        if (files.empty())
            for (const ContextEntry& each : m_entries)
                files.emplace(each.path, &each);
        const ContextEntry& file = *files.at(entry.link);
        entry.hash = file.hash;
        if (m_states[i] != State::New)
            continue;
        TRY(const UniqueFd from, openInRoot(m_root, "/" + entry.link, O_PATH | O_NOFOLLOW, true));
        TRY(const int parent, parentOf(entry.path));
        const std::string proc = "/proc/self/fd/" + std::to_string(from.get());
        if (::linkat(AT_FDCWD, proc.c_str(), parent, split(entry.path).second.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return refused(errno, entry);
        m_states[i] = State::Done;
    }
    return {};
}

// What is in them first: making that changed their times.
Status ContextWriter::dressFolders()
{
    std::vector<std::size_t> all;
    for (const auto& [path, which] : m_folders)
        all.push_back(which);
    std::ranges::sort(all, std::greater());
    for (const std::size_t which : all) {
        ContextEntry& entry = m_entries[which];
        TRY(const UniqueFd fd, openInRoot(m_root, "/" + entry.path, O_RDONLY | O_DIRECTORY, true));
        std::vector<char> names(65536);
        const ssize_t size = m_states[which] == State::Dressed ? ::flistxattr(fd.get(), names.data(), names.size()) : 0;
        for (ssize_t at = 0; at < size;) {
            const std::string name = &names[static_cast<std::size_t>(at)];
            if (isLayerAttribute(name))
                ::fremovexattr(fd.get(), name.c_str());
            at += static_cast<ssize_t>(name.size()) + 1;
        }
        TRY_STATUS(dress(fd.get(), entry));
    }
    return {};
}

Status ContextWriter::run(const KeptContext::Bring& bring)
{
    m_broken = true;
    TRY_STATUS(removeGone());
    TRY_STATUS(makeOthers());
    std::vector<KeptContext::Wish> files;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_states[i] == State::New && m_entries[i].kind == Kind::File)
            files.push_back({i, &m_entries[i]});
    }
    Status brought = files.empty() ? Status() : bring(files, [this](std::size_t which, std::string_view piece) { return take(which, piece); });
    if (brought && std::ranges::any_of(files, [this](const auto& wish) { return m_states[wish.number] != State::Done; }))
        brought = fail(ErrorKind::InvalidArgument, "the build context did not come whole");
    if (!brought) {
        TRY_STATUS(removeHalf());
        m_broken = false;
        return brought;
    }
    TRY_STATUS(makeLinks());
    TRY_STATUS(dressFolders());
    m_broken = false;
    return {};
}

Status ContextWriter::removeHalf()
{
    m_arriving.clear();
    std::set<std::string, std::less<>> away;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        ContextEntry& entry = m_entries[i];
        if (m_states[i] == State::New && entry.kind == Kind::File) {
            TRY(const int parent, parentOf(entry.path));
            if (::unlinkat(parent, split(entry.path).second.c_str(), 0) != 0 && errno != ENOENT)
                return refused(errno, entry);
        }
        if (m_states[i] == State::New)
            away.insert(entry.path);
        if (m_folders.contains(entry.path) && entry.kind == Kind::Folder)
            entry.mode = unknownMode; // to be dressed by the next one
    }
    std::erase_if(m_entries, [&](const ContextEntry& entry) { return away.contains(entry.path); });
    return {};
}

} // namespace slipway::build
