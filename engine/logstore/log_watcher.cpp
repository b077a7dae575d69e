// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <thread>

#include "base/unique_fd.h"
#include "logstore/log_reader.h"

namespace slipway::logstore
{

struct LogWatcher::Impl
{
    struct Shared
    {
        std::mutex mutex; // held while callbacks run, so that a dropped watch is silent
        UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
        UniqueFd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        std::map<int, std::map<std::uint64_t, Callback>> watches; // by inotify descriptor
        std::uint64_t nextId = 1;
    };
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    std::jthread thread;

    void run(const std::stop_token& stop) const
    {
        alignas(inotify_event) std::array<char, 16384> buffer{};
        while (!stop.stop_requested()) {
            std::array<pollfd, 2> fds = {pollfd{shared->inotify.get(), POLLIN, 0}, pollfd{shared->wake.get(), POLLIN, 0}};
            if (::poll(fds.data(), fds.size(), -1) < 0)
                continue;
            const ssize_t got = ::read(shared->inotify.get(), buffer.data(), buffer.size());
            if (got <= 0)
                continue;
            std::map<int, bool> changed;
            for (ssize_t at = 0; at < got;) {
                const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
                changed[event->wd] = true;
                at += static_cast<ssize_t>(sizeof *event + event->len);
            }
            const std::scoped_lock lock(shared->mutex);
            for (const auto& [descriptor, value] : changed) {
                const auto found = shared->watches.find(descriptor);
                if (found == shared->watches.end())
                    continue;
                for (const auto& [id, callback] : found->second)
                    callback();
            }
        }
    }
};

LogWatcher::LogWatcher() : m_impl(std::make_unique<Impl>()) {}

LogWatcher::~LogWatcher()
{
    m_impl->thread.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(m_impl->shared->wake.get(), &one, sizeof one);
}

LogWatcher::Watch LogWatcher::watch(const std::filesystem::path& dir, Callback onChange)
{
    const auto& shared = m_impl->shared;
    const std::scoped_lock lock(shared->mutex);
    if (!m_impl->thread.joinable())
        m_impl->thread = std::jthread([impl = m_impl.get()](const std::stop_token& stop) { impl->run(stop); });
    const int descriptor =
        ::inotify_add_watch(shared->inotify.get(), dir.c_str(), IN_MODIFY | IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR);
    if (descriptor < 0)
        return nullptr;
    const std::uint64_t id = shared->nextId++;
    shared->watches[descriptor][id] = std::move(onChange);
    return Watch(nullptr, [shared, descriptor, id](void*) {
        const std::scoped_lock unlock(shared->mutex);
        const auto found = shared->watches.find(descriptor);
        if (found == shared->watches.end())
            return;
        found->second.erase(id);
        if (found->second.empty()) {
            shared->watches.erase(found);
            ::inotify_rm_watch(shared->inotify.get(), descriptor);
        }
    });
}

} // namespace slipway::logstore
