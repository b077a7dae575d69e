// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"

namespace slipway
{

namespace
{

constexpr int defaultStopSeconds = 10;
constexpr std::chrono::seconds killPatience{10};

int stopSignalOf(const Json& document, const std::string& given)
{
    const std::string text = given.empty() ? jsonValue<std::string>(documentConfig(document), "StopSignal") : given;
    return text.empty() ? SIGTERM : parseSignal(text).value_or(SIGTERM);
}

std::unexpected<Error> notRunning(const std::string& id)
{
    return fail(ErrorKind::Conflict, std::format("container {} is not running", id));
}

} // namespace

bool ContainerService::Impl::waitForExit(ContainerRecord& record, std::uint64_t run,
                                         std::optional<std::chrono::milliseconds> timeout)
{
    std::unique_lock lock(record.mutex);
    const auto ended = [&] { return record.run != run || !record.state.running; };
    if (timeout)
        return record.changed.wait_for(lock, *timeout, ended);
    record.changed.wait(lock, ended);
    return true;
}

Status ContainerService::Impl::sendSignal(const RecordPtr& record, int signal, bool byUser)
{
    bool thaw = false;
    {
        const std::lock_guard lock(record->mutex);
        if (!record->state.running || !record->pidfd)
            return notRunning(record->id);
        if (byUser && (signal == SIGKILL || signal == stopSignalOf(*record->document, {})))
            record->state.manuallyStopped = true;
        if (::syscall(SYS_pidfd_send_signal, record->pidfd.get(), signal, nullptr, 0) != 0 && errno != ESRCH)
            return failErrno(errno, std::format("signal {} to container {}", signal, record->id));
        thaw = record->state.paused && signal == SIGKILL;
        if (thaw)
            record->state.paused = false;
    }
    publish(*record, "kill", {{"signal", std::to_string(signal)}});
    if (thaw)
        return s.cgroups.freeze(cgroupOf(*record), false);
    return {};
}

Status ContainerService::Impl::stop(const RecordPtr& record, std::optional<int> timeoutSeconds, const std::string& signal)
{
    std::uint64_t run = 0;
    bool paused = false;
    const auto document = record->doc();
    {
        const std::lock_guard lock(record->mutex);
        if (!record->state.running) {
            if (!record->state.restarting)
                return fail(ErrorKind::NotModified, std::format("container {} is already stopped", record->id));
            record->state.restarting = false;
            record->state.manuallyStopped = true;
            return {};
        }
        if (!signal.empty()) {
            TRY([[maybe_unused]] const int number, parseSignal(signal));
        }
        record->state.manuallyStopped = true;
        paused = record->state.paused;
        record->state.paused = false;
        run = record->run;
    }
    if (paused)
        static_cast<void>(s.cgroups.freeze(cgroupOf(*record), false));
    const int seconds =
        timeoutSeconds.value_or(jsonValue<int>(documentConfig(*document), "StopTimeout", defaultStopSeconds));
    if (auto sent = sendSignal(record, stopSignalOf(*document, signal), true); !sent && sent.error().kind != ErrorKind::Conflict)
        return sent;
    const auto patience = seconds < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(seconds * 1000ll));
    if (!waitForExit(*record, run, patience)) {
        if (auto sent = sendSignal(record, SIGKILL, true); !sent && sent.error().kind != ErrorKind::Conflict)
            return sent;
        if (!waitForExit(*record, run, killPatience))
            return fail(ErrorKind::Internal,
                        std::format("cannot stop container: {}: tried to kill container, but did not receive an exit event",
                                    record->id));
    }
    {
        const std::lock_guard operation(record->op);
        if (record->run == run && !record->removed)
            settle(record);
    }
    publish(*record, "stop");
    return {};
}

Status ContainerService::Impl::kill(const RecordPtr& record, const std::string& signal)
{
    const auto number = parseSignal(signal.empty() ? "KILL" : signal);
    if (!number && std::ranges::all_of(signal, [](unsigned char c) { return std::isdigit(c) != 0; }))
        return fail(ErrorKind::InvalidArgument, "the linux daemon does not support signal " + signal);
    if (!number)
        return std::unexpected(number.error());
    std::uint64_t run = 0;
    {
        const std::lock_guard lock(record->mutex);
        run = record->run;
    }
    if (auto sent = sendSignal(record, *number, true); !sent) {
        if (*number == SIGKILL && sent.error().kind == ErrorKind::Conflict)
            static_cast<void>(waitForExit(*record, run, killPatience)); // it is ending by itself at this moment
        return sent;
    }
    if (*number != SIGKILL)
        return {};
    if (!waitForExit(*record, run, killPatience))
        return fail(ErrorKind::Internal,
                    std::format("tried to kill container {}, but did not receive an exit event", record->id));
    return {};
}

Status ContainerService::restart(const std::string& id, std::optional<int> timeoutSeconds, const std::string& signal)
{
    TRY(const auto record, m_impl->find(id));
    const auto asked = [&](bool value) {
        const std::lock_guard lock(record->mutex);
        record->restartAsked = value;
    };
    asked(true);
    auto stopped = m_impl->stop(record, timeoutSeconds, signal);
    if (!stopped && stopped.error().kind != ErrorKind::NotModified) {
        asked(false);
        return stopped;
    }
    auto started = m_impl->start(record);
    asked(false);
    if (!started && started.error().kind != ErrorKind::NotModified)
        return started;
    m_impl->publish(*record, "restart");
    return {};
}

Status ContainerService::pause(const std::string& id)
{
    TRY(const auto record, m_impl->find(id));
    const std::lock_guard operation(record->op);
    const ContainerState state = record->snapshot();
    if (!state.running)
        return notRunning(record->id);
    if (state.paused)
        return fail(ErrorKind::Conflict, std::format("Container {} is already paused", record->id));
    if (auto done = m_impl->s.cgroups.freeze(m_impl->cgroupOf(*record), true); !done)
        return wrap(done.error(), "cannot pause container " + record->id);
    {
        const std::lock_guard lock(record->mutex);
        record->state.paused = record->state.running;
    }
    m_impl->saveState(*record);
    m_impl->publish(*record, "pause");
    return {};
}

Status ContainerService::unpause(const std::string& id)
{
    TRY(const auto record, m_impl->find(id));
    const std::lock_guard operation(record->op);
    if (!record->snapshot().paused)
        return fail(ErrorKind::Conflict, std::format("Container {} is not paused", record->id));
    if (auto done = m_impl->s.cgroups.freeze(m_impl->cgroupOf(*record), false); !done)
        return wrap(done.error(), "cannot unpause container " + record->id);
    {
        const std::lock_guard lock(record->mutex);
        record->state.paused = false;
    }
    m_impl->saveState(*record);
    m_impl->publish(*record, "unpause");
    return {};
}

} // namespace slipway
