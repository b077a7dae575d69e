// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/netns.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace slipway
{

namespace
{
Status onThread(const std::function<Status()>& body)
{
    Status status;
    try {
        std::thread([&] { status = body(); }).join();
    } catch (const std::system_error& e) {
        return failErrno(e.code().value(), "starting a thread for a network namespace");
    }
    return status;
}
} // namespace

Result<UniqueFd> currentNetns()
{
    UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "opening /proc/thread-self/ns/net");
    return fd;
}

Result<UniqueFd> makeNetns(const std::function<Status(int)>& inside)
{
    UniqueFd netns;
    TRY_STATUS(onThread([&]() -> Status {
        if (::unshare(CLONE_NEWNET) != 0) {
            const int err = errno;
            return failErrno(err, err == EPERM ? "making a network namespace (needs CAP_SYS_ADMIN: run the engine as root "
                                                 "or inside its user namespace)"
                                               : "making a network namespace");
        }
        TRY(netns, currentNetns());
        return inside ? inside(netns.get()) : Status{};
    }));
    return netns;
}

Status runInNetns(int netns, const std::function<Status()>& body)
{
    if (netns < 0)
        return body();
    return onThread([&]() -> Status {
        if (::setns(netns, CLONE_NEWNET) != 0)
            return failErrno(errno, "entering a network namespace");
        return body();
    });
}

Status writeNetSysctl(const std::string& key, const std::string& value)
{
    const std::string path = "/proc/sys/net/" + key;
    char old[64] = {};
    if (UniqueFd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); in) {
        const ssize_t n = ::read(in.get(), old, sizeof old - 1);
        if (n > 0 && std::string_view(old, static_cast<std::size_t>(n)).substr(0, value.size()) == value)
            return {};
    }
    UniqueFd out(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!out)
        return failErrno(errno, "opening " + path + " to write " + value);
    if (::write(out.get(), value.data(), value.size()) < 0)
        return failErrno(errno, "writing " + value + " to " + path);
    return {};
}

} // namespace slipway
