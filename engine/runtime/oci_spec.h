// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

struct SpecMount
{
    std::string source, destination;
    std::string type = "bind"; // bind, tmpfs
    bool readOnly = false;
    std::string propagation;   // "", rprivate, rshared, rslave
    std::vector<std::string> options; // further mount options ("size=64m", "mode=1777")
};

struct SpecResources // 0 / -1 as in Docker's HostConfig: 0 = not set
{
    std::int64_t memory = 0, memoryReservation = 0, memorySwap = 0, kernelMemoryTcp = 0; // bytes; memorySwap -1 = unlimited
    std::int64_t nanoCpus = 0, cpuShares = 0, cpuPeriod = 0, cpuQuota = 0;
    std::string cpusetCpus, cpusetMems;
    std::int64_t pidsLimit = 0;
    bool oomKillDisable = false;
    std::uint16_t blkioWeight = 0;
    std::optional<std::int64_t> swappiness;
    struct Throttle
    {
        std::string what;    // OCI's name: throttleReadBpsDevice, throttleWriteBpsDevice, throttleReadIOPSDevice, throttleWriteIOPSDevice
        std::uint32_t major, minor;
        std::uint64_t rate;  // bytes or operations per second
    };
    std::vector<Throttle> throttles;
};

struct SpecUlimit
{
    std::string name; // "nofile"
    std::int64_t soft = 0, hard = 0;
};

// The user a process runs as, already resolved against the image's /etc/passwd and /etc/group.
struct SpecUser
{
    std::uint32_t uid = 0, gid = 0;
    std::vector<std::uint32_t> additionalGids;
    std::string home; // for HOME when the environment has none
};

struct SpecProcess
{
    std::vector<std::string> args, env;
    std::string cwd = "/";
    SpecUser user;
    bool terminal = false;
    std::uint16_t rows = 0, columns = 0;
    bool privileged = false; // all capabilities, no seccomp
    bool noNewPrivileges = false;
    std::vector<std::string> capAdd, capDrop; // "NET_ADMIN", "CAP_NET_ADMIN", "ALL"
    std::vector<SpecUlimit> ulimits;
    int oomScoreAdj = 0;
};

// All that a container's OCI configuration is made from: the engine's request and never the image's labels.
struct SpecInput
{
    std::string id;
    std::filesystem::path rootfs;
    bool readOnlyRootfs = false;
    SpecProcess process;
    std::string hostname, domainname;
    std::vector<SpecMount> mounts;
    SpecResources resources;
    std::int64_t shmSize = 64ll << 20;
    bool shm = true; // false: no /dev/shm (ipc mode none)
    std::map<std::string, std::string> sysctls;
    // Namespaces: "" = a new one, "host" = the engine's, otherwise a path (/proc/…/ns/net, /proc/self/fd/7).
    std::string networkNamespace, pidNamespace, ipcNamespace, utsNamespace;
    bool hostCgroupNamespace = false;
    std::string cgroupPath; // "/slipway/<id>"; empty: cgroups are not managed (rootless without delegation)
    bool rootless = false;
    bool unconfinedSeccomp = false;
    Json ownSeccomp; // a profile in Docker's format instead of ours; null: ours
    std::optional<std::vector<std::string>> maskedPaths, readonlyPaths; // none: ours
    std::vector<std::string> deviceRules; // "c 42:* rmw"
    std::map<std::string, std::string> annotations;
    std::vector<std::string> devices;  // "/dev/fuse[:/dev/x[:rwm]]"
};

// linux.resources without the device rules.
[[nodiscard]] Json resourcesJson(const SpecResources& resources);

// Writes the whole security posture of docs/security.md: capabilities, seccomp, masked and read-only paths, device rules,
// all namespaces. InvalidArgument names the offending field (unknown capability, sysctl that is not namespaced, …).
[[nodiscard]] Result<Json> makeSpec(const SpecInput& input);

// The process.json of `crun exec` for a container whose spec input was CONTAINER.
[[nodiscard]] Result<Json> makeExecProcess(const SpecProcess& process, bool rootless);

// "", "name", "1000", "name:group", "1000:1000" resolved inside ROOTFS (its passwd and group are hostile: opened beneath
// it, regular files of at most 16 MiB only). InvalidArgument in runc's words: "unable to find user X: no matching entries in
// passwd file".
[[nodiscard]] Result<SpecUser> resolveUser(const std::string& rootfs, const std::string& user,
                                           const std::vector<std::string>& extraGroups);

} // namespace slipway
