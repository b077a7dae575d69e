// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/user_namespace.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace slipway
{

namespace
{
constexpr const char* notAllowed =
    ": this machine does not let ordinary users make user namespaces. An administrator allows it with 'sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0' (Ubuntu) or 'sysctl kernel.unprivileged_userns_clone=1' (older Debian)";

bool parseNumber(std::string_view text, std::uint32_t& into)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string> mapArguments(const char* program, pid_t pid, const std::vector<IdMapping>& mappings)
{
    std::vector<std::string> words{program, std::to_string(pid)};
    for (const IdMapping& m : mappings)
        words.insert(words.end(), {std::to_string(m.inside), std::to_string(m.outside), std::to_string(m.count)});
    return words;
}

[[noreturn]] void execWords(std::vector<std::string> words)
{
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    const std::string sorry = words[0] + " cannot be run: install the package uidmap\n";
    [[maybe_unused]] const ssize_t ignored = ::write(2, sorry.data(), sorry.size());
    ::_exit(127);
}

int waitFor(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// A child that stays outside. It waits for one byte, then writes the maps of its parent; its words go to ERRORS.
pid_t forkMapper(UniqueFd& go, UniqueFd& errors, const std::vector<IdMapping>& uids, const std::vector<IdMapping>& gids)
{
    std::array<int, 2> goEnds{}, errorEnds{};
    if (::pipe2(goEnds.data(), O_CLOEXEC) != 0 || ::pipe2(errorEnds.data(), O_CLOEXEC) != 0)
        return -1;
    UniqueFd goRead(goEnds[0]), errorWrite(errorEnds[1]);
    go.reset(goEnds[1]);
    errors.reset(errorEnds[0]);
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    go.reset();
    char byte = 0;
    if (::read(goRead.get(), &byte, 1) != 1)
        ::_exit(0); // the parent gave up
    ::dup2(errorWrite.get(), 2);
    for (const auto& words : {mapArguments("newuidmap", self, uids), mapArguments("newgidmap", self, gids)}) {
        const pid_t tool = ::fork();
        if (tool == 0)
            execWords(words);
        if (tool < 0 || waitFor(tool) != 0)
            ::_exit(1);
    }
    ::_exit(0);
}

std::string readAll(int fd)
{
    std::string text;
    std::array<char, 1024> buffer{};
    ssize_t got = 0;
    while ((got = ::read(fd, buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR))
        text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}
} // namespace

Result<std::vector<IdMapping>> subordinateMappings(const std::filesystem::path& file, const std::string& user, uid_t uid,
                                                   std::uint32_t id)
{
    std::vector<IdMapping> mappings{{0, id, 1}};
    std::uint32_t next = 1;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string_view text = line, owner = text.substr(0, first);
        IdMapping mapping{.inside = next};
        if ((owner != user && owner != std::to_string(uid)) ||
            !parseNumber(text.substr(first + 1, second - first - 1), mapping.outside) ||
            !parseNumber(text.substr(second + 1), mapping.count) || mapping.count == 0)
            continue;
        next += mapping.count;
        mappings.push_back(mapping);
    }
    if (next == 1)
        return fail(ErrorKind::NotFound,
                    std::format("{0} gives the user {1} no subordinate ids, which containers of an ordinary user need: an "
                                "administrator adds them with 'usermod --add-subuids 100000-165535 --add-subgids "
                                "100000-165535 {1}' (a range that no other line has)",
                                file.string(), user));
    return mappings;
}

bool inUserNamespace()
{
    std::ifstream map("/proc/self/uid_map");
    std::uint64_t inside = 0, outside = 0, count = 0;
    return map >> inside >> outside >> count && (inside != 0 || outside != 0 || count != 0xffffffff);
}

Status enterUserNamespace(const std::vector<IdMapping>& uids, const std::vector<IdMapping>& gids)
{
    UniqueFd go, errors;
    const pid_t mapper = forkMapper(go, errors, uids, gids);
    if (mapper < 0)
        return failErrno(errno, "starting newuidmap");
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        const int err = errno;
        if (err == ENOSPC)
            return failErrno(err, "making a user namespace (is user.max_user_namespaces 0?)");
        return fail(ErrorKind::Internal, std::string("making a user namespace") + (err == EPERM ? notAllowed : " failed"), err);
    }
    [[maybe_unused]] const ssize_t written = ::write(go.get(), "g", 1);
    const std::string words = readAll(errors.get());
    if (waitFor(mapper) != 0)
        return fail(ErrorKind::Internal, "mapping subordinate ids failed: " + (words.empty() ? "newuidmap said nothing" : words));
    if (::mount("", "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0) {
        const int err = errno;
        return fail(ErrorKind::Internal,
                    std::string("making a mount namespace") + (err == EPERM || err == EACCES ? notAllowed : " failed"), err);
    }
    return {};
}

} // namespace slipway
