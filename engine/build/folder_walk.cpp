// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/folder_walk.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/ids.h"
#include "base/unique_fd.h"
#include "base/varint.h"
#include "store/layer_attribute.h"

namespace slipway::build
{

using Kind = ContextEntry::Kind;
using dockerfile::IgnoreFile;

namespace
{
// A file that was changed this shortly ago may change again without getting another time.
constexpr std::int64_t unsureFor = 2'000'000'000;
constexpr std::size_t longestPath = 4095, shownOfPath = 100;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000ll + time.tv_nsec; }

// A folder as one thread reads it. What lies in its folders is read by whoever comes first.
struct WalkedFolder
{
    struct Found
    {
        ContextEntry entry;
        std::pair<dev_t, ino_t> shared{}; // of a file that has several names
        bool isIgnored = false;           // but something in it may not be
        std::unique_ptr<WalkedFolder> below;
    };
    std::string path, name;
    std::shared_ptr<const UniqueFd> parent; // null: the root
    std::vector<Found> found;
};

// Looks at all of a folder with the rights of PEER, on several threads: it is the kernel that takes the time.
class Walk
{
public:
    Walk(int root, const Peer& peer, const IgnoreFile& ignore, const ContextIndex& before, const std::stop_token& stop)
        : m_rootFd(root), m_peer(peer), m_ignore(ignore), m_before(before), m_stop(stop)
    {
    }

    Result<std::vector<ContextEntry>> run()
    {
        m_waiting.push_back(&m_root);
        {
            std::vector<std::jthread> others;
            work(1);
            for (unsigned i = 1; !m_waiting.empty() && i < std::min(mostThreads, std::thread::hardware_concurrency()); ++i)
                others.emplace_back([this] { work(); });
            work();
        }
        if (m_error)
            return std::unexpected(*m_error);
        std::vector<ContextEntry> entries;
        entries.reserve(m_count);
        flatten(m_root, entries);
        return entries;
    }

private:
    static constexpr unsigned mostThreads = 4;

    // Reads folders, at most MOST, until none is left.
    void work(std::size_t most = std::numeric_limits<std::size_t>::max())
    {
        const auto acts = ActAs::begin(m_peer);
        std::unique_lock lock(m_mutex);
        for (; most > 0; --most) {
            m_changed.wait(lock, [this] { return !m_waiting.empty() || m_busy == 0; });
            if (m_waiting.empty() || m_error)
                break;
            WalkedFolder& folder = *m_waiting.back(); // the one found last: few stay open
            m_waiting.pop_back();
            ++m_busy;
            lock.unlock();
            const Status status = !acts ? Status(std::unexpected(acts.error())) : read(folder);
            lock.lock();
            --m_busy;
            m_count += folder.found.size();
            for (auto each = folder.found.rbegin(); each != folder.found.rend() && status; ++each)
                if (each->below)
                    m_waiting.push_back(each->below.get());
            if (!status && !m_error)
                m_error = status.error();
            m_changed.notify_all();
        }
        m_changed.notify_all();
    }

    Status read(WalkedFolder& folder)
    {
        const auto fd = std::make_shared<const UniqueFd>(folder.parent ? ::openat(folder.parent->get(), folder.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                                                                        : ::openat(m_rootFd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!*fd)
            return failErrno(errno, "reading the folder " + folder.path + " of the build context");
        folder.parent.reset();
        TRY(const auto names, namesIn(fd->get()));
        Known known(m_before);
        for (const std::string& name : names) {
            if (m_stop.stop_requested())
                return fail(ErrorKind::Cancelled, "build cancelled");
            TRY_STATUS(entry(fd, name, folder, known));
        }
        return {};
    }

    // What was known before, asked for in the order of a walk.
    class Known
    {
    public:
        explicit Known(const ContextIndex& index) : m_all(index.entries()) {}
        const ContextEntry* find(const ContextEntry& wanted)
        {
            if (m_at == m_all.end()) // first
                m_at = std::ranges::lower_bound(m_all, wanted.path, walksBefore, &ContextEntry::path);
            while (m_at != m_all.end() && walksBefore(m_at->path, wanted.path))
                ++m_at;
            return m_at != m_all.end() && m_at->path == wanted.path ? &*m_at : nullptr;
        }

    private:
        const std::vector<ContextEntry>& m_all;
        std::vector<ContextEntry>::const_iterator m_at = m_all.end();
    };

    Status entry(const std::shared_ptr<const UniqueFd>& parent, const std::string& name, WalkedFolder& folder, Known& known)
    {
        struct stat info{};
        WalkedFolder::Found found;
        found.entry.path = folder.path.empty() ? name : folder.path + '/' + name;
        const std::string& path = found.entry.path;
        if (path.size() > longestPath)
            return fail(ErrorKind::InvalidArgument, path.substr(0, shownOfPath) + "… of the build context lies too deep");
        if (::fstatat(parent->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + path + " of the build context"));
        if (!S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode) && !S_ISREG(info.st_mode))
            return {};
        found.isIgnored = !m_ignore.empty() && m_ignore.ignores(path);
        if (found.isIgnored && !(S_ISDIR(info.st_mode) && m_ignore.hasExceptions()))
            return {};
        if (S_ISDIR(info.st_mode)) {
            found.below = std::make_unique<WalkedFolder>();
            found.below->path = path;
            found.below->name = name;
            found.below->parent = parent;
        }
        if (!found.isIgnored)
            TRY_STATUS(describe(parent->get(), name, info, found, known));
        folder.found.push_back(std::move(found));
        return {};
    }

    Status describe(int parent, const std::string& name, const struct stat& info, WalkedFolder::Found& found, Known& known)
    {
        ContextEntry& made = found.entry;
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
                return failErrno(errno, "reading the link " + made.path + " of the build context");
            made.link.resize(static_cast<std::size_t>(length));
            return {};
        } else {
            made.size = info.st_size;
            if (info.st_nlink > 1)
                found.shared = {info.st_dev, info.st_ino};
        }
        const ContextEntry* before = known.find(made);
        if (before && before->stamp == made.stamp && (before->kind == made.kind || before->kind == Kind::HardLink))
            made.attributes = before->attributes;
        else
            addAttributes(parent, name, made);
        return {};
    }

    static void addAttributes(int parent, const std::string& name, ContextEntry& made)
    {
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

    // In the order of a walk. The first name of a file is the file, the others are links to it.
    void flatten(WalkedFolder& folder, std::vector<ContextEntry>& entries)
    {
        for (WalkedFolder::Found& found : folder.found) {
            if (found.shared.second != 0) {
                const auto [first, isFirst] = m_links.try_emplace(found.shared, found.entry.path);
                if (!isFirst) {
                    found.entry.kind = Kind::HardLink;
                    found.entry.link = first->second;
                    found.entry.size = 0;
                }
            }
            if (!found.isIgnored)
                entries.push_back(std::move(found.entry));
            if (found.below)
                flatten(*found.below, entries);
        }
    }

    int m_rootFd;
    const Peer& m_peer;
    const IgnoreFile& m_ignore;
    const ContextIndex& m_before;
    const std::stop_token& m_stop;
    const std::int64_t m_began = toUnixNano(now());
    WalkedFolder m_root;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<WalkedFolder*> m_waiting;
    std::size_t m_busy = 0, m_count = 0;
    std::optional<Error> m_error;
};
} // namespace

Result<std::vector<ContextEntry>> walkFolder(int root, const Peer& peer, const IgnoreFile& ignore, const ContextIndex& before, const std::stop_token& stop)
{
    return Walk(root, peer, ignore, before, stop).run();
}

} // namespace slipway::build
