// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/context_index.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "base/varint.h"
#include "store/layer_attribute.h"

namespace slipway::build
{

namespace
{
constexpr std::string_view magic = "slipway context 1\n";
constexpr std::size_t mostHashes = 1000; // of one tree

bool isName(std::string_view name) { return !name.empty() && name.size() <= 255 && name != "." && name != ".." && !name.contains('\0'); }

// What save() wrote, in the same order; nothing more comes once it is broken.
class Reader
{
public:
    explicit Reader(std::string_view from) : m_from(from) {}
    std::uint64_t number() { return value(takeVarint(m_from)); }
    std::string_view text() { return value(takeSized(m_from)); }
    bool broken = false;

private:
    template <class T>
    T value(const std::optional<T>& taken)
    {
        broken = broken || !taken;
        return taken.value_or(T());
    }
    std::string_view m_from;
};
} // namespace

bool ContextEntry::looksLike(const ContextEntry& other) const
{
    if (kind != other.kind || mode != other.mode || uid != other.uid || gid != other.gid || link != other.link || attributes != other.attributes)
        return false;
    return kind != Kind::File || (size == other.size && modified == other.modified && stamp == other.stamp);
}

bool walksBefore(std::string_view a, std::string_view b)
{
    const std::size_t common = std::min(a.size(), b.size());
    std::size_t same = 0; // eight at a time: paths share their folders
    for (std::uint64_t left = 0, right = 0; same + sizeof left <= common; same += sizeof left) {
        std::memcpy(&left, a.data() + same, sizeof left);
        std::memcpy(&right, b.data() + same, sizeof right);
        if (left != right)
            break;
    }
    while (same < common && a[same] == b[same])
        ++same;
    const auto byte = [same](std::string_view path) {
        return path[same] == '/' ? 0 : static_cast<unsigned char>(path[same]);
    };
    return same == a.size() ? same < b.size() : same < b.size() && byte(a) < byte(b);
}

Status makeTree(std::vector<ContextEntry>& entries)
{
    using Kind = ContextEntry::Kind;
    std::vector<ContextEntry> tree;
    tree.reserve(entries.size());
    std::vector<std::string> open = {""}; // the folders down to the last entry
    std::map<std::string, bool, std::less<>> files;
    std::string last;
    const bool links = std::ranges::any_of(entries, [](const ContextEntry& each) { return each.kind == Kind::HardLink; });
    for (ContextEntry& entry : entries) {
        const auto bad = [&](const char* what) { return fail(ErrorKind::InvalidArgument, "the list of the build context's files is wrong: " + entry.path + ' ' + what); };
        if (entry.path.size() > 4095 || entry.link.size() > 4095 || entry.link.contains('\0'))
            return bad("is too long");
        if (!last.empty() && !walksBefore(last, entry.path))
            return bad("is not in order");
        while (!open.back().empty() && !(entry.path.starts_with(open.back()) && entry.path.size() > open.back().size() && entry.path[open.back().size()] == '/'))
            open.pop_back();
        for (std::size_t at = open.back().empty() ? 0 : open.back().size() + 1;;) {
            const std::size_t end = std::min(entry.path.find('/', at), entry.path.size());
            if (!isName(std::string_view(entry.path).substr(at, end - at)))
                return bad("is no path below it");
            if (end == entry.path.size())
                break;
            ContextEntry folder{.path = entry.path.substr(0, end), .kind = Kind::Folder, .mode = 0755, .link = {}, .attributes = {}, .stamp = {}, .hash = {}};
            if (!tree.empty() && tree.back().path == folder.path)
                return bad("lies in what is no folder");
            open.push_back(folder.path);
            tree.push_back(std::move(folder));
            at = end + 1;
        }
        if (entry.kind == Kind::HardLink && !files.contains(entry.link))
            return bad("is a link to a file that is not there");
        if (entry.kind == Kind::Symlink && entry.link.empty())
            return bad("is a link to nowhere");
        if (entry.kind == Kind::File && entry.size < 0)
            return bad("has no size");
        if (entry.kind == Kind::Folder)
            open.push_back(entry.path);
        else if (entry.kind == Kind::File && links)
            files.emplace(entry.path, true);
        entry.mode &= 07777;
        std::erase_if(entry.attributes, [](const auto& each) { return !isLayerAttribute(each.first); });
        last = entry.path;
        tree.push_back(std::move(entry));
    }
    entries = std::move(tree);
    return {};
}

std::optional<Digest> TreeHashes::find(const std::string& key) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_kept.find(key);
    return found == m_kept.end() ? std::nullopt : std::optional(found->second.hash);
}

void TreeHashes::keep(const std::string& key, const std::string& path, const Digest& hash)
{
    const std::scoped_lock lock(m_mutex);
    if (m_kept.size() >= mostHashes)
        m_kept.clear();
    m_kept.insert_or_assign(key, Kept{path, hash});
}

void TreeHashes::inherit(const TreeHashes& other, const std::vector<std::string>& changed)
{
    const std::scoped_lock lock(m_mutex, other.m_mutex);
    for (const auto& [key, kept] : other.m_kept) {
        const auto isBelow = [&path = kept.path](const std::string& each) {
            return path.empty() || each == path || (each.starts_with(path) && each[path.size()] == '/');
        };
        if (std::ranges::none_of(changed, isBelow))
            m_kept.insert_or_assign(key, kept);
    }
}

const ContextEntry* ContextIndex::find(std::string_view path) const
{
    const auto at = std::ranges::lower_bound(m_entries, path, walksBefore, &ContextEntry::path);
    return at == m_entries.end() || at->path != path ? nullptr : &*at;
}

std::span<const ContextEntry> ContextIndex::below(std::string_view path) const
{
    if (path.empty())
        return m_entries;
    const auto first = std::ranges::lower_bound(m_entries, path, walksBefore, &ContextEntry::path);
    const auto end = std::partition_point(first, m_entries.end(), [&](const ContextEntry& each) {
        return each.path == path || (each.path.starts_with(path) && each.path[path.size()] == '/');
    });
    return {first, end};
}

std::int64_t ContextIndex::bytes() const
{
    std::int64_t all = 0;
    for (const ContextEntry& entry : m_entries)
        all += entry.kind == ContextEntry::Kind::File ? entry.size : 0;
    return all;
}

Status ContextIndex::save(const std::filesystem::path& file, std::string_view seal) const
{
    std::string bytes(magic);
    putSized(bytes, seal);
    putVarint(bytes, m_entries.size());
    for (const ContextEntry& entry : m_entries) {
        putSized(bytes, entry.path);
        for (const std::uint64_t each : {static_cast<std::uint64_t>(entry.kind), static_cast<std::uint64_t>(entry.mode),
                                         static_cast<std::uint64_t>(entry.uid), static_cast<std::uint64_t>(entry.gid),
                                         static_cast<std::uint64_t>(entry.size), static_cast<std::uint64_t>(entry.modified)})
            putVarint(bytes, each);
        putSized(bytes, entry.link);
        putSized(bytes, entry.stamp);
        putSized(bytes, entry.hash);
        putVarint(bytes, entry.attributes.size());
        for (const auto& [name, value] : entry.attributes) {
            putSized(bytes, name);
            putSized(bytes, value);
        }
    }
    const std::string beside = file.string() + ".new";
    const UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "writing " + beside);
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t written = ::write(fd.get(), bytes.data() + at, bytes.size() - at);
        if (written <= 0)
            return failErrno(written < 0 ? errno : EIO, "writing " + beside);
        at += static_cast<std::size_t>(written);
    }
    return ::rename(beside.c_str(), file.c_str()) == 0 ? Status() : Status(failErrno(errno, "writing " + file.string()));
}

Result<ContextIndex> ContextIndex::load(const std::filesystem::path& file, std::string_view seal)
{
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return failErrno(errno, "reading " + file.string());
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t got = ::read(fd.get(), bytes.data() + at, bytes.size() - at);
        if (got <= 0)
            return failErrno(got < 0 ? errno : EIO, "reading " + file.string());
        at += static_cast<std::size_t>(got);
    }
    const auto unusable = [&] { return fail(ErrorKind::InvalidArgument, file.string() + " is not what it should be"); };
    if (!bytes.starts_with(magic))
        return unusable();
    Reader in(std::string_view(bytes).substr(magic.size()));
    if (in.text() != seal)
        return unusable();
    const std::uint64_t count = in.number();
    if (count > bytes.size())
        return unusable();
    std::vector<ContextEntry> entries(count);
    for (ContextEntry& entry : entries) {
        entry.path = in.text();
        entry.kind = static_cast<ContextEntry::Kind>(in.number());
        entry.mode = static_cast<std::uint32_t>(in.number());
        entry.uid = static_cast<std::uint32_t>(in.number());
        entry.gid = static_cast<std::uint32_t>(in.number());
        entry.size = static_cast<std::int64_t>(in.number());
        entry.modified = static_cast<std::int64_t>(in.number());
        entry.link = in.text();
        entry.stamp = in.text();
        entry.hash = in.text();
        for (std::uint64_t left = in.number(); left > 0 && !in.broken; --left) {
            std::string name(in.text());
            entry.attributes.emplace(std::move(name), in.text());
        }
        if (in.broken)
            return unusable();
    }
    return ContextIndex(std::move(entries));
}

} // namespace slipway::build
