// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/human.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <format>
#include <map>

#include "container/container_record.h"

namespace slipway
{

std::string humanDuration(std::chrono::nanoseconds duration)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < 1)
        return "Less than a second";
    if (seconds == 1)
        return "1 second";
    if (seconds < 60)
        return std::format("{} seconds", seconds);
    const auto minutes = seconds / 60;
    if (minutes == 1)
        return "About a minute";
    if (minutes < 60)
        return std::format("{} minutes", minutes);
    const auto hours = (seconds + 1800) / 3600;
    if (hours == 1)
        return "About an hour";
    if (hours < 48)
        return std::format("{} hours", hours);
    if (hours < 24 * 7 * 2)
        return std::format("{} days", hours / 24);
    if (hours < 24 * 30 * 2)
        return std::format("{} weeks", hours / 24 / 7);
    if (hours < 24 * 365 * 2)
        return std::format("{} months", hours / 24 / 30);
    return std::format("{} years", seconds / 3600 / 24 / 365);
}

std::string statusText(const ContainerState& state, TimePoint at)
{
    if (state.running) {
        const std::string up = "Up " + humanDuration(at - state.startedAt);
        const auto health = jsonValue<std::string>(state.health, "Status");
        return state.paused                ? up + " (Paused)"
               : health == "starting" ? up + " (health: starting)"
               : !health.empty()      ? up + " (" + health + ")"
                                      : up;
    }
    if (state.restarting)
        return std::format("Restarting ({}) {} ago", state.exitCode, humanDuration(at - state.finishedAt));
    if (state.removing)
        return "Removal In Progress";
    if (state.startedAt == TimePoint{})
        return "Created";
    if (state.finishedAt == TimePoint{})
        return "";
    return std::format("Exited ({}) {} ago", state.exitCode, humanDuration(at - state.finishedAt));
}

std::string stateText(const ContainerState& state)
{
    if (state.running)
        return state.paused ? "paused" : "running";
    if (state.restarting)
        return "restarting";
    if (state.removing)
        return "removing";
    return state.startedAt == TimePoint{} ? "created" : "exited";
}

Result<int> parseSignal(std::string_view text)
{
    static const std::map<std::string, int, std::less<>> names = {
        {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},     {"TRAP", SIGTRAP},
        {"ABRT", SIGABRT}, {"IOT", SIGIOT},   {"BUS", SIGBUS},   {"FPE", SIGFPE},     {"KILL", SIGKILL},
        {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},   {"ALRM", SIGALRM},
        {"TERM", SIGTERM}, {"STKFLT", 16},    {"CHLD", SIGCHLD}, {"CLD", SIGCHLD},    {"CONT", SIGCONT},
        {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},   {"URG", SIGURG},
        {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"PROF", SIGPROF}, {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH},
        {"IO", SIGIO},     {"POLL", SIGIO},   {"PWR", SIGPWR},   {"SYS", SIGSYS},     {"RTMIN", 34},
        {"RTMAX", 64}};
    const auto bad = [&] { return fail(ErrorKind::InvalidArgument, std::format("invalid signal: {}", text)); };
    std::string name(text);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    int number = 0;
    const auto parse = [&](std::string_view digits) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return error == std::errc() && end == digits.data() + digits.size();
    };
    if (!name.empty() && parse(name)) {
        if (number < 1 || number > 64)
            return bad();
        return number;
    }
    if (name.starts_with("SIG"))
        name.erase(0, 3);
    if (const auto it = names.find(name); it != names.end())
        return it->second;
    if (name.starts_with("RTMIN+") && parse(std::string_view(name).substr(6)) && number >= 0 && number <= 30)
        return 34 + number;
    if (name.starts_with("RTMAX-") && parse(std::string_view(name).substr(6)) && number >= 0 && number <= 30)
        return 64 - number;
    return bad();
}

std::vector<std::string> jsonStrings(const Json& value)
{
    std::vector<std::string> texts;
    if (value.is_string())
        texts.push_back(value.get<std::string>());
    if (value.is_array()) {
        for (const Json& item : value) {
            if (item.is_string())
                texts.push_back(item.get<std::string>());
        }
    }
    return texts;
}

} // namespace slipway
