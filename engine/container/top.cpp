// SPDX-License-Identifier: GPL-3.0-or-later
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <format>
#include <fstream>
#include <iterator>
#include <sstream>

#include "container/container_impl.h"
#include "container/process_list.h"

namespace slipway
{

namespace
{

std::string readText(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct ProcessLine
{
    pid_t pid = 0, ppid = 0;
    unsigned long tty = 0;
    unsigned long long ticks = 0, startTicks = 0;
    std::string comm;
};

std::optional<ProcessLine> readStat(pid_t pid)
{
    const std::string text = readText(std::format("/proc/{}/stat", pid));
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos)
        return std::nullopt;
    std::istringstream fields(text.substr(close + 1));
    const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
    if (words.size() < 20)
        return std::nullopt;
    ProcessLine line;
    line.pid = pid;
    line.comm = text.substr(open + 1, close - open - 1);
    line.ppid = static_cast<pid_t>(std::strtol(words[1].c_str(), nullptr, 10));
    line.tty = std::strtoul(words[4].c_str(), nullptr, 10);
    line.ticks = std::strtoull(words[11].c_str(), nullptr, 10) + std::strtoull(words[12].c_str(), nullptr, 10);
    line.startTicks = std::strtoull(words[19].c_str(), nullptr, 10);
    return line;
}

std::string userName(pid_t pid)
{
    struct stat info{};
    if (::stat(std::format("/proc/{}", pid).c_str(), &info) != 0)
        return "?";
    struct passwd entry{};
    struct passwd* found = nullptr;
    char buffer[4096];
    if (::getpwuid_r(info.st_uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(info.st_uid);
}

std::string ttyName(unsigned long number)
{
    if (number == 0)
        return "?";
    const unsigned long major = (number >> 8) & 0xfff;
    const unsigned long minor = (number & 0xff) | ((number >> 12) & 0xfff00);
    return major >= 136 && major <= 143 ? std::format("pts/{}", minor) : std::format("{}:{}", major, minor);
}

std::vector<std::string> row(const ProcessLine& line)
{
    const auto hz = static_cast<unsigned long long>(::sysconf(_SC_CLK_TCK));
    double uptime = 0;
    std::ifstream("/proc/uptime") >> uptime;
    const double age = std::max(uptime - static_cast<double>(line.startTicks) / static_cast<double>(hz), 0.0);
    const unsigned long long seconds = line.ticks / hz;
    const std::time_t start = std::time(nullptr) - static_cast<std::time_t>(age);
    struct tm local{};
    ::localtime_r(&start, &local);
    char started[16];
    std::strftime(started, sizeof started, age < 86400 ? "%H:%M" : "%b%d", &local);
    std::string command = readText(std::format("/proc/{}/cmdline", line.pid));
    while (!command.empty() && command.back() == '\0')
        command.pop_back();
    std::ranges::replace(command, '\0', ' ');
    if (command.empty())
        command = std::format("[{}]", line.comm);
    const auto percent = age > 0 ? static_cast<unsigned>(static_cast<double>(seconds) * 100 / age) : 0;
    return {userName(line.pid), std::to_string(line.pid), std::to_string(line.ppid), std::to_string(std::min(percent, 99u)),
            started, ttyName(line.tty),
            std::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60), command};
}

// Without cgroups: all processes in the pid namespace of INIT.
std::vector<pid_t> sameNamespace(pid_t init)
{
    struct stat wanted{};
    std::vector<pid_t> pids;
    if (::stat(std::format("/proc/{}/ns/pid", init).c_str(), &wanted) != 0)
        return pids;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        struct stat info{};
        if (std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
            ::stat(std::format("/proc/{}/ns/pid", name).c_str(), &info) == 0 && info.st_ino == wanted.st_ino)
            pids.push_back(static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10)));
    }
    return pids;
}

} // namespace

Result<Json> ContainerService::top(const std::string& id, const std::string& psArguments) const
{
    TRY(const auto record, m_impl->find(id));
    const ContainerState state = record->snapshot();
    if (!state.running)
        return fail(ErrorKind::Conflict, std::format("container {} is not running", record->id));
    const std::string group = m_impl->cgroupOf(*record);
    std::vector<pid_t> pids = group.empty() ? std::vector<pid_t>() : m_impl->s.cgroups.processes(group);
    if (pids.empty())
        pids = sameNamespace(state.pid);
    std::ranges::sort(pids);
    if (!psArguments.empty() && psArguments != "-ef") {
        auto listed = listProcesses(psArguments, pids);
        if (listed)
            m_impl->publish(*record, "top");
        return listed;
    }
    Json processes = Json::array();
    for (const pid_t pid : pids) {
        if (const auto line = readStat(pid))
            processes.push_back(row(*line));
    }
    m_impl->publish(*record, "top");
    return Json{{"Titles", {"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}}, {"Processes", std::move(processes)}};
}

} // namespace slipway
