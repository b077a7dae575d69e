// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/cgroup_entry.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace slipway::launch
{

namespace
{
constexpr const char* top = "/sys/fs/cgroup/";

int writeFile(const std::string& path, const std::string& value)
{
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file)
        return errno;
    return ::write(file.get(), value.data(), value.size()) < 0 ? errno : 0;
}

std::string readFile(const std::string& path)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char text[4096];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    std::string value(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!value.empty() && value.back() == '\n')
        value.pop_back();
    return value;
}

// v1: a cpuset without CPUs takes no process; a new one has none.
void inheritCpuset(const std::string& folder, const std::string& parent)
{
    for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
        if (readFile(folder + file).empty())
            writeFile(folder + file, readFile(parent + file));
    }
}

// v2: what a group's children can have is said in the group.
void allowControllers(const std::string& parent)
{
    for (const char* controller : {"+cpu", "+cpuset", "+io", "+memory", "+pids"})
        writeFile(parent + "/cgroup.subtree_control", controller);
}

Status makeFolder(const std::string& folder, bool v2)
{
    if (!folder.starts_with(top))
        return fail(ErrorKind::Internal, folder + " is no cgroup");
    // The hierarchy itself is there: /sys/fs/cgroup, or with v1 /sys/fs/cgroup/NAME.
    std::size_t at = v2 ? std::strlen(top) - 1 : std::min(folder.find('/', std::strlen(top)), folder.size());
    const bool cpuset = !v2 && folder.substr(0, at).contains("cpuset");
    while (at < folder.size()) {
        const std::string parent = folder.substr(0, at);
        at = std::min(folder.find('/', at + 1), folder.size());
        const std::string made = folder.substr(0, at);
        if (v2)
            allowControllers(parent);
        if (::mkdir(made.c_str(), 0755) != 0 && errno != EEXIST)
            return failErrno(errno, "unable to apply cgroup configuration: mkdir " + made);
        if (cpuset)
            inheritCpuset(made, parent);
    }
    return {};
}

Status write(const Cgroup& cgroup, bool late)
{
    for (const FileWrite& limit : cgroup.limits) {
        if (limit.path.ends_with("/pids.max") != late)
            continue;
        if (const int err = writeFile(limit.path, limit.value))
            return failErrno(err, "error setting cgroup config for procHooks process: failed to write \"" + limit.value + "\": write " + limit.path);
    }
    return {};
}

Status restrictDevices(const Cgroup& cgroup)
{
    if (cgroup.deviceProgram.empty())
        return {};
    static constexpr char license[] = "GPL";
    bpf_attr load{};
    load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load.insns = reinterpret_cast<std::uint64_t>(cgroup.deviceProgram.data());
    load.insn_cnt = static_cast<std::uint32_t>(cgroup.deviceProgram.size() / sizeof(bpf_insn));
    load.license = reinterpret_cast<std::uint64_t>(license);
    const UniqueFd program(static_cast<int>(::syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load)));
    const UniqueFd group(::open(cgroup.folders.front().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    bpf_attr attach{};
    attach.target_fd = static_cast<std::uint32_t>(group.get());
    attach.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI;
    if (!program || !group || ::syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach) != 0)
        return failErrno(errno, "error setting cgroup config: the device filter");
    return {};
}
} // namespace

Status makeCgroup(const Cgroup& cgroup)
{
    for (const std::string& folder : cgroup.folders)
        TRY_STATUS(makeFolder(folder, cgroup.v2));
    TRY_STATUS(writeLimits(cgroup));
    return restrictDevices(cgroup);
}

Status writeLimits(const Cgroup& cgroup) { return write(cgroup, false); }
Status writeLateLimits(const Cgroup& cgroup) { return write(cgroup, true); }

void removeCgroup(const std::vector<std::string>& folders)
{
    for (const std::string& folder : folders)
        ::rmdir(folder.c_str());
}

Status enterCgroupV1(const Cgroup& cgroup)
{
    for (const std::string& folder : cgroup.folders) {
        if (const int err = writeFile(folder + "/cgroup.procs", "0"))
            return failErrno(err, "unable to apply cgroup configuration: " + folder);
    }
    return {};
}

} // namespace slipway::launch
