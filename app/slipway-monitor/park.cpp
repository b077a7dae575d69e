// SPDX-License-Identifier: GPL-3.0-or-later
#include "park.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "launch/fd_socket.h"

namespace slipway::monitor
{

namespace
{
constexpr int parkedFd = 400; // above every number that may be asked for

void placeDescriptors(const std::string& numbers, std::vector<UniqueFd> received)
{
    std::vector<UniqueFd> high;
    for (UniqueFd& fd : received) {
        high.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, parkedFd));
        fd.reset();
    }
    const char* at = numbers.c_str();
    for (const UniqueFd& fd : high) {
        char* end = nullptr;
        const long number = std::strtol(at, &end, 10);
        if (end != at)
            ::dup2(fd.get(), static_cast<int>(number));
        at = end;
    }
}

// What /proc/PID/cmdline shows is the memory of the first arguments. argv[0] stays.
void showAs(int argc, char** argv, const std::string& words)
{
    char* const begin = argv[0] + std::strlen(argv[0]) + 1;
    char* const end = argv[argc - 1] + std::strlen(argv[argc - 1]) + 1;
    const std::size_t room = static_cast<std::size_t>(end - begin);
    std::memset(begin, 0, room);
    std::memcpy(begin, words.data(), std::min(words.size(), room - 1));
}
} // namespace

bool park(int argc, char** argv, std::vector<std::string>& words, std::optional<launch::Holder>& holder)
{
    const std::vector<std::string> folders(argv + std::min(argc, 3), argv + argc);
    ::fcntl(parkFd, F_SETFD, FD_CLOEXEC);
    if (!folders.empty()) {
        if (auto made = launch::Holder::make(folders))
            holder.emplace(std::move(*made));
    }
    launch::Message message = launch::receiveMessage(parkFd);
    if (message.text.empty()) {
        holder.reset();
        return false;
    }
    ::close(parkFd);
    const auto newline = message.text.find('\n');
    placeDescriptors(message.text.substr(0, newline), std::move(message.fds));
    showAs(argc, argv, message.text.substr(newline + 1));
    for (std::size_t from = newline + 1; from < message.text.size();) {
        const std::size_t end = std::min(message.text.find('\0', from), message.text.size());
        words.push_back(message.text.substr(from, end - from));
        from = end + 1;
    }
    return true;
}

} // namespace slipway::monitor
