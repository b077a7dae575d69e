// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/monitor_pool.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
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
    UniqueFd changed{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
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

    void wake() const
    {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t ignored = ::write(changed.get(), &one, sizeof one);
    }

    // Sleeps until something is to be done: -1 = nothing is.
    int patience()
    {
        const std::scoped_lock lock(mutex);
        if (!used || parked.size() >= wanted)
            return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(lastTaken + quietTime - std::chrono::steady_clock::now());
        return std::max(0, static_cast<int>(left.count()));
    }

    bool sleep(int milliseconds)
    {
        std::vector<pollfd> fds = {{changed.get(), POLLIN, 0}};
        {
            const std::scoped_lock lock(mutex);
            for (const Parked& one : parked)
                fds.push_back({one.socket.get(), 0, 0}); // they never speak: it is the end of one
        }
        const bool told = ::poll(fds.data(), fds.size(), milliseconds) > 0;
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t ignored = ::read(changed.get(), &count, sizeof count);
        return told;
    }

    // One that was killed is not made again before somebody asks: whoever kills it may go on.
    void buryDead()
    {
        const std::scoped_lock lock(mutex);
        const auto dead = std::erase_if(parked, [](const Parked& one) { return ::waitpid(one.pid, nullptr, WNOHANG) != 0; });
        used = used && dead == 0;
    }

    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            if (sleep(patience())) {
                buryDead();
                continue;
            }
            auto made = start();
            const std::scoped_lock lock(mutex);
            if (made)
                parked.push_back(*std::move(made));
            else
                used = false;
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
    m_impl->wake();
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
    m_impl->wake();
    return taken;
}

} // namespace slipway
