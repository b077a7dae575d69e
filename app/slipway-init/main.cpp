// SPDX-License-Identifier: GPL-3.0-or-later
// /sbin/docker-init -- COMMAND...: the first process of a container with --init. It starts the command, passes signals on to
// it, takes away what it leaves as zombies, and ends as it does (128 + N when signal N killed it).
// --exec-fd N ARGUMENT...: becomes the program that is open as N, which needs no name in the container (crun knows only names).
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

// These come from a fault of its own, or are the kernel's.
constexpr int ownSignals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};

int become(int program, char** arguments)
{
    ::close(3); // this program itself, if it came as one
    ::fcntl(program, F_SETFD, FD_CLOEXEC);
    ::syscall(SYS_execveat, program, "", arguments, environ, AT_EMPTY_PATH);
    std::fprintf(stderr, "exec %s: %s\n", arguments[0], std::strerror(errno));
    return 126;
}

void start(char** command, const sigset_t& mask)
{
    // A process group of its own, in the foreground of the terminal if there is one: keys then reach the command alone.
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    ::signal(SIGTTOU, SIG_DFL);
    ::signal(SIGTTIN, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::execvp(command[0], command);
    const int error = errno;
    std::fprintf(stderr, "docker-init: exec %s failed: %s\n", command[0], std::strerror(error));
    ::_exit(error == ENOENT ? 127 : 126);
}

// The exit code when MAIN has ended, -1 otherwise.
int reap(pid_t main)
{
    int code = -1;
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == main)
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return code;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc > 3 && std::strcmp(argv[1], "--exec-fd") == 0)
        return become(std::atoi(argv[2]), argv + 3);
    const int first = argc > 1 && std::strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (first >= argc) {
        std::fprintf(stderr, "docker-init: no command\n");
        return 1;
    }
    sigset_t all, before;
    ::sigfillset(&all);
    for (const int own : ownSignals)
        ::sigdelset(&all, own);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    ::signal(SIGTTOU, SIG_IGN);
    ::signal(SIGTTIN, SIG_IGN);
    const pid_t child = ::fork();
    if (child < 0) {
        std::perror("docker-init: fork");
        return 1;
    }
    if (child == 0)
        start(argv + first, before);
    while (true) {
        siginfo_t info;
        const int signal = ::sigwaitinfo(&all, &info);
        if (signal == SIGCHLD) {
            if (const int code = reap(child); code >= 0)
                return code;
        } else if (signal > 0) {
            ::kill(child, signal);
        }
    }
}
