// SPDX-License-Identifier: GPL-3.0-or-later
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"

// HEALTHCHECK: a command run inside again and again, as docker exec would.
namespace slipway
{

namespace
{

using namespace std::chrono_literals;
constexpr std::size_t keptResults = 5, keptOutput = 4096;
constexpr int mostProbes = 64; // that may wait at the same time

struct Check
{
    std::vector<std::string> command;
    std::chrono::nanoseconds interval{}, timeout{}, startPeriod{}, startInterval{};
    int retries = 3;
};

std::optional<Check> checkOf(const Json& document)
{
    const Json& config = documentConfig(document);
    const Json& health = jsonMember(config, "Healthcheck");
    std::vector<std::string> test = jsonStrings(jsonMember(health, "Test"));
    if (test.size() < 2 || (test[0] != "CMD" && test[0] != "CMD-SHELL"))
        return std::nullopt;
    Check check;
    if (test[0] == "CMD-SHELL") {
        check.command = jsonStrings(jsonMember(config, "Shell"));
        if (check.command.empty())
            check.command = {"/bin/sh", "-c"};
    }
    check.command.insert(check.command.end(), test.begin() + 1, test.end());
    const auto time = [&](const char* key, std::chrono::nanoseconds fallback) {
        const auto given = jsonValue<std::int64_t>(health, key);
        return given == 0 ? fallback : std::chrono::nanoseconds(given);
    };
    check.interval = time("Interval", 30s);
    check.timeout = time("Timeout", 30s);
    check.startPeriod = time("StartPeriod", 0s);
    check.startInterval = time("StartInterval", 5s);
    if (const int retries = jsonValue<int>(health, "Retries"); retries > 0)
        check.retries = retries;
    return check;
}

bool inStartPeriod(const Check& check, const ContainerState& state, TimePoint at)
{
    return jsonValue<std::string>(state.health, "Status") == "starting" && at - state.startedAt < check.startPeriod;
}

std::string seconds(std::chrono::nanoseconds time) // as Go writes it, up to a minute
{
    return time >= 1s ? std::format("{}s", std::chrono::duration<double>(time).count())
                      : std::format("{}ms", std::chrono::duration<double, std::milli>(time).count());
}

// The content of Docker's stream format.
std::string contentOf(const std::string& framed)
{
    std::string content;
    for (std::size_t at = 0; at + 8 <= framed.size() && content.size() < keptOutput;) {
        std::size_t size = 0;
        for (std::size_t i = 4; i < 8; ++i)
            size = size << 8 | static_cast<std::uint8_t>(framed[at + i]);
        content += framed.substr(at + 8, size);
        at += 8 + size;
    }
    return content.substr(0, keptOutput);
}

} // namespace

void ContainerService::Impl::watchHealth(const RecordPtr& record, bool fresh)
{
    const auto check = checkOf(*record->doc());
    if (!check)
        return;
    std::uint64_t run = 0;
    {
        const std::lock_guard lock(record->mutex);
        run = record->run;
        if (fresh || record->state.health.is_null())
            record->state.health = {{"Status", "starting"}, {"FailingStreak", 0}, {"Log", Json::array()}};
    }
    scheduleProbe(record, run);
}

void ContainerService::Impl::scheduleProbe(const RecordPtr& record, std::uint64_t run)
{
    const auto check = checkOf(*record->doc());
    if (!check)
        return;
    const auto delay = inStartPeriod(*check, record->snapshot(), now()) ? check->startInterval : check->interval;
    const std::lock_guard lock(mutex);
    if (!health)
        health.emplace(4);
    health->post([this, record, run] { probe(record, run); }, std::chrono::ceil<std::chrono::milliseconds>(delay));
}

void ContainerService::Impl::probe(const RecordPtr& record, std::uint64_t run)
{
    const auto over = [&] {
        const std::lock_guard lock(record->mutex);
        return stopping || record->run != run || !record->state.running || record->removed;
    };
    const auto check = checkOf(*record->doc());
    if (over() || !check)
        return;
    if (record->snapshot().paused) {
        scheduleProbe(record, run);
        return;
    }
    health->atLeast(std::min(++probing + 1, mostProbes));
    const TimePoint begun = now();
    std::string output;
    int code = -1;
    const auto ran = [&]() -> Status {
        TRY(const std::string id, owner->createExec(record->id, {{"Cmd", check->command}, {"AttachStdout", true}, {"AttachStderr", true}}));
        TRY(const auto session, owner->startExec(id, {}));
        std::string framed(1 << 16, '\0'), all;
        while (true) {
            if (over())
                return fail(ErrorKind::Cancelled, "");
            pollfd fd{session.stream.get(), POLLIN, 0};
            if (::poll(&fd, 1, 100) > 0) {
                const ssize_t got = ::recv(fd.fd, framed.data(), framed.size(), 0);
                if (got <= 0)
                    break;
                if (all.size() < 16 * keptOutput)
                    all.append(framed, 0, static_cast<std::size_t>(got));
            } else if (now() - begun > check->timeout) {
                if (const auto exec = findExec(id)) {
                    const std::lock_guard lock((*exec)->mutex);
                    if ((*exec)->pidfd)
                        ::syscall(SYS_pidfd_send_signal, (*exec)->pidfd.get(), SIGKILL, nullptr, 0);
                }
                return fail(ErrorKind::Unavailable, std::format("Health check exceeded timeout ({})", seconds(check->timeout)));
            }
        }
        output = contentOf(all);
        TRY(const Json ended, owner->inspectExec(id));
        code = jsonValue<int>(ended, "ExitCode", -1);
        return {};
    }();
    --probing;
    if (over())
        return;
    if (!ran)
        output = ran.error().message;
    noteHealth(record, run, {{"Start", formatRfc3339(begun)}, {"End", formatRfc3339(now())}, {"ExitCode", code}, {"Output", output}}, begun);
    scheduleProbe(record, run);
}

void ContainerService::Impl::noteHealth(const RecordPtr& record, std::uint64_t run, Json result, TimePoint begun)
{
    const auto check = checkOf(*record->doc());
    const bool good = jsonValue<int>(result, "ExitCode") == 0;
    std::string before, after;
    {
        const std::lock_guard lock(record->mutex);
        if (record->run != run || !record->state.running || !check)
            return;
        Json& shown = record->state.health;
        before = after = jsonValue<std::string>(shown, "Status");
        int streak = jsonValue<int>(shown, "FailingStreak");
        if (good) {
            streak = 0;
            after = "healthy";
        } else if (!inStartPeriod(*check, record->state, begun) && ++streak >= check->retries) {
            after = "unhealthy";
        }
        shown["Status"] = after;
        shown["FailingStreak"] = streak;
        shown["Log"].push_back(std::move(result));
        if (shown["Log"].size() > keptResults)
            shown["Log"].erase(shown["Log"].begin());
    }
    if (before != after)
        publish(*record, "health_status: " + after);
    saveState(*record);
}

} // namespace slipway
