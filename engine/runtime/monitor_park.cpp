// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/monitor_park.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/ids.h"
#include "base/log.h"
#include "runtime/spawn.h"

namespace slipway
{

namespace
{
constexpr int controlFd = 3;
constexpr int crunFd = 8;
constexpr std::size_t mostFds = 250; // SCM_MAX_FD is 253

std::string ours() { return std::to_string(::getpid()) + '.'; }
bool hasEnded(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; }
} // namespace

MonitorPark::MonitorPark(std::vector<std::string> words, std::filesystem::path dir)
    : m_words(std::move(words)), m_dir(std::move(dir))
{
    std::error_code ignored;
    for (const auto& old : std::filesystem::directory_iterator(m_dir, ignored)) {
        if (!old.path().filename().string().starts_with(ours()))
            std::filesystem::remove_all(old.path(), ignored);
    }
    std::filesystem::create_directories(m_dir, ignored);
    std::filesystem::permissions(m_dir, std::filesystem::perms::owner_all, ignored);
}

MonitorPark::~MonitorPark()
{
    if (m_waiting) {
        m_waiting->control.reset();
        ::waitpid(m_waiting->pid, nullptr, 0);
    }
}

void MonitorPark::prepare(int crun)
{
    const std::scoped_lock lock(m_mutex);
    if (m_waiting && !hasEnded(m_waiting->pid))
        return;
    m_waiting.reset();
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return;
    Waiting made{.pid = 0, .control = UniqueFd(ends[0])};
    const UniqueFd theirs(ends[1]);
    const std::filesystem::path dir = m_dir / (ours() + randomId());
    std::error_code failed;
    std::filesystem::create_directory(dir, failed);
    std::vector<std::string> words = m_words;
    words.insert(words.end(), {"--park", dir.string()});
    Spawn spawn;
    spawn.give(theirs.get(), controlFd);
    if (crun >= 0)
        spawn.give(crun, crunFd);
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int fd = 0; fd < 3; ++fd)
        spawn.give(null.get(), fd);
    spawn.ownSession();
    auto pid = spawn.start(words);
    if (!pid) {
        log::debug("no monitor waits: {}", pid.error().message);
        return;
    }
    made.pid = *pid;
    m_waiting = std::move(made);
}

std::optional<MonitorPark::Waiting> MonitorPark::take()
{
    const std::scoped_lock lock(m_mutex);
    std::optional<Waiting> taken = std::exchange(m_waiting, std::nullopt);
    if (taken && hasEnded(taken->pid))
        taken.reset();
    return taken;
}

Status MonitorPark::send(const Waiting& monitor, const std::vector<std::string>& words,
                         const std::vector<std::pair<int, int>>& fds)
{
    if (fds.size() > mostFds)
        return fail(ErrorKind::InvalidArgument, "too many descriptors for a waiting monitor");
    std::string text;
    std::vector<int> given;
    for (const auto& [fd, target] : fds) {
        text += (text.empty() ? "" : " ") + std::to_string(target);
        given.push_back(fd);
    }
    for (const std::string& word : words)
        text += '\0' + word;
    iovec data{text.data(), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(mostFds * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(given.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(given.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), given.data(), given.size() * sizeof(int));
    if (::sendmsg(monitor.control.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        return failErrno(errno, "handing a container to a waiting monitor");
    return {};
}

} // namespace slipway
