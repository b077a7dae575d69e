// SPDX-License-Identifier: GPL-3.0-or-later
#include "rootless.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/log.h"
#include "base/unique_fd.h"
#include "os/mount.h"
#include "os/netlink.h"
#include "os/netns.h"
#include "os/unix_socket.h"
#include "os/user_namespace.h"

namespace slipway
{

namespace fs = std::filesystem;

namespace
{
constexpr auto uplinkPatience = std::chrono::seconds(3);

// The namespace has an address of its own, so all of the host's stay reachable; the host's loopback does not, but its
// resolver does. pasta follows the host's network by itself: it makes ordinary sockets there.
std::vector<std::string> uplinkCommand(const fs::path& run)
{
    return {"pasta",      "--foreground", "--quiet", "--ipv4-only", "--config-net", "--no-netns-quit",
            "--log-file", run / "pasta.log", "--ns-ifname", "uplink0",
            "--address", "10.0.2.100", "--netmask", "24", "--gateway", "10.0.2.2", "--dns-forward", Rootless::uplinkDns,
            "--map-host-loopback", "none", "--map-guest-addr", "none",
            "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none",
            "--netns", run / "netns"};
}

bool onPath(const std::string& program)
{
    const char* const path = std::getenv("PATH");
    std::string rest = path ? path : "/usr/bin:/bin";
    for (std::size_t at = 0; at <= rest.size();) {
        const std::size_t end = std::min(rest.find(':', at), rest.size());
        if (::access((rest.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

Status makeRun(const fs::path& run)
{
    for (const fs::path& folder : {run.parent_path(), run}) {
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
            return failErrno(errno, "making " + folder.string());
        struct stat info{};
        if (::stat(folder.c_str(), &info) != 0)
            return failErrno(errno, folder.string());
        // In /tmp somebody else may have been there first.
        if (info.st_uid != ::getuid() && (folder == run || info.st_uid != 0))
            return fail(ErrorKind::Forbidden, folder.string() + " is not yours: remove it or choose another with --run");
    }
    return {};
}

Result<UniqueFd> lockFile(const fs::path& path, int how)
{
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return failErrno(errno, "opening " + path.string());
    while (::flock(fd.get(), how) != 0) {
        if (errno != EINTR)
            return failErrno(errno, "locking " + path.string());
    }
    return fd;
}

Status makeNamespaces()
{
    const uid_t uid = ::getuid();
    const passwd* const entry = ::getpwuid(uid);
    const std::string user = entry ? entry->pw_name : std::to_string(uid);
    TRY(const auto uids, subordinateMappings("/etc/subuid", user, uid, uid));
    TRY(const auto gids, subordinateMappings("/etc/subgid", user, uid, ::getgid()));
    return enterUserNamespace(uids, gids);
}

Result<UniqueFd> makeRouter(const fs::path& run)
{
    const fs::path file = run / "netns";
    const UniqueFd touched(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
    return makeNetns([&](int netns) -> Status {
        TRY(auto link, Netlink::open());
        TRY_STATUS(link.setLinkUp(1));
        return mountFs("/proc/thread-self/fd/" + std::to_string(netns), file, "", MS_BIND);
    });
}

// The first start waits for it: a container's first packet should not find the way out still under construction.
std::string waitForUplink(const fs::path& run, int router)
{
    if (!onPath("pasta"))
        return "pasta is not installed, so containers cannot reach the network: install the package passt";
    const auto deadline = std::chrono::steady_clock::now() + uplinkPatience;
    auto link = Netlink::open(router);
    while (link && std::chrono::steady_clock::now() < deadline) {
        if (const auto routes = link->routes(); routes && !routes->empty() && link->linkIndex("uplink0"))
            return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    std::string line, last;
    for (std::ifstream log(run / "pasta.log"); std::getline(log, line);)
        last = line;
    return "containers cannot reach the network: pasta " + (last.empty() ? "did not get ready" : "says: " + last);
}
} // namespace

struct Rootless::Impl
{
    Options options;
    UniqueFd inUse, router, holder; // holder: the connection to it
    UniqueFd end{::eventfd(0, EFD_CLOEXEC)};
    std::string warning;
    pid_t holderPid = 0; // if it is our child
    std::thread watcher;

    Status connect(std::vector<UniqueFd>& namespaces)
    {
        TRY(holder, connectUnix(options.run / "holder.sock"));
        TRY(namespaces, receiveFds(holder.get()));
        return namespaces.size() == 3 ? Status() : fail(ErrorKind::Internal, "the holder sent nothing useful");
    }

    Status join(std::vector<UniqueFd> namespaces)
    {
        if (::setns(namespaces[0].get(), CLONE_NEWUSER) != 0 || ::setns(namespaces[1].get(), CLONE_NEWNS) != 0)
            return failErrno(errno, "joining the namespaces of the engine that ran before");
        router = std::move(namespaces[2]);
        return {};
    }

    // A child of this process that outlives it: its death is seen at the connection.
    Status startHolder()
    {
        TRY(auto listener, listenUnix(options.run / "holder.sock"));
        std::vector<std::string> words = uplinkCommand(options.run);
        words.insert(words.begin(), options.holderProgram.string());
        std::vector<char*> arguments;
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const pid_t child = ::fork();
        if (child < 0)
            return failErrno(errno, "starting slipway-holder");
        if (child == 0)
            execHolder(arguments.data(), listener.get());
        listener.reset(); // else nobody would hang up on us if it cannot run
        holderPid = child;
        std::vector<UniqueFd> same;
        if (auto connected = connect(same); !connected)
            return wrap(connected.error(), "starting " + options.holderProgram.string());
        return {};
    }

    [[noreturn]] void execHolder(char** arguments, int listener) const
    {
        const int null = ::open("/dev/null", O_RDWR);
        const std::array<int, 5> parked{::fcntl(null, F_DUPFD, 10), ::fcntl(null, F_DUPFD, 10), ::fcntl(null, F_DUPFD, 10),
                                        ::fcntl(router.get(), F_DUPFD, 10), ::fcntl(listener, F_DUPFD, 10)};
        for (int fd = 0; fd < static_cast<int>(parked.size()); ++fd)
            ::dup2(parked[static_cast<std::size_t>(fd)], fd);
        ::close_range(5, ~0U, 0);
        ::setsid();
        if (::chdir(options.run.c_str()) == 0)
            ::execv(arguments[0], arguments);
        ::_exit(127);
    }

    void watch()
    {
        for (;;) {
            std::array<pollfd, 2> fds{pollfd{holder.get(), POLLIN, 0}, pollfd{end.get(), POLLIN, 0}};
            if (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR)
                continue;
            if (fds[1].revents)
                return;
            log::warn("slipway-holder ended; starting another one");
            if (holderPid > 0) // the uplink, which is of its group and became our child, goes with it
                ::kill(-holderPid, SIGKILL);
            while (holderPid > 0 && (::waitpid(-holderPid, nullptr, 0) > 0 || errno == EINTR)) {
            }
            if (auto started = startHolder(); !started) {
                log::error("{}: the next start of slipwayd will not find what runs now", started.error().message);
                return;
            }
        }
    }
};

Rootless::Rootless(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Rootless::~Rootless()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(m_impl->end.get(), &one, sizeof one);
    if (m_impl->watcher.joinable())
        m_impl->watcher.join();
}

Result<std::unique_ptr<Rootless>> Rootless::enter(Options options)
{
    auto impl = std::make_unique<Impl>();
    impl->options = std::move(options);
    const fs::path& run = impl->options.run;
    TRY_STATUS(makeRun(run));
    TRY(const auto starting, lockFile(run / "starting", LOCK_EX));
    TRY(impl->inUse, lockFile(run / "in-use", LOCK_SH));
    if (std::vector<UniqueFd> namespaces; impl->connect(namespaces)) {
        TRY_STATUS(impl->join(std::move(namespaces)));
        return std::unique_ptr<Rootless>(new Rootless(std::move(impl)));
    }
    TRY_STATUS(makeNamespaces());
    TRY(impl->router, makeRouter(run));
    TRY_STATUS(impl->startHolder());
    impl->warning = waitForUplink(run, impl->router.get());
    return std::unique_ptr<Rootless>(new Rootless(std::move(impl)));
}

int Rootless::routerNetns() const { return m_impl->router.get(); }
int Rootless::inUse() const { return m_impl->inUse.get(); }
const std::string& Rootless::warning() const { return m_impl->warning; }
void Rootless::watchHolder() { m_impl->watcher = std::thread([impl = m_impl.get()] { impl->watch(); }); }

} // namespace slipway
