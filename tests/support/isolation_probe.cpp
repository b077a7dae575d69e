// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tuple>

// Runs inside a container, as whoever would get out of it (statically linked: any image will do).
//   isolation_probe syscalls         a line "NAME ERRNO" for each system call that must be refused before it looks at its arguments
//   isolation_probe ports ADDRESS    the TCP ports of ADDRESS that are open
namespace
{

// By int 0x80: the other ABI of the same kernel. A container's filter must hold there too.
long call32([[maybe_unused]] long number, [[maybe_unused]] long first)
{
#ifdef __x86_64__
    long result = 0;
    asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(0), "d"(0), "S"(0), "D"(0) : "memory", "r8", "r9", "r10", "r11");
    return result;
#else
    return -EPERM;
#endif
}

void tell(const char* name, long result) { std::printf("%s %d\n", name, result >= 0 ? 0 : errno); }

void syscalls()
{
    tell("AF_ALG", ::socket(AF_ALG, SOCK_SEQPACKET, 0));
    tell("AF_VSOCK", ::socket(AF_VSOCK, SOCK_STREAM, 0));
    const struct
    {
        const char* name;
        long number, first;
    } calls[] = {
        {"io_uring_setup", 425, 0}, {"keyctl", SYS_keyctl, 0}, {"add_key", SYS_add_key, 0}, {"request_key", SYS_request_key, 0},
        {"unshare user", SYS_unshare, CLONE_NEWUSER}, {"unshare mount", SYS_unshare, CLONE_NEWNS}, {"setns", SYS_setns, -1},
        {"mount", SYS_mount, 0}, {"umount2", SYS_umount2, 0}, {"pivot_root", SYS_pivot_root, 0}, {"fsopen", SYS_fsopen, 0},
        {"open_tree", SYS_open_tree, -1}, {"move_mount", SYS_move_mount, -1}, {"bpf", SYS_bpf, 0}, {"userfaultfd", SYS_userfaultfd, 0},
        {"perf_event_open", SYS_perf_event_open, 0}, {"kexec_load", SYS_kexec_load, 0}, {"init_module", SYS_init_module, 0},
        {"finit_module", SYS_finit_module, -1}, {"delete_module", SYS_delete_module, 0}, {"reboot", SYS_reboot, 0}, {"swapon", SYS_swapon, 0},
        {"settimeofday", SYS_settimeofday, 0}, {"acct", SYS_acct, 1}, {"quotactl", SYS_quotactl, 0},
        {"open_by_handle_at", SYS_open_by_handle_at, -1}, {"syslog", SYS_syslog, 0},
    };
    for (const auto& one : calls)
        tell(one.name, ::syscall(one.number, one.first, 0, 0, 0, 0));
#ifdef __x86_64__
    tell("iopl", ::syscall(SYS_iopl, 3));
    for (const auto& [name, number, first] : {std::tuple("i386 unshare user", 310L, static_cast<long>(CLONE_NEWUSER)), {"i386 keyctl", 288L, 0L}}) {
        const long result = call32(number, first);
        errno = static_cast<int>(-result);
        tell(name, result < 0 ? -1 : 0);
    }
#endif
}

void ports(const char* address)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address, &to.sin_addr) != 1)
        std::exit(2);
    for (int port = 1; port < 65536; ++port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        to.sin_port = htons(static_cast<unsigned short>(port));
        int error = ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
        if (error == EINPROGRESS) {
            pollfd ready{fd, POLLOUT, 0};
            socklen_t size = sizeof error;
            if (::poll(&ready, 1, 200) == 1)
                ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        }
        if (error == 0)
            std::printf("%d\n", port);
        ::close(fd);
    }
}
} // namespace

int main(int argc, char** argv)
{
    if (argc == 2 && !std::strcmp(argv[1], "syscalls"))
        syscalls();
    else if (argc == 3 && !std::strcmp(argv[1], "ports"))
        ports(argv[2]);
    else
        return 2;
    return 0;
}
