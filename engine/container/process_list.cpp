// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/process_list.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <format>
#include <regex>
#include <sstream>

#include "base/unique_fd.h"
#include "base/words.h"

namespace slipway
{

namespace
{

struct Outcome
{
    int status = 0;
    std::string out, err;
};

std::string readAll(int fd)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

Result<Outcome> runPs(std::vector<std::string> arguments)
{
    std::array<int, 2> out{}, err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0)
        return failErrno(errno, "ps");
    UniqueFd outRead(out[0]), outWrite(out[1]);
    if (::pipe2(err.data(), O_CLOEXEC) != 0)
        return failErrno(errno, "ps");
    UniqueFd errRead(err[0]), errWrite(err[1]);
    std::vector<char*> words;
    for (std::string& argument : arguments)
        words.push_back(argument.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, outWrite.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errWrite.get(), STDERR_FILENO);
    pid_t pid = 0;
    const int failed = ::posix_spawnp(&pid, "ps", &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return fail(ErrorKind::Internal, "ps: exec: \"ps\": executable file not found in $PATH");
    outWrite.reset();
    errWrite.reset();
    Outcome outcome;
    outcome.out = readAll(outRead.get()); // what ps says on the other one fits in a pipe
    outcome.err = readAll(errRead.get());
    while (::waitpid(pid, &outcome.status, 0) < 0 && errno == EINTR) {
    }
    return outcome;
}

Status checkArguments(const std::string& arguments) // dockerd's rule: the column PID must stay what it is
{
    static const std::regex renamed(R"(\s+(\S*)=\s*(PID\S*))");
    std::smatch match;
    const std::string text = " " + arguments;
    if (std::regex_search(text, match, renamed) && match[1] != "pid")
        return fail(ErrorKind::Internal, std::format("specifying \"{}={}\" is not allowed", match[1].str(), match[2].str()));
    return {};
}

} // namespace

Result<Json> listProcesses(const std::string& arguments, const std::vector<pid_t>& pids)
{
    TRY_STATUS(checkArguments(arguments));
    std::vector<std::string> command = wordsOf(arguments);
    command.insert(command.begin(), "ps");
    std::string list;
    for (const pid_t pid : pids)
        list += (list.empty() ? "-q" : ",") + std::to_string(pid);
    std::vector<std::string> narrowed = command;
    narrowed.push_back(list);
    TRY(Outcome outcome, runPs(narrowed));
    if (outcome.status != 0) { // some options do not go together with -q
        TRY(outcome, runPs(command));
    }
    if (outcome.status != 0)
        return fail(ErrorKind::Internal, "ps: " + outcome.err.substr(0, outcome.err.find('\n')));
    std::istringstream lines(outcome.out);
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> titles = wordsOf(line);
    const auto column = std::ranges::find(titles, "PID");
    if (column == titles.end())
        return fail(ErrorKind::Internal, "Couldn't find PID field in ps output");
    const auto pidAt = static_cast<std::size_t>(column - titles.begin());
    Json processes = Json::array();
    while (std::getline(lines, line)) {
        std::vector<std::string> words = wordsOf(line);
        if (words.size() <= pidAt ||
            std::ranges::none_of(pids, [&](pid_t pid) { return std::to_string(pid) == words[pidAt]; }))
            continue;
        for (std::size_t i = titles.size(); i < words.size(); ++i) // the last column has the spaces of a command line
            words[titles.size() - 1] += " " + words[i];
        words.resize(std::min(words.size(), titles.size()));
        processes.push_back(words);
    }
    return Json{{"Titles", titles}, {"Processes", std::move(processes)}};
}

} // namespace slipway
