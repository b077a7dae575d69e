// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

// What slipway-monitor does itself instead of running crun: the common part of an OCI configuration, decided beforehand by the
// engine (runtime/launch_plan.h) down to flags and numbers, so that little is left to go wrong in the process that becomes
// the container. Plain values; written and read by the same build of Slipway only.
namespace slipway::launch
{

struct Capabilities // bit N: capability N of <linux/capability.h>
{
    std::uint64_t bounding = 0, permitted = 0, effective = 0, inheritable = 0, ambient = 0;
};

struct Rlimit
{
    std::int32_t resource = 0; // RLIMIT_*
    std::uint64_t soft = 0, hard = 0;
};

struct Process
{
    std::vector<std::string> args, env;
    std::string cwd = "/";
    std::uint32_t uid = 0, gid = 0, umask = 022;
    std::vector<std::uint32_t> groups;
    Capabilities capabilities;
    bool noNewPrivileges = false, terminal = false;
    std::int32_t program = -1; // not encoded: an open file of the launcher's that is executed, whatever args[0] is; -1: args[0] is looked for
    bool setsOomScore = false;
    std::int32_t oomScoreAdj = 0;
    std::uint16_t rows = 0, columns = 0;
    std::vector<Rlimit> rlimits;
    std::string seccomp; // struct sock_filter[], "" = none
};

struct FileWrite
{
    std::string path, value;
};

// The container's groups: absolute folders, one for each v1 hierarchy or the only one of v2.
struct Cgroup
{
    bool v2 = false;
    std::vector<std::string> folders;
    std::vector<FileWrite> limits; // written in this order before the process is in it
    std::string deviceProgram;     // v2: struct bpf_insn[], "" = none
};

struct Mount
{
    // File: a new instance of TYPE with DATA ("size=64m,mode=1777"). Bind: SOURCE of the host, with what is mounted below it.
    // Cgroup: what the container may see of its groups.
    enum class Kind : std::uint8_t { File, Bind, Cgroup };
    Kind kind = Kind::File;
    std::string type, source, target, data;
    std::uint64_t attributes = 0;  // MOUNT_ATTR_*
    std::uint64_t propagation = 0; // MS_PRIVATE, MS_SLAVE or MS_SHARED, 0: as it comes
    bool recursive = false;        // Bind: what is mounted below SOURCE too
    bool attributesBelow = false;  // and ATTRIBUTES hold for that as well,
    bool propagationBelow = false; // or PROPAGATION does
};

struct Device
{
    std::string path;
    std::uint32_t mode = 0; // with S_IFCHR or S_IFBLK
    std::uint32_t major = 0, minor = 0, uid = 0, gid = 0;
};

struct Join
{
    std::string path; // of the namespace
    std::uint64_t kind = 0; // CLONE_NEW*
};

struct Container
{
    std::string rootfs;
    std::uint64_t newNamespaces = 0; // CLONE_NEW*, without CLONE_NEWCGROUP
    bool newCgroupNamespace = false;
    std::vector<Join> joins;
    std::string hostname, domainname;
    std::vector<Mount> mounts;
    std::vector<Device> devices;
    std::vector<FileWrite> sysctls; // path below /proc/sys
    std::vector<std::string> maskedPaths, readonlyPaths;
    bool readonlyRoot = false;
    std::uint64_t rootPropagation = 0; // MS_SLAVE or MS_SHARED, 0: private
};

struct Plan
{
    std::string id;
    Container container;   // of a start; an exec has only `process` and `cgroup`
    bool exec = false;     // into the namespaces of the process whose pidfd the launcher is given
    Process process;
    Cgroup cgroup;
};

[[nodiscard]] std::string encode(const Plan& plan);
[[nodiscard]] Result<Plan> decode(const std::string& bytes); // Internal when it is not what encode made

} // namespace slipway::launch
