// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/snapshot_reaper.h"

#include <algorithm>
#include <cerrno>
#include <sys/mount.h>
#include <system_error>

#include "base/error.h"
#include "base/log.h"

namespace slipway
{

namespace
{
void unmountNow(const std::filesystem::path& dir)
{
    if (::umount2(dir.c_str(), UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
        return;
    if (::umount2(dir.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
        log::warn("unmounting {}: {}", dir.string(), std::system_category().message(errno));
}
} // namespace

void SnapshotReaper::erase(const std::filesystem::path& snapshot) const
{
    namespace fs = std::filesystem;
    std::error_code failed, ignored;
    for (auto it = fs::recursive_directory_iterator(snapshot, failed); !failed && it != fs::end(it); it.increment(failed)) {
        if (m_stop)
            return; // the next engine empties the trash
        if (!it->is_directory(ignored))
            fs::remove(it->path(), ignored);
    }
    fs::remove_all(snapshot, ignored);
}

SnapshotReaper::~SnapshotReaper()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void SnapshotReaper::unmount(std::filesystem::path mergedDir) { post({std::move(mergedDir), false}); }
void SnapshotReaper::discard(std::filesystem::path snapshot) { post({std::move(snapshot), true}); }

void SnapshotReaper::post(Task task)
{
    const std::scoped_lock lock(m_mutex);
    m_tasks.push_back(std::move(task));
    if (!m_thread.joinable())
        m_thread = std::thread([this] { run(); });
    m_wake.notify_one();
}

void SnapshotReaper::forget(const std::filesystem::path& mergedDir)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_tasks, [&](const Task& task) { return !task.deletes && task.path == mergedDir; });
}

void SnapshotReaper::leaveAlone(const std::filesystem::path& mergedDir)
{
    forget(mergedDir);
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [&] { return m_current != mergedDir; });
}

void SnapshotReaper::run()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_wake.wait(lock, [this] { return m_stop || !m_tasks.empty(); });
        if (m_tasks.empty())
            return;
        const Task task = std::move(m_tasks.front());
        m_tasks.pop_front();
        m_current = task.path;
        lock.unlock();
        unmountNow(task.deletes ? task.path / "merged" : task.path);
        if (task.deletes)
            erase(task.path);
        lock.lock();
        m_current.clear();
        m_done.notify_all();
    }
}

} // namespace slipway
