// SPDX-License-Identifier: GPL-3.0-or-later
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <map>

#include "base/proc_stat.h"
#include "container/container_impl.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{
constexpr std::chrono::seconds hangUpPatience{2};

std::string sessionName(const ExecRecord& exec) { return jsonValue<std::string>(exec.config, "SlipwaySession"); }

// What somebody who types would type to: empty if that is the session's own program.
std::string foregroundOf(pid_t pid)
{
    const auto stat = procStat(pid);
    if (!stat || stat->foreground <= 0 || stat->foreground == pid)
        return {};
    auto name = readFile(std::format("/proc/{}/comm", stat->foreground)).value_or("?"); // the first of a pipeline may be over
    while (name.ends_with('\n'))
        name.pop_back();
    return name;
}
} // namespace

Json ContainerService::sessions(const std::string& containerId) const
{
    std::vector<ExecPtr> all;
    {
        const std::lock_guard lock(m_impl->mutex);
        for (const auto& [id, exec] : m_impl->execs)
            all.push_back(exec);
    }
    std::multimap<TimePoint, Json> sorted;
    for (const ExecPtr& exec : all) {
        const std::lock_guard lock(exec->mutex);
        const std::string name = sessionName(*exec);
        if (name.empty() || !exec->running || !procStat(exec->pid) || (!containerId.empty() && exec->containerId != containerId))
            continue;
        sorted.emplace(exec->startedAt, Json{{"Id", exec->id},
                                             {"ContainerID", exec->containerId},
                                             {"Session", name},
                                             {"Cmd", exec->config["Cmd"]},
                                             {"User", exec->config["User"]},
                                             {"Tool", exec->config["SlipwayTool"]},
                                             {"WorkingDir", exec->config["WorkingDir"]},
                                             {"Foreground", foregroundOf(exec->pid)}});
    }
    Json list = Json::array();
    for (auto& [at, one] : sorted)
        list.push_back(std::move(one));
    return list;
}

Result<UniqueFd> ContainerService::attachSession(const std::string& execId, std::uint64_t from)
{
    TRY(const auto exec, m_impl->findExec(execId));
    {
        const std::lock_guard lock(exec->mutex);
        if (!exec->running || sessionName(*exec).empty())
            return fail(ErrorKind::NotFound, std::format("no session that can be returned to: {}", execId));
    }
    return m_impl->s.runtime.attach(m_impl->execDirOf(execId), {.in = true, .framed = false, .keptFrom = from});
}

Status ContainerService::endSession(const std::string& execId)
{
    TRY(const auto exec, m_impl->findExec(execId));
    std::unique_lock lock(exec->mutex);
    if (sessionName(*exec).empty())
        return fail(ErrorKind::NotFound, std::format("no session that can be returned to: {}", execId));
    const auto signal = [&](int number) { return ::syscall(SYS_pidfd_send_signal, exec->pidfd.get(), number, nullptr, 0); };
    if (!exec->running || !exec->pidfd)
        return {};
    signal(SIGHUP); // as when a terminal's window is closed
    if (exec->changed.wait_for(lock, hangUpPatience, [&] { return !exec->running; }) || !exec->pidfd)
        return {};
    signal(SIGKILL);
    exec->changed.wait_for(lock, hangUpPatience, [&] { return !exec->running; });
    return {};
}

} // namespace slipway
