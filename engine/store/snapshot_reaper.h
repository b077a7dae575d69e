// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

namespace slipway
{

// Unmounts and deletes snapshots on a thread of its own: an overlay that goes away writes back the whole file system below it
// first (some 10 ms, hundreds beside other people's dirty pages), and no caller should wait for that. Thread-safe.
// The thread starts with the first task; the destructor finishes the unmounting and leaves what was to be deleted.
class SnapshotReaper
{
public:
    SnapshotReaper() = default;
    ~SnapshotReaper();
    SnapshotReaper(const SnapshotReaper&) = delete;
    SnapshotReaper& operator=(const SnapshotReaper&) = delete;

    void unmount(std::filesystem::path mergedDir);
    // Forgets an unmount that has not begun.
    void forget(const std::filesystem::path& mergedDir);
    // And waits for one that has: afterwards the folder stays as it is.
    void leaveAlone(const std::filesystem::path& mergedDir);
    // Unmounts SNAPSHOT/merged and deletes SNAPSHOT, a folder that nobody knows any more.
    void discard(std::filesystem::path snapshot);

private:
    struct Task
    {
        std::filesystem::path path;
        bool deletes;
    };
    void post(Task task);
    void erase(const std::filesystem::path& snapshot) const;
    void run();

    std::mutex m_mutex;
    std::condition_variable m_wake, m_done;
    std::deque<Task> m_tasks;
    std::filesystem::path m_current;
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

} // namespace slipway
