// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/oci_spec.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/errno_text.h"
#include "runtime/capabilities.h"
#include "runtime/seccomp.h"

namespace slipway
{

namespace
{
Json mountOf(const char* destination, const char* type, const char* source, std::initializer_list<const char*> options)
{
    return {{"destination", destination}, {"type", type}, {"source", source}, {"options", Json(std::vector<std::string>(options.begin(), options.end()))}};
}

Json defaultMounts(const SpecInput& input)
{
    Json mounts = Json::array();
    if (input.rootless && input.pidNamespace == "host") // a new proc needs a pid namespace of one's own
        mounts.push_back(mountOf("/proc", "bind", "/proc", {"rbind", "nosuid", "noexec", "nodev"}));
    else
        mounts.push_back(mountOf("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
    mounts.push_back(mountOf("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
    Json pts = mountOf("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"});
    if (!input.rootless)
        pts["options"].push_back("gid=5");
    mounts.push_back(std::move(pts));
    const char* sysAccess = input.process.privileged ? "rw" : "ro";
    if (input.rootless && input.networkNamespace == "host") // a new sysfs needs a network namespace of one's own
        mounts.push_back(mountOf("/sys", "bind", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}));
    else
        mounts.push_back(mountOf("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", sysAccess}));
    if (!input.cgroupPath.empty())
        mounts.push_back(mountOf("/sys/fs/cgroup", "cgroup", "cgroup", {sysAccess, "nosuid", "noexec", "nodev"}));
    if (!input.rootless || input.ipcNamespace != "host") // the host's queues belong to its own root
        mounts.push_back(mountOf("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
    if (!input.shm)
        return mounts;
    Json shm = input.ipcNamespace == "host" ? mountOf("/dev/shm", "bind", "/dev/shm", {"rbind"})
                                            : mountOf("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777"});
    if (input.ipcNamespace != "host")
        shm["options"].push_back("size=" + std::to_string(input.shmSize));
    mounts.push_back(std::move(shm));
    return mounts;
}

Json mountOf(const SpecMount& mount)
{
    std::vector<std::string> options = mount.options;
    if (mount.type == "bind") {
        options.emplace_back("rbind");
        options.push_back(mount.propagation.empty() ? "rprivate" : mount.propagation);
        if (mount.readOnly)
            options.emplace_back("rro");
        else if (std::ranges::find(options, "ro") == options.end())
            options.emplace_back("rw");
    } else {
        options.emplace_back(mount.readOnly ? "ro" : "rw");
        for (const std::string restriction : {"nosuid", "nodev", "noexec"}) // unless the user lifts it
            if (!std::ranges::contains(options, restriction) && !std::ranges::contains(options, restriction.substr(2)))
                options.push_back(restriction);
    }
    return {{"destination", mount.destination},
            {"type", mount.type},
            {"source", mount.type == "bind" ? mount.source : "tmpfs"},
            {"options", options}};
}

Result<Json> processOf(const SpecProcess& process)
{
    TRY(auto capabilities, grantedCapabilities(process.capAdd, process.capDrop, process.privileged));
    // Only uid 0 holds them from the start; for others they are what a set-uid program may get.
    const Json effective = process.user.uid == 0 ? Json(capabilities) : Json::array();
    Json made = {
        {"args", process.args},
        {"env", process.env},
        {"cwd", process.cwd.empty() ? "/" : process.cwd},
        {"terminal", process.terminal},
        {"user", {{"uid", process.user.uid}, {"gid", process.user.gid}, {"additionalGids", process.user.additionalGids}, {"umask", 18}}},
        {"noNewPrivileges", process.noNewPrivileges},
        {"oomScoreAdj", process.oomScoreAdj},
        {"capabilities", {{"bounding", capabilities}, {"permitted", effective}, {"effective", effective}, {"inheritable", Json::array()}, {"ambient", Json::array()}}},
    };
    if (process.terminal && process.rows > 0)
        made["consoleSize"] = {{"height", process.rows}, {"width", process.columns}};
    Json limits = Json::array();
    for (const SpecUlimit& limit : process.ulimits) {
        std::string name = limit.name;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        limits.push_back({{"type", "RLIMIT_" + name}, {"soft", static_cast<std::uint64_t>(limit.soft)}, {"hard", static_cast<std::uint64_t>(limit.hard)}});
    }
    if (!limits.empty())
        made["rlimits"] = std::move(limits);
    if (process.oomScoreAdj == 0)
        made.erase("oomScoreAdj");
    return made;
}

void setNamespace(Json& namespaces, const char* type, const std::string& wanted)
{
    if (wanted == "host")
        return;
    Json entry = {{"type", type}};
    if (!wanted.empty())
        entry["path"] = wanted;
    namespaces.push_back(std::move(entry));
}

Json namespacesOf(const SpecInput& input)
{
    Json namespaces = Json::array({{{"type", "mount"}}});
    setNamespace(namespaces, "pid", input.pidNamespace);
    setNamespace(namespaces, "network", input.networkNamespace);
    setNamespace(namespaces, "ipc", input.ipcNamespace);
    setNamespace(namespaces, "uts", input.utsNamespace);
    if (!input.hostCgroupNamespace && !input.cgroupPath.empty())
        setNamespace(namespaces, "cgroup", "");
    return namespaces;
}

Json defaultDeviceRules()
{
    const auto rule = [](int major, int minor) {
        return Json{{"allow", true}, {"type", "c"}, {"major", major}, {"minor", minor}, {"access", "rwm"}};
    };
    return Json::array({Json{{"allow", false}, {"access", "rwm"}}, rule(1, 3), rule(1, 5), rule(1, 7), rule(1, 8),
                        rule(1, 9), rule(5, 0), rule(5, 2), rule(136, -1)});
}

Json resourcesOf(const SpecResources& r, bool privileged)
{
    Json made = resourcesJson(r);
    made["devices"] = privileged ? Json::array({Json{{"allow", true}, {"access", "rwm"}}}) : defaultDeviceRules();
    for (Json& rule : made["devices"]) {
        if (jsonValue<int>(rule, "minor") == -1)
            rule.erase("minor");
    }
    return made;
}

Status checkSysctls(const SpecInput& input)
{
    static const std::set<std::string> ipc = {"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
                                              "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"};
    for (const auto& [name, value] : input.sysctls) {
        const bool network = name.starts_with("net.") && input.networkNamespace != "host";
        const bool ipcOne = (ipc.contains(name) || name.starts_with("fs.mqueue.")) && input.ipcNamespace != "host";
        const bool clean = name.find_first_of("+/\n ") == std::string::npos && value.find('\n') == std::string::npos;
        if (!clean || (!network && !ipcOne))
            return fail(ErrorKind::InvalidArgument, "sysctl '" + name + "' is not allowed: only namespaced ones of the container's own namespaces can be set");
    }
    return {};
}

Result<Json> deviceOf(const std::string& text)
{
    const auto first = text.find(':');
    const std::string host = text.substr(0, first);
    std::string inside = first == std::string::npos ? host : text.substr(first + 1);
    std::string access = "rwm";
    if (const auto second = inside.find(':'); second != std::string::npos) {
        access = inside.substr(second + 1);
        inside.resize(second);
    } else if (first != std::string::npos && inside.find('/') == std::string::npos) {
        access = inside;
        inside = host;
    }
    struct stat info{};
    const std::string what = "error gathering device information while adding custom device \"" + host + "\": ";
    if (::stat(host.c_str(), &info) != 0)
        return fail(ErrorKind::InvalidArgument, what + errnoText(errno));
    if (!(S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)))
        return fail(ErrorKind::InvalidArgument, what + "not a device node");
    return Json{{"path", inside}, {"type", S_ISCHR(info.st_mode) ? "c" : "b"}, {"major", major(info.st_rdev)}, {"minor", minor(info.st_rdev)}, {"fileMode", info.st_mode & 0777}, {"uid", 0}, {"gid", 0}, {"access", access}};
}

const std::vector<std::string>& maskedPaths()
{
    static const std::vector<std::string> paths = {
        "/proc/acpi",       "/proc/asound",      "/proc/interrupts", "/proc/kcore",  "/proc/keys",     "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi",       "/proc/timer_list", "/proc/timer_stats", "/sys/firmware", "/sys/fs/selinux",
        "/sys/devices/virtual/powercap"};
    return paths;
}

const std::vector<std::string>& readonlyPaths()
{
    static const std::vector<std::string> paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    return paths;
}

// The device nodes below FOLDER of the machine, as deviceOf takes them: INSIDE is the folder's name in the container.
void devicesBelow(const std::filesystem::path& folder, const std::string& inside, const std::string& access, std::vector<std::string>& found)
{
    static const std::set<std::string> notOurs = {"pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"};
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (entry.is_symlink(ignored) || notOurs.contains(name))
            continue;
        if (entry.is_directory(ignored))
            devicesBelow(entry.path(), inside + "/" + name, access, found);
        else if (entry.is_character_file(ignored) || entry.is_block_file(ignored))
            found.push_back(entry.path().string() + ":" + inside + "/" + name + ":" + access);
    }
}

// A privileged container has the machine's; a folder stands for the nodes in it.
std::vector<std::string> wantedDevices(const SpecInput& input)
{
    std::vector<std::string> wanted;
    if (input.process.privileged && !input.rootless) {
        devicesBelow("/dev", "/dev", "rwm", wanted);
        std::erase_if(wanted, [](const std::string& text) { // what every container has of its own
            static const std::set<std::string> own = {"console", "null", "zero", "full", "random", "urandom", "tty", "ptmx"};
            return own.contains(text.substr(5, text.find(':') - 5));
        });
    }
    for (const std::string& text : input.devices) {
        const auto first = text.find(':'), second = text.find(':', first == std::string::npos ? first : first + 1);
        std::error_code ignored;
        std::vector<std::string> below;
        if (second != std::string::npos && std::filesystem::is_directory(text.substr(0, first), ignored))
            devicesBelow(text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1), below);
        if (below.empty())
            below.push_back(text);
        wanted.insert(wanted.end(), below.begin(), below.end());
    }
    return wanted;
}

Json deviceRule(const std::string& text) // "c 42:* rmw", checked before
{
    const auto colon = text.find(':'), space = text.find(' ', colon);
    Json rule = {{"allow", true}, {"type", text.substr(0, 1)}, {"access", text.substr(space + 1)}};
    if (const std::string number = text.substr(2, colon - 2); number != "*")
        rule["major"] = std::stol(number);
    if (const std::string number = text.substr(colon + 1, space - colon - 1); number != "*")
        rule["minor"] = std::stol(number);
    return rule;
}

Status addDevices(Json& linux, Json& mounts, const SpecInput& input)
{
    Json devices = Json::array();
    for (const std::string& text : input.deviceRules) {
        if (linux.contains("resources"))
            linux["resources"]["devices"].push_back(deviceRule(text));
    }
    for (const std::string& text : wantedDevices(input)) {
        TRY(auto device, deviceOf(text));
        if (input.rootless) { // no node can be made in a user namespace, and crun would bind one of the same name only
            const bool writable = jsonValue<std::string>(device, "access").contains('w');
            mounts.push_back({{"destination", device["path"]}, {"type", "bind"}, {"source", text.substr(0, text.find(':'))},
                              {"options", {"bind", "nosuid", "noexec", writable ? "rw" : "ro"}}});
            continue;
        }
        if (linux.contains("resources"))
            linux["resources"]["devices"].push_back({{"allow", true}, {"type", device["type"]}, {"major", device["major"]}, {"minor", device["minor"]}, {"access", device["access"]}});
        device.erase("access");
        devices.push_back(std::move(device));
    }
    if (!devices.empty())
        linux["devices"] = std::move(devices);
    return {};
}
} // namespace

Json resourcesJson(const SpecResources& r)
{
    Json made = Json::object();
    Json memory = Json::object();
    if (r.memory > 0)
        memory["limit"] = r.memory;
    if (r.memoryReservation > 0)
        memory["reservation"] = r.memoryReservation;
    if (r.memory > 0 && r.memorySwap != 0)
        memory["swap"] = r.memorySwap;
    if (r.oomKillDisable)
        memory["disableOOMKiller"] = true;
    if (r.kernelMemoryTcp > 0)
        memory["kernelTCP"] = r.kernelMemoryTcp;
    if (r.swappiness)
        memory["swappiness"] = *r.swappiness;
    if (!memory.empty())
        made["memory"] = std::move(memory);
    Json cpu = Json::object();
    if (r.cpuShares > 0)
        cpu["shares"] = r.cpuShares;
    if (r.nanoCpus > 0) {
        cpu["period"] = 100'000;
        cpu["quota"] = r.nanoCpus / 10'000;
    } else {
        if (r.cpuPeriod > 0)
            cpu["period"] = r.cpuPeriod;
        if (r.cpuQuota != 0)
            cpu["quota"] = r.cpuQuota;
    }
    if (!r.cpusetCpus.empty())
        cpu["cpus"] = r.cpusetCpus;
    if (!r.cpusetMems.empty())
        cpu["mems"] = r.cpusetMems;
    if (!cpu.empty())
        made["cpu"] = std::move(cpu);
    if (r.pidsLimit > 0)
        made["pids"] = {{"limit", r.pidsLimit}};
    if (r.blkioWeight > 0)
        made["blockIO"]["weight"] = r.blkioWeight;
    for (const SpecResources::Throttle& t : r.throttles)
        made["blockIO"][t.what].push_back({{"major", t.major}, {"minor", t.minor}, {"rate", t.rate}});
    return made;
}

Result<Json> makeSpec(const SpecInput& input)
{
    TRY_STATUS(checkSysctls(input));
    TRY(auto process, processOf(input.process));
    Json mounts = defaultMounts(input);
    for (const SpecMount& mount : input.mounts)
        mounts.push_back(mountOf(mount));
    Json linux = {{"namespaces", namespacesOf(input)}};
    // The container's own mounts stay private all the same; without this no mount of it would have a peer.
    const auto has = [&](const char* kind) {
        return std::ranges::any_of(input.mounts, [&](const SpecMount& m) { return m.propagation.ends_with(kind); });
    };
    if (has("shared"))
        linux["rootfsPropagation"] = "shared";
    else if (has("slave"))
        linux["rootfsPropagation"] = "rslave";
    if (!input.process.privileged) {
        linux["maskedPaths"] = input.maskedPaths.value_or(maskedPaths());
        linux["readonlyPaths"] = input.readonlyPaths.value_or(readonlyPaths());
        if (!input.unconfinedSeccomp) {
            const auto capabilities = process["capabilities"]["bounding"].get<std::vector<std::string>>();
            TRY(auto seccomp, input.ownSeccomp.is_null() ? seccompProfile(capabilities) : ownSeccompProfile(input.ownSeccomp, capabilities));
            linux["seccomp"] = std::move(seccomp);
        }
    }
    if (!input.sysctls.empty())
        linux["sysctl"] = input.sysctls;
    if (!input.cgroupPath.empty()) {
        linux["cgroupsPath"] = input.cgroupPath;
        linux["resources"] = resourcesOf(input.resources, input.process.privileged);
    }
    TRY_STATUS(addDevices(linux, mounts, input));
    Json spec = {{"ociVersion", "1.0.2"},
                 {"process", std::move(process)},
                 {"root", {{"path", input.rootfs.string()}, {"readonly", input.readOnlyRootfs}}},
                 {"mounts", std::move(mounts)},
                 {"linux", std::move(linux)}};
    if (!input.annotations.empty())
        spec["annotations"] = input.annotations;
    if (input.utsNamespace != "host" && !input.hostname.empty())
        spec["hostname"] = input.hostname;
    if (input.utsNamespace != "host" && !input.domainname.empty())
        spec["domainname"] = input.domainname;
    return spec;
}

Result<Json> makeExecProcess(const SpecProcess& process, bool /*rootless*/)
{
    return processOf(process);
}

} // namespace slipway
