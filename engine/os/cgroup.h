// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "os/cgroup_limits.h"
#include "os/cgroup_meter.h"

namespace slipway
{

class UsageMeter;

// The cgroup hierarchies of this machine (v1, v2, or none that we may use) and one container's groups in them.
// Thread-safe. Paths are as in the OCI spec's cgroupsPath: "/slipway/<id>".
class Cgroups
{
public:
    enum class Version : std::uint8_t { None, V1, V2 };

    Cgroups(); // looks at /proc/self/mountinfo once
    [[nodiscard]] Version version() const;        // None when there are some but this process may not write to them
    [[nodiscard]] Version machineVersion() const; // what is mounted
    // Controllers that exist and can be used: "memory", "cpu", "pids", "cpuset", "io", "devices"; "io.weight": io with weights;
    // "memory.kmem.tcp": limits of what TCP may use.
    [[nodiscard]] bool has(const std::string& controller) const;
    // The group of the container ID: in PARENT, or in "/slipway" where that is empty. "" without cgroups.
    [[nodiscard]] std::string pathFor(const std::string& parent, const std::string& id) const;

    // For reading every second: the few counters of a history (null without cgroups), or all that there are of the container whose
    // first process is PID (without cgroups or with an empty PATH from /proc).
    [[nodiscard]] std::unique_ptr<CgroupMeter> meter(const std::string& path) const;
    [[nodiscard]] UsageMeter usageMeter(const std::string& path, pid_t pid) const;
    // While the group is there: until remove(), though its processes have ended. Empty without.
    [[nodiscard]] CgroupMeter::LastWords lastWords(const std::string& path) const;
    // Without cgroups: the sum over all processes in the pid namespace of PID, from /proc.
    [[nodiscard]] static Result<ResourceUsage> usageFromProc(pid_t pid);
    [[nodiscard]] std::vector<pid_t> processes(const std::string& path) const;
    // One container's group in each hierarchy that is mounted, and those with a controller that we know; none are made.
    [[nodiscard]] std::vector<std::filesystem::path> groups(const std::string& path) const;
    [[nodiscard]] CgroupFolders folders(const std::string& path) const;
    // New values for limits of a group (linux.resources of an OCI configuration, only what is to change).
    [[nodiscard]] Status limit(const std::string& path, const Json& resources) const;
    // Returns when all processes are (or are no longer) frozen.
    [[nodiscard]] Status freeze(const std::string& path, bool frozen) const;
    // Kills what is left and removes the groups, with those that the container made below them. No error when they do not
    // exist.
    [[nodiscard]] Status remove(const std::string& path) const;

private:
    struct Impl;
    std::shared_ptr<const Impl> m_impl;
};

// Of the machine: online CPUs, total memory in bytes.
[[nodiscard]] unsigned onlineCpus();
[[nodiscard]] std::uint64_t hostMemory();
[[nodiscard]] std::string onlineCpuList();  // "0-3"
[[nodiscard]] std::string onlineNodeList(); // "0"

} // namespace slipway
