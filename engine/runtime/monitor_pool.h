// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/unique_fd.h"
#include "os/cgroup.h"
#include "runtime/sealed_program.h"

namespace slipway
{

// Monitors that are started before they are needed: program start and, with cgroup v1, an RCU grace period of 10 ms are then over when a
// container is to start. Each waits in cgroups of its own beside the containers' ("/slipway/parked-…"), ends with this pool or the engine, and
// removes its groups then. The pool fills itself on a thread of its own, while nothing is being started, and only after the first start:
// an engine without containers has none. Thread-safe.
class MonitorPool
{
public:
    // NAME: what is seen of them as their program. Removes the empty groups that the pools of killed engines have left.
    MonitorPool(const SealedProgram& program, std::string name, Cgroups groups);
    ~MonitorPool();

    struct Parked
    {
        UniqueFd socket; // for Spawn::sendTo
        pid_t pid = 0;   // our child
    };
    [[nodiscard]] std::optional<Parked> take();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
