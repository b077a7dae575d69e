// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/monitor_pool.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/ids.h"
#include "runtime/spawn.h"

namespace slipway
{

namespace
{
using namespace std::chrono_literals;

constexpr std::size_t wanted = 2;
constexpr auto quietTime = 15ms; // after a start, so that what is parked next does not compete with what was just started
constexpr const char* parent = "/slipway/";
constexpr const char* front = "parked-";
constexpr std::size_t roomForItsName = 600; // the command line that it gets later is shown in this place
constexpr int programFd = 7, parkFd = 5; // as in app/slipway-monitor/options.h and park.h
} // namespace

struct MonitorPool::Impl
{
    Impl(const SealedProgram& p, std::string n, Cgroups g) : program(p), name(std::move(n)), groups(std::move(g)) {}

    const SealedProgram& program;
    const std::string name;
    const Cgroups groups;
    std::mutex mutex;
    std::condition_variable_any changed;
    std::deque<Parked> parked;
    std::chrono::steady_clock::time_point lastTaken{};
    bool used = false;
    std::jthread thread;

    std::optional<Parked> start()
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
            return std::nullopt;
        Parked made{UniqueFd(ends[0]), 0};
        const UniqueFd theirs(ends[1]);
        std::vector<std::string> command = {name, "--park", std::string(roomForItsName, ' ')};
        if (groups.version() == Cgroups::Version::V1) {
            for (const auto& folder : groups.groups(std::string(parent) + front + randomId().substr(0, 16)))
                command.push_back(folder.string());
        }
        Spawn spawn;
        const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        for (int fd = 0; fd < 3; ++fd)
            spawn.give(null.get(), fd);
        spawn.give(theirs.get(), parkFd);
        spawn.give(program.fd(), programFd);
        spawn.ownSession();
        const auto pid = spawn.start(command, "/proc/self/fd/" + std::to_string(programFd));
        if (!pid)
            return std::nullopt;
        made.pid = *pid;
        return made;
    }

    void sweep() const
    {
        if (groups.version() != Cgroups::Version::V1)
            return;
        std::error_code ignored;
        std::vector<std::filesystem::path> left;
        for (const auto& folder : groups.groups(parent)) {
            for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
                if (entry.path().filename().string().starts_with(front))
                    left.push_back(entry.path());
            }
        }
        for (const auto& group : left)
            ::rmdir(group.c_str()); // not one in which somebody sits
    }

    void run(const std::stop_token& stop)
    {
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            changed.wait(lock, stop, [&] { return used && parked.size() < wanted; });
            while (!stop.stop_requested() && std::chrono::steady_clock::now() < lastTaken + quietTime)
                changed.wait_for(lock, stop, quietTime, [] { return false; });
            if (stop.stop_requested())
                return;
            lock.unlock();
            auto made = start();
            lock.lock();
            if (!made)
                used = false; // until somebody asks again
            else
                parked.push_back(*std::move(made));
        }
    }
};

MonitorPool::MonitorPool(const SealedProgram& program, std::string name, Cgroups groups)
    : m_impl(std::make_unique<Impl>(program, std::move(name), std::move(groups)))
{
    m_impl->sweep();
    m_impl->thread = std::jthread([impl = m_impl.get()](const std::stop_token& stop) { impl->run(stop); });
}

MonitorPool::~MonitorPool()
{
    m_impl->thread.request_stop();
    m_impl->thread.join();
    for (Parked& one : m_impl->parked) {
        one.socket.reset();
        ::waitpid(one.pid, nullptr, 0);
    }
}

std::optional<MonitorPool::Parked> MonitorPool::take()
{
    if (m_impl->program.fd() < 0)
        return std::nullopt;
    std::optional<Parked> taken;
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->used = true;
        m_impl->lastTaken = std::chrono::steady_clock::now();
        if (!m_impl->parked.empty()) {
            taken = std::move(m_impl->parked.front());
            m_impl->parked.pop_front();
        }
    }
    m_impl->changed.notify_all();
    return taken;
}

} // namespace slipway
