// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "logstore/log_reader.h"
#include "runtime/runtime.h"

namespace slipway::test
{

struct Running
{
    std::string id;
    std::filesystem::path runDir, exitFile, logDir;
    Started started;
    std::shared_future<ExitStatus> exit;
};

// Real containers and monitors on a root of Debian's static busybox.
class RuntimeFixture
{
public:
    enum class Launcher { Own, Crun };
    explicit RuntimeFixture(Launcher launcher = Launcher::Own) : m_launcher(launcher)
    {
        namespace fs = std::filesystem;
        base = m_dir.path().toStdString();
        for (const char* folder : {"bin", "proc", "sys", "dev", "etc", "tmp"})
            fs::create_directories(base / "rootfs" / folder);
        fs::copy_file("/usr/bin/busybox", base / "rootfs/bin/busybox");
        for (const char* applet : {"sh", "echo", "cat", "sleep", "true", "kill", "stty", "seq", "dd", "ls", "grep", "mount", "unshare", "tail", "wc", "mknod"})
            fs::create_symlink("busybox", base / "rootfs/bin" / applet);
        std::ofstream(base / "rootfs/bin/plain") << "not a program";
        runtime = std::make_unique<Runtime>(
            Runtime::Settings{.monitorProgram = SLIPWAY_BINARY_DIR "/bin/slipway-monitor", .ociRuntime = "crun", .runtimeRoot = base / "crun"});
    }

    using Change = std::function<void(SpecInput&, RunRequest&)>;
    Result<Running> run(const std::vector<std::string>& args, const Change& change = {})
    {
        Running running;
        running.id = "t" + std::to_string(::getpid()) + "-" + std::to_string(++m_count);
        const std::filesystem::path home = base / running.id;
        SpecInput input;
        input.id = running.id;
        input.rootfs = base / "rootfs";
        input.process.args = args;
        input.process.env = {"PATH=/bin"};
        input.hostname = "box";
        input.cgroupPath = cgroupOf(running);
        input.resources.pidsLimit = 64;
        RunRequest request;
        request.containerId = running.id;
        request.runDir = running.runDir = home / "run";
        request.exitFile = running.exitFile = home / "exit";
        request.logDir = running.logDir = home / "log";
        if (m_launcher == Launcher::Crun)
            input.annotations["run.oci.slipway-test"] = "1"; // only crun understands such
        if (change)
            change(input, request);
        TRY(request.spec, makeSpec(input));
        TRY(running.started, runtime->run(std::move(request)));
        running.exit = watch(running.runDir, running.exitFile, running.started.pid);
        return running;
    }
    Status destroy(const Running& running) { return runtime->destroy(running.id, cgroupOf(running)); }
    static std::string cgroupOf(const Running& running) { return "/slipway-test/" + running.id; }
    std::shared_future<ExitStatus> watch(const std::filesystem::path& runDir, const std::filesystem::path& exitFile, pid_t pid)
    {
        auto promise = std::make_shared<std::promise<ExitStatus>>();
        std::shared_future<ExitStatus> exit = promise->get_future();
        runtime->watchExit(runDir, exitFile, pid, [promise](ExitStatus status) { promise->set_value(status); });
        return exit;
    }
    // Code -1 when it did not end.
    static ExitStatus wait(const std::shared_future<ExitStatus>& exit)
    {
        return exit.wait_for(std::chrono::seconds(20)) == std::future_status::ready ? exit.get() : ExitStatus{-1, 0, false, {}};
    }
    static std::string logOf(const Running& running, bool out = true, bool err = true)
    {
        logstore::LogReader reader(running.logDir, {.showStdout = out, .showStderr = err, .since = {}, .until = {}, .tail = {}});
        std::string text;
        for (auto batch = reader.next(256); batch && !batch->empty(); batch = reader.next(256))
            for (const auto& entry : *batch)
                text += entry.text + (entry.partial ? "" : "\n");
        return text;
    }

    std::filesystem::path base;
    std::unique_ptr<Runtime> runtime;

private:
    QTemporaryDir m_dir{"/tmp/slipway-rt-XXXXXX"};
    Launcher m_launcher;
    int m_count = 0;
};

// Everything holds for both ways in which a container's process is started.
#define RUN_WITH_BOTH_LAUNCHERS(Class)                                                                                                 \
    int main(int argc, char** argv)                                                                                                    \
    {                                                                                                                                  \
        Class own(RuntimeFixture::Launcher::Own), crun(RuntimeFixture::Launcher::Crun);                                                \
        return QTest::qExec(&own, argc, argv) + QTest::qExec(&crun, argc, argv);                                                       \
    }

// A stream that a client brought along before there was a process: our end, and the monitor's in the request.
inline UniqueFd attachFromTheStart(MonitorRequest& request, AttachOptions options)
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return {};
    request.attachers.push_back({UniqueFd(ends[1]), options});
    return UniqueFd(ends[0]);
}

// Until WORDS came, its end, or nothing for ten seconds.
inline std::string readUntil(int fd, std::string_view words)
{
    std::string text;
    char buffer[65536];
    pollfd ready{fd, POLLIN, 0};
    while ((words.empty() || text.find(words) == std::string::npos) && ::poll(&ready, 1, 10'000) > 0) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}
inline std::string readAll(int fd) { return readUntil(fd, {}); }

struct Streams
{
    std::string out, err;
    bool whole = true; // the frames came out even
};

inline Streams unframed(const std::string& framed)
{
    Streams streams;
    std::size_t at = 0;
    while (at + 8 <= framed.size()) {
        std::size_t length = 0;
        for (std::size_t i = 4; i < 8; ++i)
            length = length << 8 | static_cast<unsigned char>(framed[at + i]);
        (framed[at] == 2 ? streams.err : streams.out) += framed.substr(at + 8, length);
        at += 8 + length;
    }
    streams.whole = at == framed.size();
    return streams;
}

} // namespace slipway::test
