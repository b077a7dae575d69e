// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/cgroup.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <thread>
#include <unistd.h>

#include "os/kernel_text.h"
#include "os/usage_meter.h"

namespace slipway
{

namespace fs = std::filesystem;

namespace
{
std::optional<std::string> readText(const fs::path& file)
{
    std::ifstream stream(file);
    if (!stream)
        return std::nullopt;
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::optional<std::uint64_t> readNumber(const fs::path& file)
{
    const auto text = readText(file);
    std::uint64_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

// Kills what is in GROUP and in the groups that the container made below it, and removes them: 0 or an errno.
int removeTree(const fs::path& group)
{
    if (::rmdir(group.c_str()) == 0 || errno == ENOENT)
        return 0;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return errno;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(group, ignored)) {
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
            removeTree(entry.path());
    }
    std::ifstream file(group / "cgroup.procs");
    for (pid_t pid = 0; file >> pid;) {
        if (pid > 0) // 0: of another pid namespace; it would mean our own process group
            ::kill(pid, SIGKILL);
    }
    return ::rmdir(group.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}
} // namespace

struct Cgroups::Impl
{
    Version version = Version::None, machine = Version::None;
    std::map<std::string, fs::path> mounts; // controller → mount point ("" = the v2 hierarchy)
    std::set<fs::path> hierarchies;         // all mount points, also of v1 controllers that we do not use (crun does)

    Impl()
    {
        std::ifstream file("/proc/self/mountinfo");
        std::string line;
        while (std::getline(file, line)) {
            std::istringstream words(line);
            std::string word, mountPoint, type, superOptions;
            for (int i = 0; i < 5 && words >> word; ++i)
                mountPoint = word;
            while (words >> word && word != "-") {
            }
            words >> type >> word >> superOptions;
            if (type == "cgroup" && mountPoint.starts_with("/sys/fs/cgroup/")) { // the same ones may be seen elsewhere too
                addV1(mountPoint, superOptions);
                hierarchies.insert(mountPoint);
            } else if (type == "cgroup2" && mountPoint == "/sys/fs/cgroup") {
                mounts[""] = mountPoint;
                hierarchies.insert(mountPoint);
            }
        }
        machine = mounts.contains("memory") ? Version::V1 : mounts.contains("") ? Version::V2 : Version::None;
        const auto writable = [this](const char* controller) {
            return ::access(mounts.at(controller).c_str(), W_OK) == 0;
        };
        if (machine != Version::None && writable(machine == Version::V1 ? "memory" : ""))
            version = machine;
    }

    void addV1(const std::string& mountPoint, const std::string& options)
    {
        std::istringstream stream(options);
        std::string option;
        while (std::getline(stream, option, ',')) {
            for (const char* known : {"memory", "cpu", "cpuacct", "pids", "cpuset", "blkio", "devices", "freezer"}) {
                if (option == known)
                    mounts[known] = mountPoint;
            }
        }
    }

    fs::path dir(const std::string& controller, const std::string& path) const
    {
        const auto it = mounts.find(version == Version::V2 ? "" : controller);
        return it == mounts.end() ? fs::path() : it->second / path.substr(path.starts_with('/') ? 1 : 0);
    }

    CgroupMeter::Files meterFiles(const std::string& path) const;
};

Cgroups::Cgroups() : m_impl(std::make_shared<const Impl>()) {}
Cgroups::Version Cgroups::version() const { return m_impl->version; }
Cgroups::Version Cgroups::machineVersion() const { return m_impl->machine; }

bool Cgroups::has(const std::string& controller) const
{
    if (controller == "io.weight")
        return m_impl->version == Version::V1 ? has("io") && fs::exists(m_impl->mounts.at("blkio") / "blkio.weight") : has("io");
    if (controller == "memory.kmem.tcp")
        return m_impl->version == Version::V1 && fs::exists(m_impl->mounts.at("memory") / "memory.kmem.tcp.limit_in_bytes");
    if (m_impl->version == Version::V1)
        return m_impl->mounts.contains(controller == "io" ? "blkio" : controller);
    if (m_impl->version != Version::V2)
        return false;
    const std::string list = ' ' + readText(m_impl->mounts.at("") / "cgroup.controllers").value_or("");
    return controller == "devices" || list.find(' ' + controller) != std::string::npos;
}

std::string Cgroups::pathFor(const std::string& parent, const std::string& id) const
{
    if (m_impl->version == Version::None)
        return {};
    return (fs::path("/") / (parent.empty() ? "slipway" : fs::path(parent).relative_path()) / id).lexically_normal();
}

Result<ResourceUsage> Cgroups::usageFromProc(pid_t pid)
{
    std::error_code failed;
    const auto wanted = fs::read_symlink("/proc/" + std::to_string(pid) + "/ns/pid", failed);
    if (failed)
        return fail(ErrorKind::NotFound, "process " + std::to_string(pid) + " is gone");
    ResourceUsage usage;
    std::uint64_t user = 0, system = 0, pages = 0, count = 0;
    for (const auto& entry : fs::directory_iterator("/proc", failed)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos
            || fs::read_symlink(entry.path() / "ns/pid", failed) != wanted)
            continue;
        const std::string stat = readText(entry.path() / "stat").value_or("");
        unsigned long long utime = 0, stime = 0, resident = 0;
        long long childrenUtime = 0, childrenStime = 0; // of those that ended and were waited for: the sum never falls
        const auto close = stat.rfind(')');
        if (close == std::string::npos
            || std::sscanf(stat.c_str() + close + 1,
                           " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld %*d %*d %*d %*d %*u %*u %llu",
                           &utime, &stime, &childrenUtime, &childrenStime, &resident)
                   != 5)
            continue;
        user += utime + static_cast<std::uint64_t>(childrenUtime);
        system += stime + static_cast<std::uint64_t>(childrenStime);
        pages += resident;
        ++count;
    }
    usage.cpuUserNs = user * tickNs();
    usage.cpuSystemNs = system * tickNs();
    usage.cpuNs = *usage.cpuUserNs + *usage.cpuSystemNs;
    usage.memoryBytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.pids = count;
    return usage;
}

std::vector<pid_t> Cgroups::processes(const std::string& path) const
{
    std::vector<pid_t> pids;
    std::ifstream file(m_impl->dir("pids", path) / "cgroup.procs");
    for (pid_t pid = 0; file >> pid;)
        pids.push_back(pid);
    return pids;
}

std::vector<fs::path> Cgroups::groups(const std::string& path) const
{
    std::vector<fs::path> made;
    for (const fs::path& hierarchy : m_impl->hierarchies)
        made.push_back(hierarchy / path.substr(path.find_first_not_of('/')));
    return made;
}

CgroupFolders Cgroups::folders(const std::string& path) const
{
    CgroupFolders made;
    for (const auto& [controller, mount] : m_impl->mounts)
        made[controller] = m_impl->dir(controller, path);
    return made;
}

Status Cgroups::limit(const std::string& path, const Json& resources) const
{
    const bool v2 = m_impl->version == Version::V2;
    const auto memory = readNumber(m_impl->dir("memory", path) / "memory.limit_in_bytes");
    const std::int64_t now = v2 || !memory || *memory > INT64_MAX / 2 ? -1 : static_cast<std::int64_t>(*memory);
    for (const CgroupLimit& limit : cgroupLimits(folders(path), resources, v2, now)) {
        const int fd = ::open(limit.file.c_str(), O_WRONLY | O_CLOEXEC);
        const bool written = fd >= 0 && ::write(fd, limit.value.data(), limit.value.size()) >= 0;
        const int err = errno;
        if (fd >= 0)
            ::close(fd);
        if (!written)
            return failErrno(err, "failed to write \"" + limit.value + "\": write " + limit.file.string());
    }
    return {};
}

Status Cgroups::freeze(const std::string& path, bool frozen) const
{
    if (m_impl->version == Version::None)
        return fail(ErrorKind::NotImplemented, "pausing needs cgroups, which this engine may not use");
    const bool v2 = m_impl->version == Version::V2;
    const fs::path group = m_impl->dir("freezer", path);
    const fs::path file = group / (v2 ? "cgroup.freeze" : "freezer.state");
    const std::string wanted = v2 ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED");
    const auto reached = [&] {
        if (v2)
            return readText(group / "cgroup.events").value_or("").contains("frozen " + wanted);
        return readText(file).value_or("").starts_with(wanted);
    };
    for (int attempt = 0; attempt < 1000; ++attempt) { // v1: a process on its way into or out of the kernel wants it written again
        std::ofstream stream(file);
        stream << wanted << std::flush;
        if (!stream)
            return failErrno(errno, "freezing the cgroup " + path);
        if (reached())
            return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return fail(ErrorKind::Unavailable, "the processes of the cgroup " + path + " cannot be " + (frozen ? "frozen" : "thawed") + " now");
}

Status Cgroups::remove(const std::string& path) const
{
    if (path.find_first_not_of('/') == std::string::npos)
        return fail(ErrorKind::InvalidArgument, "the root cgroup is nobody's to remove");
    for (const fs::path& hierarchy : m_impl->hierarchies) {
        const fs::path group = hierarchy / path.substr(path.find_first_not_of('/'));
        int error = removeTree(group);
        for (int attempt = 0; attempt < 50 && error == EBUSY; ++attempt) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2)); // the killed are still on their way out
            error = removeTree(group);
        }
        if (error != 0)
            return failErrno(error, "removing the cgroup " + group.string());
    }
    return {};
}

CgroupMeter::Files Cgroups::Impl::meterFiles(const std::string& path) const
{
    const auto in = [&](const char* controller, const char* name) {
        const fs::path group = dir(controller, path);
        return group.empty() ? fs::path() : group / name;
    };
    CgroupMeter::Files files;
    if (version == Version::V2) {
        files.v2 = true;
        files.cpu = in("", "cpu.stat");
        files.memory = in("", "memory.current");
        files.memoryStat = in("", "memory.stat");
        files.memoryPeak = in("", "memory.peak");
        files.oom = in("", "memory.events");
        files.pids = in("", "pids.current");
        files.blockIo = in("", "io.stat");
        files.pressureCpu = in("", "cpu.pressure");
        files.pressureMemory = in("", "memory.pressure");
        files.pressureIo = in("", "io.pressure");
    } else if (version == Version::V1) {
        files.cpu = in("cpuacct", "cpuacct.usage");
        files.throttling = in("cpu", "cpu.stat");
        files.memory = in("memory", "memory.usage_in_bytes");
        files.memoryStat = in("memory", "memory.stat");
        files.memoryPeak = in("memory", "memory.max_usage_in_bytes");
        files.oom = in("memory", "memory.oom_control");
        files.pids = in("pids", "pids.current");
        files.blockIo = in("blkio", "blkio.throttle.io_service_bytes");
    }
    return files;
}

UsageMeter Cgroups::usageMeter(const std::string& path, pid_t pid) const
{
    const Impl& i = *m_impl;
    if (i.version == Version::None || path.empty())
        return UsageMeter({}, pid);
    const bool v2 = i.version == Version::V2;
    return UsageMeter({.cpu = i.dir("cpu", path), .cpuacct = i.dir("cpuacct", path), .memory = i.dir("memory", path),
                       .pids = i.dir("pids", path), .blkio = i.dir("blkio", path), .v2 = v2}, pid);
}

std::unique_ptr<CgroupMeter> Cgroups::meter(const std::string& path) const
{
    return m_impl->version == Version::None ? nullptr : std::make_unique<CgroupMeter>(m_impl->meterFiles(path));
}

CgroupMeter::LastWords Cgroups::lastWords(const std::string& path) const
{
    return path.empty() ? CgroupMeter::LastWords() : CgroupMeter::lastWords(m_impl->meterFiles(path));
}

unsigned onlineCpus() { return std::max(1u, static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN))); }

std::string onlineCpuList()
{
    std::string list;
    std::ifstream("/sys/devices/system/cpu/online") >> list;
    return list.empty() ? "0-" + std::to_string(onlineCpus() - 1) : list;
}

std::string onlineNodeList()
{
    std::string list;
    std::ifstream("/sys/devices/system/node/online") >> list;
    return list.empty() ? "0" : list;
}

std::uint64_t hostMemory()
{
    struct sysinfo info{};
    ::sysinfo(&info);
    return static_cast<std::uint64_t>(info.totalram) * info.mem_unit;
}

} // namespace slipway
