// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/launch_plan.h"

#include <algorithm>
#include <linux/sched.h>
#include <map>
#include <set>
#include <string_view>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "os/cgroup_limits.h"
#include "runtime/capabilities.h"
#include "runtime/device_program.h"
#include "runtime/seccomp_program.h"

namespace slipway
{

namespace
{
using Words = std::set<std::string, std::less<>>;

bool onlyHas(const Json& object, const Words& keys)
{
    if (!object.is_object())
        return object.is_null();
    return std::ranges::all_of(object.items(), [&](const auto& member) { return keys.contains(member.key()); });
}

struct Option
{
    std::uint64_t set = 0, clear = 0, propagation = 0;
    bool bind = false, below = false;
};

const std::map<std::string, Option, std::less<>>& mountOptions()
{
    static const std::map<std::string, Option, std::less<>> table = {
        {"defaults", {}},
        {"rw", {.clear = MOUNT_ATTR_RDONLY}},
        {"ro", {.set = MOUNT_ATTR_RDONLY}},
        {"rro", {.set = MOUNT_ATTR_RDONLY, .below = true}},
        {"nosuid", {.set = MOUNT_ATTR_NOSUID}},
        {"suid", {.clear = MOUNT_ATTR_NOSUID}},
        {"nodev", {.set = MOUNT_ATTR_NODEV}},
        {"dev", {.clear = MOUNT_ATTR_NODEV}},
        {"noexec", {.set = MOUNT_ATTR_NOEXEC}},
        {"exec", {.clear = MOUNT_ATTR_NOEXEC}},
        {"relatime", {.clear = MOUNT_ATTR__ATIME}},
        {"noatime", {.set = MOUNT_ATTR_NOATIME, .clear = MOUNT_ATTR__ATIME}},
        {"strictatime", {.set = MOUNT_ATTR_STRICTATIME, .clear = MOUNT_ATTR__ATIME}},
        {"nodiratime", {.set = MOUNT_ATTR_NODIRATIME}},
        {"diratime", {.clear = MOUNT_ATTR_NODIRATIME}},
        {"bind", {.bind = true}},
        {"rbind", {.bind = true, .below = true}},
        {"private", {.propagation = MS_PRIVATE}},
        {"rprivate", {.propagation = MS_PRIVATE, .below = true}},
        {"slave", {.propagation = MS_SLAVE}},
        {"rslave", {.propagation = MS_SLAVE, .below = true}},
        {"shared", {.propagation = MS_SHARED}},
        {"rshared", {.propagation = MS_SHARED, .below = true}}};
    return table;
}

void apply(const Option& option, launch::Mount& mount)
{
    mount.attributes = (mount.attributes & ~option.clear) | option.set;
    mount.attributesBelow |= option.set && option.below;
    mount.recursive |= option.bind && option.below;
    if (option.propagation) {
        mount.propagation = option.propagation;
        mount.propagationBelow = option.below;
    }
    if (option.bind)
        mount.kind = launch::Mount::Kind::Bind;
}

std::optional<launch::Mount> mountOf(const Json& entry)
{
    static const Words uncommon = {"remount", "unbindable", "runbindable", "tmpcopyup", "idmap", "ridmap", "copy-symlink", "src-nofollow", "dest-nofollow"};
    if (!onlyHas(entry, {"destination", "type", "source", "options"}))
        return std::nullopt;
    launch::Mount mount;
    mount.type = jsonValue<std::string>(entry, "type");
    mount.source = jsonValue<std::string>(entry, "source");
    mount.target = jsonValue<std::string>(entry, "destination");
    if (mount.type == "bind")
        mount.kind = launch::Mount::Kind::Bind;
    else if (mount.type == "cgroup")
        mount.kind = launch::Mount::Kind::Cgroup;
    for (const auto& option : jsonValue<std::vector<std::string>>(entry, "options")) {
        if (uncommon.contains(option))
            return std::nullopt;
        if (const auto known = mountOptions().find(option); known != mountOptions().end())
            apply(known->second, mount);
        else
            mount.data += (mount.data.empty() ? "" : ",") + option;
    }
    const bool bind = mount.kind == launch::Mount::Kind::Bind;
    static const Words ours = {"/", "/proc", "/sys", "/dev"}; // a bind on one of these changes what the rest would do
    if (!mount.target.starts_with('/') || (bind && (ours.contains(mount.target) || !mount.data.empty() || !mount.source.starts_with('/'))))
        return std::nullopt;
    return mount;
}

std::uint64_t capabilityBits(const Json& names)
{
    std::uint64_t bits = 0;
    for (const Json& name : names) {
        if (const auto number = capabilityNumber(name.get<std::string>()))
            bits |= std::uint64_t(1) << *number;
    }
    return bits;
}

std::optional<int> rlimitNumber(const std::string& name)
{
    static const std::map<std::string, int, std::less<>> known = {
        {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},     {"RLIMIT_CPU", RLIMIT_CPU},
        {"RLIMIT_DATA", RLIMIT_DATA},       {"RLIMIT_FSIZE", RLIMIT_FSIZE},   {"RLIMIT_LOCKS", RLIMIT_LOCKS},
        {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE}, {"RLIMIT_NICE", RLIMIT_NICE},
        {"RLIMIT_NOFILE", RLIMIT_NOFILE},   {"RLIMIT_NPROC", RLIMIT_NPROC},   {"RLIMIT_RSS", RLIMIT_RSS},
        {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME}, {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
        {"RLIMIT_STACK", RLIMIT_STACK}};
    const auto it = known.find(name);
    return it == known.end() ? std::nullopt : std::optional(it->second);
}

std::optional<launch::Process> processOf(const Json& json)
{
    if (!onlyHas(json, {"args", "env", "cwd", "terminal", "user", "noNewPrivileges", "oomScoreAdj", "capabilities", "consoleSize", "rlimits"})
        || !onlyHas(jsonMember(json, "user"), {"uid", "gid", "additionalGids", "umask"}))
        return std::nullopt;
    launch::Process process;
    process.args = jsonValue<std::vector<std::string>>(json, "args");
    process.env = jsonValue<std::vector<std::string>>(json, "env");
    process.cwd = jsonValue<std::string>(json, "cwd", "/");
    process.terminal = jsonValue<bool>(json, "terminal");
    process.noNewPrivileges = jsonValue<bool>(json, "noNewPrivileges");
    process.setsOomScore = json.contains("oomScoreAdj");
    process.oomScoreAdj = jsonValue<std::int32_t>(json, "oomScoreAdj");
    const Json& user = jsonMember(json, "user");
    process.uid = jsonValue<std::uint32_t>(user, "uid");
    process.gid = jsonValue<std::uint32_t>(user, "gid");
    process.groups = jsonValue<std::vector<std::uint32_t>>(user, "additionalGids");
    process.umask = jsonValue<std::uint32_t>(user, "umask", 022);
    const Json& capabilities = jsonMember(json, "capabilities");
    process.capabilities = {.bounding = capabilityBits(jsonMember(capabilities, "bounding")), .permitted = capabilityBits(jsonMember(capabilities, "permitted")),
                            .effective = capabilityBits(jsonMember(capabilities, "effective")), .inheritable = capabilityBits(jsonMember(capabilities, "inheritable")),
                            .ambient = capabilityBits(jsonMember(capabilities, "ambient"))};
    process.rows = jsonValue<std::uint16_t>(jsonMember(json, "consoleSize"), "height");
    process.columns = jsonValue<std::uint16_t>(jsonMember(json, "consoleSize"), "width");
    for (const Json& limit : jsonMember(json, "rlimits")) {
        const auto number = rlimitNumber(jsonValue<std::string>(limit, "type"));
        if (!number)
            return std::nullopt;
        process.rlimits.push_back({*number, jsonValue<std::uint64_t>(limit, "soft"), jsonValue<std::uint64_t>(limit, "hard")});
    }
    return process;
}

bool addNamespaces(const Json& linux, launch::Container& container)
{
    static const std::map<std::string, std::uint64_t, std::less<>> kinds = {
        {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"network", CLONE_NEWNET}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS}};
    for (const Json& entry : jsonMember(linux, "namespaces")) {
        const auto type = jsonValue<std::string>(entry, "type"), path = jsonValue<std::string>(entry, "path");
        const auto kind = kinds.find(type);
        if (type == "cgroup" && path.empty())
            container.newCgroupNamespace = true;
        else if (kind == kinds.end() || (type == "mount" && !path.empty()))
            return false;
        else if (path.empty())
            container.newNamespaces |= kind->second;
        else
            container.joins.push_back({path, kind->second});
    }
    return (container.newNamespaces & CLONE_NEWNS) != 0;
}

launch::Device deviceOf(const Json& entry)
{
    const auto type = jsonValue<std::string>(entry, "type");
    return {.path = jsonValue<std::string>(entry, "path"),
            .mode = jsonValue<std::uint32_t>(entry, "fileMode", 0666) | (type == "b" ? S_IFBLK : S_IFCHR),
            .major = jsonValue<std::uint32_t>(entry, "major"),
            .minor = jsonValue<std::uint32_t>(entry, "minor"),
            .uid = jsonValue<std::uint32_t>(entry, "uid"),
            .gid = jsonValue<std::uint32_t>(entry, "gid")};
}

std::vector<launch::Device> devicesOf(const Json& linux)
{
    std::vector<launch::Device> devices;
    for (const Json& entry : jsonMember(linux, "devices"))
        devices.push_back(deviceOf(entry));
    static const struct
    {
        const char* path;
        std::uint32_t major, minor;
    } everybodys[] = {{"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7}, {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};
    for (const auto& node : everybodys) {
        if (std::ranges::none_of(devices, [&](const launch::Device& d) { return d.path == node.path; }))
            devices.push_back({.path = node.path, .mode = S_IFCHR | 0666, .major = node.major, .minor = node.minor});
    }
    return devices;
}

bool addLinux(const Json& linux, launch::Container& container)
{
    static const Words known = {"namespaces", "rootfsPropagation", "maskedPaths", "readonlyPaths", "seccomp", "sysctl", "cgroupsPath", "resources", "devices"};
    if (!onlyHas(linux, known) || !addNamespaces(linux, container))
        return false;
    const auto propagation = jsonValue<std::string>(linux, "rootfsPropagation");
    container.rootPropagation = propagation.ends_with("shared") ? MS_SHARED : propagation.ends_with("slave") ? MS_SLAVE : 0;
    container.maskedPaths = jsonValue<std::vector<std::string>>(linux, "maskedPaths");
    container.readonlyPaths = jsonValue<std::vector<std::string>>(linux, "readonlyPaths");
    for (const auto& [name, value] : jsonValue<std::map<std::string, std::string>>(linux, "sysctl")) {
        std::string path = name;
        std::ranges::replace(path, '.', '/');
        container.sysctls.push_back({path, value});
    }
    container.devices = devicesOf(linux);
    return true;
}

bool addCgroup(const Json& linux, const Cgroups& cgroups, launch::Cgroup& cgroup)
{
    const auto path = jsonValue<std::string>(linux, "cgroupsPath");
    const Json& resources = jsonMember(linux, "resources");
    if (path.empty() || cgroups.version() == Cgroups::Version::None)
        return false;
    if (!onlyHas(resources, {"memory", "cpu", "pids", "blockIO", "devices"}))
        return false;
    cgroup.v2 = cgroups.version() == Cgroups::Version::V2;
    for (const auto& folder : cgroups.groups(path))
        cgroup.folders.push_back(folder.string());
    for (const CgroupLimit& limit : cgroupLimits(cgroups.folders(path), resources, cgroup.v2))
        cgroup.limits.push_back({limit.file.string(), limit.value});
    if (cgroup.v2)
        cgroup.deviceProgram = deviceProgram(jsonMember(resources, "devices"));
    return !cgroup.folders.empty();
}
} // namespace

std::optional<launch::Plan> launchPlan(const Json& spec, const std::string& id, const Cgroups& cgroups)
{
    if (!onlyHas(spec, {"ociVersion", "process", "root", "mounts", "linux", "annotations", "hostname", "domainname"}))
        return std::nullopt;
    for (const auto& [name, value] : jsonMember(spec, "annotations").items()) {
        if (name.starts_with("run.oci.")) // crun's own switches
            return std::nullopt;
    }
    launch::Plan plan;
    plan.id = id;
    launch::Container& container = plan.container;
    const Json& root = jsonMember(spec, "root");
    container.rootfs = jsonValue<std::string>(root, "path");
    container.readonlyRoot = jsonValue<bool>(root, "readonly");
    container.hostname = jsonValue<std::string>(spec, "hostname");
    container.domainname = jsonValue<std::string>(spec, "domainname");
    const Json& linux = jsonMember(spec, "linux");
    auto process = processOf(jsonMember(spec, "process"));
    if (!process || !addLinux(linux, container) || !addCgroup(linux, cgroups, plan.cgroup))
        return std::nullopt;
    plan.process = *std::move(process);
    for (const Json& entry : jsonMember(spec, "mounts")) {
        auto mount = mountOf(entry);
        if (!mount)
            return std::nullopt;
        container.mounts.push_back(*std::move(mount));
    }
    if (linux.contains("seccomp")) {
        auto program = seccompProgram(linux["seccomp"]);
        if (!program)
            return std::nullopt;
        plan.process.seccomp = *std::move(program);
    }
    return plan;
}

std::optional<launch::Plan> execPlan(const Json& process, const launch::Plan& container)
{
    auto wanted = processOf(process);
    if (!wanted)
        return std::nullopt;
    launch::Plan plan;
    plan.id = container.id;
    plan.exec = true;
    plan.process = *std::move(wanted);
    plan.process.seccomp = container.process.seccomp;
    plan.cgroup = container.cgroup;
    plan.cgroup.limits.clear();
    plan.cgroup.deviceProgram.clear();
    return plan;
}

} // namespace slipway
