// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "runtime/runtime.h"

namespace slipway
{

// One thread that holds a "wait" connection to every live monitor. When a monitor dies without a word, the process itself is
// waited for by pidfd: the engine is a subreaper, so it inherits the orphan and still learns the exact exit code. An engine
// that was restarted in between asks the kernel (Linux 6.15); on older ones it has to report 255.
class ExitWatcher
{
public:
    ExitWatcher();
    ~ExitWatcher();
    ExitWatcher(const ExitWatcher&) = delete;
    ExitWatcher& operator=(const ExitWatcher&) = delete;

    // ONEXIT runs once on the watcher's thread: hand over, do not work there.
    void watch(const std::filesystem::path& runDir, const std::filesystem::path& exitFile, pid_t pid, pid_t monitorPid,
               std::function<void(ExitStatus)> onExit);
    // A monitor has died of which nobody waits for the end: what it had started is reaped when it ends.
    void expectOrphans();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
