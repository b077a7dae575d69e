// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/unique_fd.h"
#include "logstore/log_writer.h"
#include "runtime/oci_spec.h"

// The monitors, seen from the engine. A monitor starts the container itself where its OCI configuration is of the common kind
// (runtime/launch_plan.h), and runs crun for everything else; nothing else differs between the two.
//
//   engine ──spawn──► slipway-monitor ──clone, or crun run --detach──► container init (child of the monitor: it is the subreaper)
//      ▲                 │ RUNDIR/monitor.sock: attach, resize, wait
//      └── ready fd ─────┘ EXITFILE: written (tmp, rename, then fsync) when the init is gone
//
// A monitor belongs to one container (or one exec session), is in its own session, holds stdio or the pty, writes the log,
// and outlives the engine: a restarted engine finds it by its socket. An exec session is a monitor too (without a log), and is started the way its container was.
namespace slipway
{

// How a container or exec ended. signal != 0: killed by it, and code = 128 + signal, as Docker reports.
struct ExitStatus
{
    int code = 0;
    int signal = 0;
    bool oomKilled = false;
    TimePoint finishedAt{};
};

struct AttachOptions
{
    bool in = false, out = true, err = true;
    std::optional<bool> framed = {}; // output in Docker's frames; unset: unless there is a terminal
    // Of a process with MonitorRequest::keep: the stream begins with "CONTINUED POSITION LENGTH ROWS COLUMNS\n" and LENGTH bytes of what
    // was printed; then comes what is printed now, the first byte being number POSITION. CONTINUED 1: they go on at the
    // number given here. 0: so much is not kept (anything beyond the end asks for all that is), they are for an empty terminal of that size.
    std::optional<std::uint64_t> keptFrom = {};
};

struct MonitorRequest
{
    std::string containerId;
    std::filesystem::path runDir;   // per container or exec, 0700; monitor.sock, pid, and console socket live here
    std::filesystem::path exitFile;
    bool terminal = false;
    bool openStdin = false;
    bool stdinOnce = false;         // close stdin when the first attached client that had it goes
    bool ephemeral = false;         // nobody asks for its log and exit code after a power cut: neither is synced
    std::uint16_t rows = 0, columns = 0;
    std::size_t keep = 0; // bytes of the latest output that are kept, for AttachOptions::keptFrom
    // Streams of clients that attached before there was a process: the monitor's ends of socket pairs, which it inherits
    // and serves from the first byte exactly as if they had connected by Runtime::attach.
    struct Attacher
    {
        UniqueFd socket;
        AttachOptions options;
    };
    std::vector<Attacher> attachers;
};

struct RunRequest : MonitorRequest
{
    Json spec;                      // of makeSpec; written to RUNDIR/bundle/config.json, as an OCI runtime reads it
    std::filesystem::path logDir;   // empty: no log (log driver "none")
    logstore::RotationLimits logLimits;
    UniqueFd netns;                 // passed to the monitor and crun as fd `netnsFd` of the spec; may be none
    std::vector<UniqueFd> portHolders; // kept open by the monitor until the container is gone
    struct Forward
    {
        int holder;
        std::string targetIp;
        std::uint16_t targetPort;
    };
    UniqueFd resolverUdp, resolverTcp;  // the monitor answers there for the names in the folder NAMES; may be none
    std::filesystem::path names;
    std::vector<std::string> dns;       // servers that the user wants asked for other names; none: the host's
    std::vector<Forward> forwards;  // the monitor carries what comes to the holder to this address
};

struct ExecRequest : MonitorRequest
{
    Json process;                           // of makeExecProcess
    std::filesystem::path containerRunDir;  // of the container's RunRequest
    UniqueFd target;                        // pidfd of the container's init
    // The process is this machine's own static busybox, of which args are the arguments: for a container that has no shell. It is
    // executed from a sealed copy in memory, so the container's file system is not touched and nothing can be kept or overwritten.
    bool tool = false;
};

struct Started
{
    pid_t pid = 0;       // of the container's init (or the exec's process) in the engine's pid namespace
    pid_t monitorPid = 0;
    TimePoint startedAt{};
};

// What RUNDIR of a live monitor told a restarted engine.
using Recovered = Started;

// Thread-safe and blocking (milliseconds). Errors of crun come back with its own last line; a command that does not exist or
// cannot be executed is InvalidArgument with runc's wording, which the docker command turns into exit 127 or 126.
class Runtime
{
public:
    struct Settings
    {
        std::filesystem::path monitorProgram; // slipway-monitor; beside it slipway-init
        std::string ociRuntime = "crun";
        std::filesystem::path runtimeRoot;    // crun --root
        bool cgroups = true;                  // false: none are used
        int keepOpen = -1;                    // a descriptor that every monitor keeps open, -1 = none
        int routerNetns = -1;                 // rootless: the network namespace in which RunRequest::forwards connect
    };
    explicit Runtime(Settings settings);
    ~Runtime();

    // The program that is bound into containers with Init.
    [[nodiscard]] std::filesystem::path initProgram() const;

    // The fd number under which RunRequest::netns is inherited: put "/proc/self/fd/<this>" in SpecInput::networkNamespace.
    static constexpr int netnsFd = 9;

    [[nodiscard]] Result<Started> run(RunRequest request);
    [[nodiscard]] Result<Started> exec(ExecRequest request);

    // A connected stream socket. Framed: Docker's 8-byte framed stream from the container ({1|2,0,0,0,len32be}), otherwise
    // its bytes as they are; to it always raw bytes. Half-close (SHUT_WR) closes the container's stdin where
    // stdinOnce is set. End of file when the container is gone and all its output was sent.
    [[nodiscard]] Result<UniqueFd> attach(const std::filesystem::path& runDir, AttachOptions options);
    [[nodiscard]] Status resize(const std::filesystem::path& runDir, std::uint16_t rows, std::uint16_t columns);

    // Calls ONEXIT once, on a thread of the Runtime, when the monitor of RUNDIR says the process ended, or died itself
    // (then the exit code comes from EXITFILE or, after the process's pidfd fired, code 255... see runtime.cpp).
    void watchExit(const std::filesystem::path& runDir, const std::filesystem::path& exitFile, pid_t pid,
                   std::function<void(ExitStatus)> onExit);

    // After an engine start: what runs under RUNDIR, if anything still does (pid and its start time are compared).
    [[nodiscard]] std::optional<Recovered> recover(const std::filesystem::path& runDir);
    [[nodiscard]] static std::optional<ExitStatus> readExitFile(const std::filesystem::path& exitFile);
    // EXITFILE or, where its disk was full, the copy that the monitor then left in RUNDIR.
    [[nodiscard]] static std::optional<ExitStatus> recordedExit(const std::filesystem::path& runDir,
                                                                const std::filesystem::path& exitFile);
    // When the process of RUNDIR was started, whether it still runs or not.
    [[nodiscard]] static std::optional<TimePoint> recordedStart(const std::filesystem::path& runDir);

    // Removes what is left of it (crun's state, the groups CGROUPPATH), killing what still runs. No error when nothing is.
    [[nodiscard]] Status destroy(const std::string& containerId, const std::string& cgroupPath);
    // The same for a container whose processes and cgroups are gone: only its state is left, and no process is needed.
    void forget(const std::string& containerId);
    [[nodiscard]] std::string version() const; // "crun 1.21", "" when it cannot be run

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
