// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/log_spool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/ids.h"
#include "client/http_loop.h"
#include "logstore/log_writer.h"

namespace slipway
{
namespace fs = std::filesystem;
using logstore::LogSet;
using logstore::LogSnapshot;

namespace
{

constexpr logstore::RotationLimits spoolLimits{16ull << 20, 1024};

fs::path spoolRoot()
{
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const fs::path base = cache && *cache ? fs::path(cache) : home && *home ? fs::path(home) / ".cache" : fs::temp_directory_path();
    return base / "slipway" / "logs";
}

} // namespace

struct SpooledLogs::Impl
{
    struct Listener
    {
        Containers containers;
        std::function<void(LogExtent)> onGrowth;
        std::function<void(Status)> onEnd;
        CallGuard guard;
    };
    struct Spool
    {
        fs::path dir;
        std::mutex writing;
        std::optional<logstore::LogWriter> writer;
        std::mutex mutex; // of what follows
        std::shared_ptr<const LogSnapshot> snapshot;
        Request stream;
        std::uint64_t run = 0; // which stream is heard
        bool everything = false, ended = true;
        std::uint64_t received = 0;
        std::int64_t lastTimeNs = 0, skipUntilNs = 0;
    };

    explicit Impl(SpooledLogs& owner) : client(&owner) {}

    SpooledLogs* client; // null when it is gone
    std::mutex mutex;
    fs::path folder;
    std::map<std::string, std::shared_ptr<Spool>> spools;
    std::list<std::weak_ptr<Listener>> listeners;
    struct Job
    {
        std::jthread thread;
        std::shared_ptr<std::atomic<bool>> done;
    };
    std::vector<Job> jobs; // searches and exports
    std::condition_variable_any wake;
    std::deque<std::function<void()>> tasks;
    std::jthread worker;

    std::shared_ptr<Spool> spoolOf(const std::string& id)
    {
        const std::lock_guard lock(mutex);
        auto& spool = spools[id];
        if (!spool) {
            if (folder.empty())
                folder = spoolRoot() / randomId().substr(0, 16);
            spool = std::make_shared<Spool>();
            spool->dir = folder / std::to_string(spools.size());
        }
        return spool;
    }
    LogSet setOf(const Containers& containers)
    {
        LogSet::Snapshots logs;
        for (const std::string& id : containers) {
            const auto spool = spoolOf(id);
            const std::lock_guard lock(spool->mutex);
            spool->snapshot = LogSnapshot::take(spool->dir, spool->snapshot);
            logs.push_back(spool->snapshot);
        }
        return LogSet(std::move(logs));
    }
    LogExtent extentOf(const Containers& containers)
    {
        const LogSet set = setOf(containers);
        LogExtent extent{set.first(), set.end(), set.bytes(), false};
        for (const std::string& id : containers) {
            const auto spool = spoolOf(id);
            const std::lock_guard lock(spool->mutex);
            extent.limited = extent.limited || (!spool->everything && spool->received >= firstLines);
        }
        return extent;
    }
    std::stop_source start(std::function<void(const std::stop_token&)> work)
    {
        auto done = std::make_shared<std::atomic<bool>>(false);
        std::jthread thread([work = std::move(work), done](const std::stop_token& stop) {
            work(stop);
            *done = true;
        });
        std::stop_source stop = thread.get_stop_source();
        const std::lock_guard lock(mutex);
        std::erase_if(jobs, [](const Job& job) { return job.done->load(); });
        jobs.push_back({std::move(thread), std::move(done)});
        return stop;
    }
    void run(std::function<void()> task)
    {
        const std::lock_guard lock(mutex);
        tasks.push_back(std::move(task));
        if (!worker.joinable())
            worker = std::jthread([this](const std::stop_token& stop) {
                while (true) {
                    std::function<void()> next;
                    {
                        std::unique_lock waiting(mutex);
                        if (!wake.wait(waiting, stop, [this] { return !tasks.empty(); }))
                            return;
                        next = std::move(tasks.front());
                        tasks.pop_front();
                    }
                    next();
                }
            });
        wake.notify_one();
    }
    void tell(const std::string& id)
    {
        std::vector<std::shared_ptr<Listener>> due;
        {
            const std::lock_guard lock(mutex);
            for (const auto& weak : listeners)
                if (auto listener = weak.lock(); listener && std::ranges::find(listener->containers, id) != listener->containers.end())
                    due.push_back(std::move(listener));
        }
        for (const auto& listener : due) {
            const LogExtent extent = extentOf(listener->containers);
            listener->guard.run([&] { listener->onGrowth(extent); });
        }
    }

    void listen(const std::string& id, bool everything, const std::shared_ptr<Impl>& self);
    void receive(const std::string& id, std::uint64_t run, const std::vector<dockerapi::LogLine>& lines);
    void ended(const std::string& id, std::uint64_t run, const Status& status);
    void stopUnheard();
};

void SpooledLogs::Impl::listen(const std::string& id, bool everything, const std::shared_ptr<Impl>& self)
{
    const auto spool = spoolOf(id);
    Options options;
    std::uint64_t mine = 0;
    Request old;
    {
        const std::scoped_lock lock(spool->writing, spool->mutex);
        const bool anew = everything && !spool->everything && spool->received >= firstLines;
        if (!spool->ended && !anew)
            return;
        old = std::move(spool->stream);
        mine = ++spool->run;
        spool->everything = spool->everything || everything;
        spool->ended = false;
        if (anew) {
            spool->writer.reset();
            std::error_code ignored;
            fs::remove_all(spool->dir, ignored);
            spool->snapshot = nullptr;
            spool->received = 0;
            spool->lastTimeNs = 0;
        }
        spool->skipUntilNs = spool->lastTimeNs;
        if (spool->lastTimeNs > 0)
            options.since = std::to_string(spool->lastTimeNs / 1'000'000'000) + '.' + std::to_string(1'000'000'000 + spool->lastTimeNs % 1'000'000'000).substr(1);
        else if (!spool->everything)
            options.tail = firstLines;
    }
    old.reset();
    auto stream = client->logs(
        id, options, [self, id, mine](const std::vector<dockerapi::LogLine>& lines) { self->receive(id, mine, lines); },
        [self, id, mine](const Status& status) { self->ended(id, mine, status); });
    const std::lock_guard lock(spool->mutex);
    if (spool->run == mine && !spool->ended)
        spool->stream = std::move(stream);
}

void SpooledLogs::Impl::receive(const std::string& id, std::uint64_t run, const std::vector<dockerapi::LogLine>& lines)
{
    const auto spool = spoolOf(id);
    {
        const std::lock_guard lock(spool->writing);
        if (!spool->writer) {
            std::error_code ignored;
            fs::create_directories(spool->dir.parent_path(), ignored);
            auto writer = logstore::LogWriter::open(spool->dir.string(), spoolLimits);
            if (!writer)
                return ended(id, run, std::unexpected(writer.error()));
            spool->writer.emplace(std::move(*writer));
        }
        std::int64_t last = 0;
        std::uint64_t received = 0, skipUntil = 0;
        {
            const std::lock_guard state(spool->mutex);
            if (spool->run != run)
                return;
            last = spool->lastTimeNs;
            skipUntil = static_cast<std::uint64_t>(spool->skipUntilNs);
        }
        std::string text;
        for (const dockerapi::LogLine& line : lines) {
            if (skipUntil > 0 && line.timeNs > 0 && static_cast<std::uint64_t>(line.timeNs) <= skipUntil)
                continue;
            text = line.text;
            if (!line.partial)
                text += '\n';
            last = line.timeNs > 0 ? line.timeNs : last;
            spool->writer->append(line.isStderr ? logstore::Stream::Stderr : logstore::Stream::Stdout, text.data(), text.size(), fromUnixNano(last));
            received += line.partial ? 0 : 1;
        }
        const std::lock_guard state(spool->mutex);
        spool->lastTimeNs = last;
        spool->received += received;
    }
    tell(id);
}

void SpooledLogs::Impl::ended(const std::string& id, std::uint64_t run, const Status& status)
{
    const auto spool = spoolOf(id);
    {
        const std::lock_guard lock(spool->mutex);
        if (spool->run != run)
            return;
        spool->ended = true;
    }
    if (status) {
        {
            const std::lock_guard lock(spool->writing);
            if (spool->writer)
                spool->writer->finish();
        }
        return tell(id);
    }
    std::vector<std::shared_ptr<Listener>> due;
    {
        const std::lock_guard lock(mutex);
        for (const auto& weak : listeners)
            if (auto listener = weak.lock(); listener && std::ranges::find(listener->containers, id) != listener->containers.end())
                due.push_back(std::move(listener));
    }
    for (const auto& listener : due)
        listener->guard.run([&] { listener->onEnd(status); });
}

// Ends the streams that nobody listens to.
void SpooledLogs::Impl::stopUnheard()
{
    std::vector<Request> dropped;
    const std::lock_guard lock(mutex);
    listeners.remove_if([](const auto& weak) { return weak.expired(); });
    for (auto& [id, spool] : spools) {
        const bool heard = std::ranges::any_of(listeners, [&](const auto& weak) {
            const auto listener = weak.lock();
            return listener && std::ranges::find(listener->containers, id) != listener->containers.end();
        });
        if (heard)
            continue;
        const std::lock_guard state(spool->mutex);
        dropped.push_back(std::move(spool->stream));
        ++spool->run;
        spool->ended = true;
    }
}

SpooledLogs::SpooledLogs() : m_impl(std::make_shared<Impl>(*this)) {}

SpooledLogs::~SpooledLogs()
{
    stop();
    std::error_code ignored;
    if (!m_impl->folder.empty())
        fs::remove_all(m_impl->folder, ignored);
}

void SpooledLogs::stop()
{
    std::vector<Impl::Job> jobs;
    std::map<std::string, Request> streams;
    {
        const std::lock_guard lock(m_impl->mutex);
        jobs = std::move(m_impl->jobs);
        for (auto& [id, spool] : m_impl->spools) {
            const std::lock_guard state(spool->mutex);
            ++spool->run;
            streams[id] = std::move(spool->stream);
        }
        m_impl->listeners.clear();
    }
    streams.clear();
    jobs.clear();
    m_impl->worker = {};
}

Request SpooledLogs::page(const Containers& containers, const logstore::PageRange& range, const logstore::LogQuery& query, Reply<logstore::LogPage> reply)
{
    auto guard = std::make_shared<CallGuard>();
    m_impl->run([impl = m_impl.get(), guard, containers, range, query, reply = std::move(reply)] {
        if (!guard->alive())
            return;
        auto page = logstore::readPage(impl->setOf(containers), range, query);
        guard->run([&] { reply(std::move(page)); });
    });
    return Request(guard.get(), [guard](void*) { guard->stop(); });
}

Request SpooledLogs::search(const Containers& containers, const logstore::LogQuery& query, const logstore::SearchOptions& options,
                            std::function<void(logstore::SearchProgress)> onProgress, std::function<void(Status)> onEnd)
{
    auto guard = std::make_shared<CallGuard>();
    std::stop_source stop = m_impl->start([impl = m_impl.get(), guard, containers, query, options, onProgress = std::move(onProgress), onEnd = std::move(onEnd)](const std::stop_token& stopped) {
        const Status status = logstore::searchLogs(
            impl->setOf(containers), query, options,
            [&](const logstore::SearchProgress& progress) { guard->run([&] { onProgress(progress); }); }, stopped);
        guard->run([&] { onEnd(status); });
    });
    return Request(guard.get(), [guard, stop](void*) mutable {
        guard->stop();
        stop.request_stop();
    });
}

Request SpooledLogs::growth(const Containers& containers, bool everything, std::function<void(LogExtent)> onGrowth, std::function<void(Status)> onEnd)
{
    auto listener = std::make_shared<Impl::Listener>();
    listener->containers = containers;
    listener->onGrowth = std::move(onGrowth);
    listener->onEnd = std::move(onEnd);
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->listeners.push_back(listener);
    }
    const LogExtent extent = m_impl->extentOf(containers);
    listener->guard.run([&] { listener->onGrowth(extent); });
    for (const std::string& id : containers)
        m_impl->listen(id, everything, m_impl);
    return Request(listener.get(), [listener, weak = std::weak_ptr(m_impl)](void*) mutable {
        listener->guard.stop();
        listener.reset();
        if (const auto impl = weak.lock())
            impl->run([raw = impl.get()] { raw->stopUnheard(); });
    });
}

Request SpooledLogs::exportLogs(const Containers& containers, const logstore::LogQuery& query, logstore::ExportFormat format,
                                const std::vector<std::string>& names, std::function<void(std::string)> onBytes, std::function<void(Status)> onEnd)
{
    auto guard = std::make_shared<CallGuard>();
    m_impl->start([impl = m_impl.get(), guard, containers, query, format, names, onBytes = std::move(onBytes), onEnd = std::move(onEnd)](const std::stop_token& stop) {
        const Status status = logstore::exportLogs(impl->setOf(containers), query, format, names, [&](std::string_view bytes) {
            guard->run([&] { onBytes(std::string(bytes)); });
            return !stop.stop_requested() && guard->alive();
        });
        guard->run([&] { onEnd(status); });
    });
    return Request(guard.get(), [guard](void*) { guard->stop(); });
}

Request SpooledLogs::errorDensity(const Containers&, std::int64_t, std::int64_t, std::size_t, Reply<Density> reply)
{
    reply(fail(ErrorKind::NotFound, "this engine does not count errors"));
    return {};
}

Request SpooledLogs::removedLogs(Reply<std::vector<RemovedLog>> reply)
{
    reply(std::vector<RemovedLog>());
    return {};
}

} // namespace slipway
