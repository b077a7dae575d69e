// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/identity.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utility>

#include "base/errno_text.h"
#include "base/unique_fd.h"

namespace slipway::launch
{

namespace
{
constexpr int lastCapability = 63;

Status setBounding(std::uint64_t wanted)
{
    for (int capability = 0; capability <= lastCapability; ++capability) {
        const bool held = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
        if (held && !(wanted >> capability & 1) && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return failErrno(errno, "unable to apply bounding set");
    }
    return {};
}

Status setCapabilities(const Capabilities& wanted)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    for (int half = 0; half < 2; ++half) {
        data[half].effective = static_cast<std::uint32_t>(wanted.effective >> (32 * half));
        data[half].permitted = static_cast<std::uint32_t>(wanted.permitted >> (32 * half));
        data[half].inheritable = static_cast<std::uint32_t>(wanted.inheritable >> (32 * half));
    }
    if (::syscall(SYS_capset, &header, data) != 0)
        return failErrno(errno, "unable to apply caps");
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int capability = 0; capability <= lastCapability; ++capability) {
        if (wanted.ambient >> capability & 1 && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0)
            return failErrno(errno, "unable to set ambient capabilities");
    }
    return {};
}

Status loadFilter(const std::string& program)
{
    if (program.empty())
        return {};
    sock_fprog filter{static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                      reinterpret_cast<sock_filter*>(const_cast<char*>(program.data()))};
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
        return failErrno(errno, "unable to init seccomp: error loading seccomp filter into kernel");
    return {};
}

// What was opened as root can be reopened by the user as /dev/stdout.
void giveStdio(std::uint32_t uid)
{
    for (int fd = 0; fd < 3; ++fd) {
        struct stat info{};
        const bool null = ::fstat(fd, &info) != 0 || (S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3));
        if (!null && info.st_uid != uid)
            [[maybe_unused]] const int ignored = ::fchown(fd, uid, info.st_gid);
    }
}

int enter(const std::string& folder)
{
    return ::chdir(folder.c_str()) == 0 ? 0 : errno;
}

std::string valueOf(const std::vector<std::string>& env, const std::string& name)
{
    for (const std::string& entry : env) {
        if (entry.starts_with(name + "="))
            return entry.substr(name.size() + 1);
    }
    return {};
}

int executable(const std::string& path)
{
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return errno;
    if (S_ISDIR(info.st_mode))
        return EISDIR;
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0)
        return errno;
    return info.st_mode & 0111 ? 0 : EACCES;
}
} // namespace

Status joinKeyring(const std::string& id)
{
    constexpr unsigned permissions = 0x1f1b0000; // the kernel's own, and the user may find it by its name: an exec does
    const std::string name = "_ses." + id;
    const long keyring = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str());
    if (keyring < 0)
        return errno == ENOSYS ? Status() : Status(failErrno(errno, "unable to join session keyring"));
    ::syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, permissions);
    return {};
}

Status setLimits(const Process& process)
{
    for (const Rlimit& limit : process.rlimits) {
        const rlimit64 wanted{limit.soft, limit.hard};
        if (::setrlimit64(static_cast<__rlimit_resource_t>(limit.resource), &wanted) != 0)
            return failErrno(errno, "error setting rlimits for container: error setting rlimit type " + std::to_string(limit.resource));
    }
    if (!process.setsOomScore)
        return {};
    const UniqueFd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    const std::string score = std::to_string(process.oomScoreAdj);
    if (!file || ::write(file.get(), score.data(), score.size()) < 0)
        return failErrno(errno, "write /proc/self/oom_score_adj");
    return {};
}

// Above 2; SECOND may be none.
void closeAllBut(int first, int second)
{
    if (second >= 0 && second < first)
        std::swap(first, second);
    unsigned from = 3;
    for (const int kept : {first, second}) {
        if (kept < 3)
            continue;
        if (static_cast<unsigned>(kept) > from)
            ::close_range(from, static_cast<unsigned>(kept) - 1, 0);
        from = static_cast<unsigned>(kept) + 1;
    }
    ::close_range(from, ~0U, 0);
}

Status becomeUser(const Process& process, int keep)
{
    giveStdio(process.uid);
    closeAllBut(keep, process.program);
    if (process.noNewPrivileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failErrno(errno, "unable to set no_new_privs");
    if (!process.noNewPrivileges)
        TRY_STATUS(loadFilter(process.seccomp));
    TRY_STATUS(setBounding(process.capabilities.bounding));
    const int early = enter(process.cwd); // root may go where the user may not, as runc has it
    ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (::setgroups(process.groups.size(), process.groups.data()) != 0 || ::setresgid(process.gid, process.gid, process.gid) != 0
        || ::setresuid(process.uid, process.uid, process.uid) != 0)
        return failErrno(errno, "unable to setup user");
    ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    TRY_STATUS(setCapabilities(process.capabilities));
    ::umask(process.umask);
    if (const int late = early == 0 ? 0 : enter(process.cwd))
        return failErrno(late, "chdir to cwd (\"" + process.cwd + "\") set in config.json failed");
    char where[PATH_MAX];
    if (::syscall(SYS_getcwd, where, sizeof where) < 0 || where[0] != '/') // the kernel's own answer: "(unreachable)/…" is outside
        return fail(ErrorKind::Internal, "chdir to cwd (\"" + process.cwd + "\") set in config.json failed: it is outside of the container");
    if (process.noNewPrivileges)
        TRY_STATUS(loadFilter(process.seccomp));
    return {};
}

Result<std::string> findProgram(const Process& process)
{
    const std::string name = process.args.empty() ? "" : process.args[0];
    const auto problem = [&](const std::string& text) { return fail(ErrorKind::InvalidArgument, "exec: \"" + name + "\": " + text); };
    if (name.contains('/')) {
        const int err = executable(name);
        if (err == 0)
            return name;
        return problem(err == EISDIR || err == EACCES ? errnoText(err) : "stat " + name + ": " + errnoText(err));
    }
    const std::string list = valueOf(process.env, "PATH");
    for (std::size_t at = 0; !name.empty() && at <= list.size();) {
        const std::size_t end = std::min(list.find(':', at), list.size());
        const std::string folder = end > at ? list.substr(at, end - at) : ".";
        if (executable(folder + "/" + name) == 0)
            return folder + "/" + name;
        at = end + 1;
    }
    return problem("executable file not found in $PATH");
}

} // namespace slipway::launch
