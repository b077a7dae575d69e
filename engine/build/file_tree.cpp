// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/file_tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <format>
#include <memory>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "build/dockerfile/text.h"
#include "base/in_root.h"
#include "store/layer_attribute.h"

namespace slipway::build
{

namespace
{
namespace fs = std::filesystem;

std::string joined(const std::string& folder, const std::string& name) { return folder.empty() ? name : folder + '/' + name; }

std::string linkTarget(int folder, const std::string& name)
{
    std::string target(4096, '\0');
    const ssize_t length = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return target;
}

std::string pathOf(int fd) { return linkTarget(AT_FDCWD, "/proc/self/fd/" + std::to_string(fd)); }

// Relative to its root, without leading "/", "./" and (at the root) "..".
std::string relativePath(const std::string& path)
{
    std::string normal = fs::path("/" + path).lexically_normal().string();
    while (normal.size() > 1 && normal.ends_with('/'))
        normal.pop_back();
    return normal.substr(1);
}

bool leavesRoot(const std::string& path)
{
    const std::string normal = fs::path(path.substr(std::min(path.find_first_not_of('/'), path.size()))).lexically_normal().string();
    return normal == ".." || normal.starts_with("../");
}

// The attributes that a layer keeps.
std::map<std::string, std::string> attributes(int folder, const std::string& name)
{
    std::map<std::string, std::string> kept;
    const std::string path = std::format("/proc/self/fd/{}/{}", folder, name);
    std::vector<char> names(65536);
    const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(&names[static_cast<std::size_t>(at)])) + 1) {
        const std::string key = &names[static_cast<std::size_t>(at)];
        if (!isLayerAttribute(key))
            continue;
        std::string value(65536, '\0');
        const ssize_t length = ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size());
        if (length >= 0)
            kept[key] = value.substr(0, static_cast<std::size_t>(length));
    }
    return kept;
}

std::uint32_t modeOf(const struct stat& info, const CopyRules& rules) { return rules.mode.value_or(info.st_mode & 07777); }
} // namespace

std::string FileTree::closeTo(const std::string& path) const
{
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    const auto open = openInRoot(m_root.get(), "/" + folder, O_RDONLY | O_DIRECTORY);
    if (!open)
        return {};
    const auto names = namesIn(open->get());
    if (!names)
        return {};
    const std::string near = dockerfile::suggest(path.substr(slash + 1), *names, false);
    const auto found = std::ranges::find_if(*names, [&](const std::string& name) { return dockerfile::toLower(name) == dockerfile::toLower(near); });
    return near.empty() || found == names->end() ? "" : dockerfile::didYouMean(joined(folder, *found));
}

Result<std::vector<CopySource>> FileTree::find(const std::string& pattern) const
{
    if (m_isContext && leavesRoot(pattern))
        return fail(ErrorKind::InvalidArgument, "forbidden path outside the build context: " + pattern + " ()");
    const std::string wanted = relativePath(pattern);
    std::vector<std::string> paths = {""};
    bool wild = false;
    for (std::size_t at = 0; at < wanted.size();) {
        const std::size_t end = std::min(wanted.find('/', at), wanted.size());
        std::string part = wanted.substr(at, end - at);
        at = end + 1;
        std::vector<std::string> next;
        if (!dockerfile::hasWildcards(part)) {
            for (const std::string& path : paths)
                next.push_back(joined(path, part));
            paths = std::move(next);
            continue;
        }
        wild = true;
        for (auto twice = part.find("**"); twice != std::string::npos; twice = part.find("**"))
            part.erase(twice, 1);
        TRY(const auto matcher, dockerfile::PathPattern::parse(part));
        for (const std::string& path : paths) {
            const auto open = openInRoot(m_root.get(), "/" + path, O_RDONLY | O_DIRECTORY);
            if (!open)
                continue;
            TRY(const auto names, namesIn(open->get()));
            for (const std::string& name : names) {
                if (matcher.matches(name))
                    next.push_back(joined(path, name));
            }
        }
        paths = std::move(next);
    }
    std::vector<CopySource> sources;
    const std::string rootPath = pathOf(m_root.get());
    for (const std::string& path : paths) {
        const auto open = openInRoot(m_root.get(), "/" + path, O_PATH);
        if (!open && wild)
            continue;
        if (!open && open.error().kind == ErrorKind::NotFound)
            return fail(ErrorKind::NotFound, (m_isContext ? "file not found in build context or excluded by .dockerignore: " : "")
                                                 + std::string("stat ") + path + ": file does not exist" + closeTo(path));
        if (!open)
            return std::unexpected(open.error());
        struct stat info{};
        ::fstat(open->get(), &info);
        const std::string real = pathOf(open->get());
        const auto slash = path.rfind('/');
        sources.push_back({real.size() > rootPath.size() ? real.substr(rootPath.size() + (rootPath == "/" ? 0 : 1)) : "",
                           slash == std::string::npos ? path : path.substr(slash + 1), S_ISDIR(info.st_mode)});
    }
    return sources;
}

Result<std::string> FileTree::contentHash(int folder, const std::string& name, const std::stop_token& stop) const
{
    const UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return failErrno(errno, "reading " + name);
    const std::pair<std::uint64_t, std::uint64_t> key{info.st_dev, info.st_ino};
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto known = m_hashes.find(key); known != m_hashes.end())
            return known->second;
    }
    Hasher hasher;
    std::vector<char> buffer(256 * 1024);
    while (true) {
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "build cancelled");
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0)
            return failErrno(errno, "reading " + name);
        if (got == 0)
            break;
        hasher.update(buffer.data(), static_cast<std::size_t>(got));
    }
    const std::string hash = hasher.finish().hex();
    const std::scoped_lock lock(m_mutex);
    return m_hashes[key] = hash;
}

namespace
{
void addNumber(std::string& line, std::uint32_t value, int base, char after)
{
    std::array<char, 16> digits{};
    line.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr);
    line += after;
}

// What a file's part of the hash begins with; instead of what LINE was.
void hashLine(std::string& line, std::string_view relative, std::uint32_t kind, std::uint32_t mode, std::uint32_t uid,
              std::uint32_t gid)
{
    line.assign(relative);
    line += '\n';
    addNumber(line, kind, 8, ' ');
    addNumber(line, mode, 8, ' ');
    addNumber(line, uid, 10, ' ');
    addNumber(line, gid, 10, '\n');
}

std::uint32_t kindOf(const ContextEntry& entry)
{
    using Kind = ContextEntry::Kind;
    return entry.kind == Kind::Folder ? S_IFDIR : entry.kind == Kind::Symlink ? S_IFLNK : entry.kind == Kind::Fifo ? S_IFIFO : S_IFREG;
}
} // namespace

template <class Lines>
void FileTree::indexed(const std::string& path, const CopyRules& rules, const Lines& lines) const
{
    const std::size_t skip = path.empty() ? 0 : path.size() + 1;
    std::string ignored, line; // ignored: a folder, with all in it
    for (const ContextEntry& entry : m_index->below(path)) {
        const std::string_view relative =
            entry.path.size() > skip ? std::string_view(entry.path).substr(skip) : std::string_view();
        if (!ignored.empty() && relative.starts_with(ignored))
            continue;
        const bool isFolder = entry.kind == ContextEntry::Kind::Folder;
        if (!relative.empty() && !rules.exclude.empty() && rules.exclude.ignores(std::string(relative)) &&
            !(isFolder && rules.exclude.hasExceptions())) {
            if (isFolder)
                ignored = std::string(relative) + '/';
            continue;
        }
        const std::uint32_t mode = entry.kind == ContextEntry::Kind::Symlink ? 0777 : rules.mode.value_or(entry.mode);
        hashLine(line, relative, kindOf(entry), mode, rules.uid.value_or(entry.uid), rules.gid.value_or(entry.gid));
        line += entry.kind == ContextEntry::Kind::Symlink ? entry.link : entry.hash;
        for (const auto& [key, value] : entry.attributes)
            line.append("\n").append(key).append("=").append(value);
        line += '\0';
        lines(entry, line);
    }
}

Digest FileTree::hashIndexed(const std::string& begin, const std::string& path, const CopyRules& rules) const
{
    const auto number = [](const std::optional<std::uint32_t>& each) { return '\0' + (each ? std::to_string(*each) : std::string()); };
    const std::string key = begin + '\0' + path + number(rules.uid) + number(rules.gid) + number(rules.mode);
    const bool isKept = rules.exclude.empty();
    if (const auto known = isKept ? m_index->hashes().find(key) : std::nullopt)
        return *known;
    Hasher hasher;
    hasher.update(begin.data(), begin.size());
    indexed(path, rules, [&](const ContextEntry&, const std::string& line) { hasher.update(line.data(), line.size()); });
    Digest made = hasher.finish();
    if (isKept)
        m_index->hashes().keep(key, path, made);
    return made;
}

Result<std::string> FileTree::lineOf(int folder, const std::string& name, const std::string& relative, const struct stat& info, const CopyRules& rules,
                                     const std::stop_token& stop) const
{
    std::string line;
    hashLine(line, relative, info.st_mode & S_IFMT, S_ISLNK(info.st_mode) ? 0777 : modeOf(info, rules),
             rules.uid.value_or(info.st_uid), rules.gid.value_or(info.st_gid));
    if (S_ISREG(info.st_mode)) {
        TRY(const std::string hash, contentHash(folder, name, stop));
        line += hash;
    } else if (S_ISLNK(info.st_mode))
        line += linkTarget(folder, name);
    for (const auto& [key, value] : attributes(folder, name))
        line += '\n' + key + '=' + value;
    return line + '\0';
}

Status FileTree::hashEntry(Hashing& into, int folder, const std::string& name, const std::string& relative) const
{
    struct stat info{};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return failErrno(errno, "reading " + name);
    if (!relative.empty() && into.rules.exclude.ignores(relative) && !(S_ISDIR(info.st_mode) && into.rules.exclude.hasExceptions()))
        return {};
    TRY(const std::string line, lineOf(folder, name, relative, info, into.rules, into.stop));
    into.hasher.update(line.data(), line.size());
    if (into.tell)
        into.tell->addFile((relative.empty() ? into.path : joined(into.path, relative)) + (S_ISDIR(info.st_mode) ? "/" : ""), line);
    if (!S_ISDIR(info.st_mode))
        return {};
    const UniqueFd child(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child)
        return failErrno(errno, "reading " + name);
    TRY(const auto names, namesIn(child.get()));
    for (const std::string& each : names)
        TRY_STATUS(hashEntry(into, child.get(), each, joined(relative, each)));
    return {};
}

Result<Digest> FileTree::hash(const CopySource& source, const CopyRules& rules, const std::stop_token& stop, StepInputs* tell) const
{
    std::string begin = (source.isFolder ? "folder" : "file " + source.name) + '\n';
    if (m_index) {
        if (source.path.empty()) { // the index is of what is in it
            struct stat info{};
            if (::fstat(m_root.get(), &info) != 0)
                return failErrno(errno, "reading the build context");
            TRY(const std::string line, lineOf(m_root.get(), ".", "", info, rules, stop));
            begin += line;
            if (tell)
                tell->addFile("/", line);
        }
        if (tell)
            tell->addFiles([this, path = source.path, rules](const StepInputs::AddFile& add) {
                indexed(path, rules, [&](const ContextEntry& entry, const std::string& line) {
                    add(entry.path + (entry.kind == ContextEntry::Kind::Folder ? "/" : ""), line);
                });
            });
        return hashIndexed(begin, source.path, rules);
    }
    Hashing hashing{{}, rules, stop, tell, source.path};
    hashing.hasher.update(begin.data(), begin.size());
    const auto slash = source.path.rfind('/');
    TRY(const UniqueFd folder, openInRoot(m_root.get(), "/" + (slash == std::string::npos ? "" : source.path.substr(0, slash)),
                                          O_RDONLY | O_DIRECTORY));
    TRY_STATUS(hashEntry(hashing, folder.get(), source.path.empty() ? "." : source.path.substr(slash + 1), ""));
    return hashing.hasher.finish();
}

Result<UniqueFd> makeFolders(int root, const std::string& path, const CopyRules& rules)
{
    std::string done;
    UniqueFd at(::fcntl(root, F_DUPFD_CLOEXEC, 0));
    for (const fs::path& part : fs::path(relativePath(path))) {
        if (part.empty() || part == ".")
            continue;
        done += '/' + part.string();
        auto next = openInRoot(root, done, O_RDONLY | O_DIRECTORY);
        if (!next && next.error().kind == ErrorKind::NotFound) {
            if (::mkdirat(at.get(), part.c_str(), 0755) != 0)
                return failErrno(errno, "making the folder " + done);
            if (::fchmodat(at.get(), part.c_str(), 0755, 0) != 0
                || ::fchownat(at.get(), part.c_str(), rules.uid.value_or(0), rules.gid.value_or(0), AT_SYMLINK_NOFOLLOW) != 0)
                return failErrno(errno, "making the folder " + done);
            next = openInRoot(root, done, O_RDONLY | O_DIRECTORY);
        }
        if (!next)
            return next.error().osError == ENOTDIR ? fail(ErrorKind::InvalidArgument, "cannot copy to non-directory: " + done)
                                                   : wrap(next.error(), "making the folder " + done);
        at = *std::move(next);
    }
    return at;
}

namespace
{
class TreeCopier
{
public:
    TreeCopier(int root, const CopyRules& rules, const std::stop_token& stop) : m_root(root), m_rules(rules), m_stop(stop) {}

    // The content of FROM into the folder TO, which is PATH below the root.
    Status content(int from, int to, const std::string& path, const std::string& relative)
    {
        TRY(const auto names, namesIn(from));
        for (const std::string& name : names) {
            if (m_stop.stop_requested())
                return fail(ErrorKind::Cancelled, "build cancelled");
            TRY_STATUS(entry(from, name, to, name, path + '/' + name, joined(relative, name)));
        }
        return {};
    }

    Status entry(int from, const std::string& name, int to, const std::string& newName, const std::string& path,
                 const std::string& relative)
    {
        struct stat info{};
        if (::fstatat(from, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            return failErrno(errno, "reading " + name);
        const bool ignored = !relative.empty() && m_rules.exclude.ignores(relative);
        if (S_ISDIR(info.st_mode))
            return ignored && !m_rules.exclude.hasExceptions() ? Status() : folder(from, name, to, newName, path, relative, info);
        if (ignored || !(S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) || S_ISFIFO(info.st_mode)))
            return {};
        struct stat there{};
        if (::fstatat(to, newName.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISDIR(there.st_mode))
                return fail(ErrorKind::InvalidArgument, "cannot replace the directory " + path + " with a file");
            if (::unlinkat(to, newName.c_str(), 0) != 0)
                return failErrno(errno, "replacing " + path);
        }
        const bool linked = info.st_nlink > 1 && S_ISREG(info.st_mode);
        const std::pair<dev_t, ino_t> inode{info.st_dev, info.st_ino};
        if (const auto known = m_links.find(inode); linked && known != m_links.end()) {
            const auto first = openInRoot(m_root, known->second, O_PATH | O_NOFOLLOW);
            const std::string proc = first ? "/proc/self/fd/" + std::to_string(first->get()) : "";
            if (first && ::linkat(AT_FDCWD, proc.c_str(), to, newName.c_str(), AT_SYMLINK_FOLLOW) == 0)
                return {};
        }
        TRY_STATUS(make(from, name, to, newName, path, info));
        if (linked)
            m_links[inode] = path;
        return dress(from, name, to, newName, path, info);
    }

private:
    Status folder(int from, const std::string& name, int to, const std::string& newName, const std::string& path,
                  const std::string& relative, const struct stat& info)
    {
        const UniqueFd source(::openat(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!source)
            return failErrno(errno, "reading " + name);
        if (::mkdirat(to, newName.c_str(), 0755) != 0 && errno != EEXIST)
            return failErrno(errno, "making the folder " + path);
        auto target = openInRoot(m_root, path, O_RDONLY | O_DIRECTORY);
        if (!target)
            return fail(ErrorKind::InvalidArgument, "cannot copy to non-directory: " + path);
        TRY_STATUS(content(source.get(), target->get(), path, relative));
        return dress(from, name, target->get(), ".", path, info);
    }

    Status make(int from, const std::string& name, int to, const std::string& newName, const std::string& path, const struct stat& info)
    {
        if (S_ISLNK(info.st_mode))
            return ::symlinkat(linkTarget(from, name).c_str(), to, newName.c_str()) == 0 ? Status() : Status(failErrno(errno, "making the link " + path));
        if (S_ISFIFO(info.st_mode))
            return ::mkfifoat(to, newName.c_str(), 0600) == 0 ? Status() : Status(failErrno(errno, "making the fifo " + path));
        const UniqueFd in(::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        const UniqueFd out(::openat(to, newName.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!in || !out)
            return failErrno(errno, "copying " + path);
        std::vector<char> buffer;
        while (!m_stop.stop_requested()) {
            ssize_t got = buffer.empty() ? ::copy_file_range(in.get(), nullptr, out.get(), nullptr, 64 << 20, 0) : 0;
            if (got < 0 && errno != ENOSPC && errno != EDQUOT && errno != EIO)
                buffer.resize(256 * 1024);
            if (!buffer.empty()) {
                got = ::read(in.get(), buffer.data(), buffer.size());
                if (got > 0 && ::write(out.get(), buffer.data(), static_cast<std::size_t>(got)) != got)
                    return failErrno(errno, "writing " + path);
            }
            if (got < 0)
                return failErrno(errno, "copying " + path);
            if (got == 0)
                return {};
        }
        return fail(ErrorKind::Cancelled, "build cancelled");
    }

    // Owner, mode, attributes and (whole seconds of) the time.
    Status dress(int from, const std::string& name, int to, const std::string& newName, const std::string& path, const struct stat& info)
    {
        if (::fchownat(to, newName.c_str(), m_rules.uid.value_or(info.st_uid), m_rules.gid.value_or(info.st_gid), AT_SYMLINK_NOFOLLOW) != 0)
            return failErrno(errno, "setting the owner of " + path);
        if (!S_ISLNK(info.st_mode)) {
            if (::fchmodat(to, newName.c_str(), modeOf(info, m_rules), 0) != 0)
                return failErrno(errno, "setting the mode of " + path);
            const std::string target = std::format("/proc/self/fd/{}/{}", to, newName);
            for (const auto& [key, value] : attributes(from, name)) {
                if (::lsetxattr(target.c_str(), key.c_str(), value.data(), value.size(), 0) != 0 && errno == ENOSPC)
                    return failErrno(errno, "setting an attribute of " + path);
            }
        }
        const timespec times[2] = {{info.st_mtim.tv_sec, 0}, {info.st_mtim.tv_sec, 0}};
        ::utimensat(to, newName.c_str(), times, AT_SYMLINK_NOFOLLOW);
        return {};
    }

    int m_root;
    const CopyRules& m_rules;
    const std::stop_token& m_stop;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
};
} // namespace

Status copyInto(const FileTree& tree, const CopySource& source, int root, const std::string& path, const CopyRules& rules,
                const std::stop_token& stop)
{
    TreeCopier copier(root, rules, stop);
    if (source.isFolder) {
        TRY(const UniqueFd from, openInRoot(tree.root(), "/" + source.path, O_RDONLY | O_DIRECTORY));
        TRY(const UniqueFd to, makeFolders(root, path, rules));
        TRY_STATUS(copier.content(from.get(), to.get(), "/" + relativePath(path), ""));
        struct stat info{};
        ::fstat(from.get(), &info);
        const timespec times[2] = {{info.st_mtim.tv_sec, 0}, {info.st_mtim.tv_sec, 0}};
        ::futimens(to.get(), times);
        return {};
    }
    const auto split = [](const std::string& whole) {
        const auto slash = whole.rfind('/');
        return slash == std::string::npos ? std::pair{std::string(), whole} : std::pair{whole.substr(0, slash), whole.substr(slash + 1)};
    };
    const auto [fromFolder, fromName] = split(source.path);
    const auto [toFolder, toName] = split(relativePath(path));
    TRY(const UniqueFd from, openInRoot(tree.root(), "/" + fromFolder, O_RDONLY | O_DIRECTORY));
    TRY(const UniqueFd to, makeFolders(root, toFolder, rules));
    return copier.entry(from.get(), fromName, to.get(), toName, "/" + relativePath(path), "");
}

} // namespace slipway::build
