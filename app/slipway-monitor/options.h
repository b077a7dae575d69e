// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logstore/log_writer.h"
#include "resolver.h"

namespace slipway::monitor
{

// The command line of slipway-monitor, written by runtime/runtime.cpp and by nobody else (or --park, see park.h):
//   --id ID --run-dir DIR --exit-file FILE (--plan FILE | --crun PATH --crun-root DIR (--bundle DIR | --exec PROCESS.json)
//   [--tool] [--crun-fd] [--no-cgroups]) [--descriptors N] [--log-dir DIR --log-bytes N --log-segments N] [--tty] [--stdin] [--stdin-once]
//   [--size ROWS COLS] [--keep BYTES] [--ephemeral] [--attach FD IN OUT ERR FRAMED]… [--router FD --forward FD ADDRESS PORT…]
//   [--resolver UDP-FD TCP-FD NAMES-DIR [--dns ADDRESS]…]
// Descriptor 3 is the ready pipe, 6 the program of an exec that is not one of the container's (with --tool 4 is slipway-init, which crun
// then starts to execute that), 7 this program, 8 crun with --crun-fd, 9 the network namespace if there is one, or the pidfd of the
// container's init for an exec by --plan (launch/plan.h); all others only have to stay open.
constexpr int readyFd = 3, initFd = 4, toolFd = 6, programFd = 7, crunFd = 8, netnsFd = 9;

struct Options
{
    std::string id, runDir, exitFile, plan, crun = "crun", crunRoot, bundle, execProcess, logDir;
    bool crunByFd = false, tool = false, cgroups = true, tty = false, openStdin = false, stdinOnce = false;
    bool ephemeral = false; // log and exit code need not survive a power cut
    unsigned rows = 0, columns = 0;
    std::size_t keep = 0; // so much of the latest output is kept for whoever attaches later and asks for it
    std::uint64_t descriptors = 0; // the soft limit of the container; 0: what we have
    logstore::RotationLimits logLimits;
    struct Attach
    {
        int fd;
        bool in, out, err, framed;
    };
    std::vector<Attach> attaches;
    struct Forward // rootless: what comes to the socket FD goes to IP:PORT behind the network namespace ROUTER
    {
        int fd;
        std::string ip;
        std::uint16_t port;
    };
    std::vector<Forward> forwards;
    int router = -1;
    ResolverOptions resolver; // udp -1: none

    [[nodiscard]] bool parse(const std::vector<std::string>& words); // without the program's name
};

} // namespace slipway::monitor
