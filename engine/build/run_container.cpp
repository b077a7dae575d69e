// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/run_container.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <format>
#include <fstream>
#include <mutex>
#include <sstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "base/ids.h"
#include "base/log.h"
#include "network/network_service.h"
#include "runtime/runtime.h"

namespace slipway::build
{

namespace
{
Status writeText(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    return out ? Status() : fail(ErrorKind::Unavailable, "writing " + path.string() + " failed", errno);
}

std::string hostsText(const RunInput& input, const std::vector<Endpoint>& endpoints)
{
    std::string text;
    if (input.network == "host") {
        std::ostringstream own;
        own << std::ifstream("/etc/hosts").rdbuf();
        text = own.str();
    } else
        text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
    for (const std::string& extra : input.extraHosts) {
        const auto separator = extra.find_first_of(":=");
        if (separator == std::string::npos)
            continue;
        std::string address = extra.substr(separator + 1);
        if (address == "host-gateway")
            address = endpoints.empty() ? "127.0.0.1" : endpoints.front().gateway;
        text += address + '\t' + extra.substr(0, separator) + '\n';
    }
    for (const Endpoint& endpoint : endpoints)
        text += endpoint.ipv4 + '\t' + shortId(input.id) + '\n';
    return text;
}

// Docker's multiplexed stream from FD to its end.
void readFrames(int fd, const RunOutput& output)
{
    std::string pending;
    std::vector<char> buffer(64 * 1024);
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        pending.append(buffer.data(), static_cast<std::size_t>(got));
        while (pending.size() >= 8) {
            const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(pending[i])); };
            const std::size_t size = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
            if (pending.size() < 8 + size)
                break;
            output(pending[0] == 2, std::string_view(pending).substr(8, size));
            pending.erase(0, 8 + size);
        }
    }
}

// What ends the wait: the container's exit, or that nobody wants it any more.
struct Waiting
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<ExitStatus> exit;

    void untilEnded()
    {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::seconds(10), [&] { return exit.has_value(); });
    }
};

std::shared_ptr<Waiting> waitFor(Runtime& runtime, const std::filesystem::path& folder, pid_t pid)
{
    auto waiting = std::make_shared<Waiting>();
    runtime.watchExit(folder, folder / "exit", pid, [waiting](ExitStatus status) {
        const std::scoped_lock lock(waiting->mutex);
        waiting->exit = status;
        waiting->changed.notify_all();
    });
    return waiting;
}

Result<NetworkSandbox> sandboxFor(NetworkService& networks, const RunInput& input)
{
    if (input.network == "host")
        return NetworkSandbox{};
    std::vector<std::pair<std::string, EndpointRequest>> wanted;
    if (input.network != "none") {
        EndpointRequest request;
        request.containerId = input.id;
        request.containerName = "build-" + shortId(input.id);
        request.hostname = shortId(input.id);
        wanted.emplace_back(input.network == "default" || input.network.empty() ? "bridge" : input.network, std::move(request));
    }
    return networks.setUp(wanted, {});
}

Result<Json> specFor(const RunInput& input)
{
    SpecInput spec;
    spec.id = input.id;
    spec.rootfs = input.rootfs;
    spec.process.args = input.args;
    spec.process.env = input.env;
    spec.process.cwd = input.workdir;
    spec.process.ulimits = input.ulimits;
    TRY(spec.process.user, resolveUser(input.rootfs.string(), input.user, {}));
    if (std::ranges::none_of(spec.process.env, [](const std::string& entry) { return entry.starts_with("HOME="); }))
        spec.process.env.push_back("HOME=" + (spec.process.user.home.empty() ? std::string("/") : spec.process.user.home));
    spec.hostname = shortId(input.id);
    for (const char* name : {"resolv.conf", "hostname", "hosts"})
        spec.mounts.push_back({.source = (input.folder / name).string(), .destination = std::string("/etc/") + name, .propagation = "rprivate", .options = {}});
    spec.mounts.insert(spec.mounts.end(), input.mounts.begin(), input.mounts.end());
    std::ranges::stable_sort(spec.mounts, {}, [](const SpecMount& mount) { return std::ranges::count(mount.destination, '/'); });
    spec.resources = input.resources;
    spec.shmSize = input.shmSize;
    spec.networkNamespace = input.network == "host" ? "host" : std::format("/proc/self/fd/{}", Runtime::netnsFd);
    spec.cgroupPath = input.cgroups ? runCgroup(input.id) : "";
    spec.rootless = input.rootless;
    return makeSpec(spec);
}

Result<RunRequest> requestFor(NetworkService& networks, const RunInput& input, UniqueFd output)
{
    TRY(auto sandbox, sandboxFor(networks, input));
    TRY_STATUS(writeText(input.folder / "hostname", shortId(input.id) + "\n"));
    TRY_STATUS(writeText(input.folder / "hosts", hostsText(input, sandbox.endpoints)));
    TRY_STATUS(writeText(input.folder / "resolv.conf", networks.resolvConf(input.network == "host" ? NetworkService::Resolv::Host
                                                                                                   : NetworkService::Resolv::Bridge,
                                                                           {}, {}, {})));
    RunRequest request;
    TRY(request.spec, specFor(input));
    request.containerId = input.id;
    request.runDir = input.folder;
    request.exitFile = input.folder / "exit";
    request.netns = std::move(sandbox.netns);
    request.attachers.push_back({std::move(output), {.in = false, .out = true, .err = true}});
    return request;
}
} // namespace

Result<int> runContainer(Runtime& runtime, NetworkService& networks, const RunInput& input, const RunOutput& output,
                         const std::stop_token& stop)
{
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return failErrno(errno, "making the output of a build step");
    UniqueFd mine(pair[0]), theirs(pair[1]);
    const auto cleanUp = [&] {
        if (auto gone = runtime.destroy(input.id, runCgroup(input.id)); !gone)
            log::warn("build step {}: {}", shortId(input.id), gone.error().message);
        if (auto gone = networks.tearDown(input.id); !gone)
            log::warn("build step {}: {}", shortId(input.id), gone.error().message);
    };
    auto request = requestFor(networks, input, std::move(theirs));
    auto started = request ? runtime.run(*std::move(request)) : std::unexpected(request.error());
    if (!started) {
        cleanUp();
        return std::unexpected(started.error());
    }
    const auto waiting = waitFor(runtime, input.folder, started->pid);
    std::jthread reader([&] { readFrames(mine.get(), output); });
    bool cancelled = false;
    {
        std::unique_lock lock(waiting->mutex);
        cancelled = !waiting->changed.wait(lock, stop, [&] { return waiting->exit.has_value(); });
    }
    if (cancelled) {
        (void)runtime.destroy(input.id, runCgroup(input.id));
        waiting->untilEnded();
    }
    if (cancelled)
        ::shutdown(mine.get(), SHUT_RDWR);
    reader.join();
    cleanUp();
    if (cancelled)
        return fail(ErrorKind::Cancelled, "build cancelled");
    const std::scoped_lock lock(waiting->mutex);
    return waiting->exit->code;
}

void endContainer(Runtime& runtime, const std::string& id, const std::filesystem::path& folder)
{
    const auto alive = runtime.recover(folder);
    if (auto gone = runtime.destroy(id, runCgroup(id)); !gone)
        log::warn("build step {}: {}", shortId(id), gone.error().message);
    if (alive && alive->monitorPid > 0)
        waitFor(runtime, folder, alive->pid)->untilEnded();
}

} // namespace slipway::build
