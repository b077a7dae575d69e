// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/unique_fd.h"
#include "options.h"

namespace slipway::monitor
{

// A monitor that was started before its container was known (runtime/monitor_park.h). crun runs already and stands in open()
// of DIR/config.json, a FIFO; its state is kept under the name of DIR until the container's own is known.
struct Parked
{
    std::string dir;
    pid_t crun = 0;
    UniqueFd out, err; // our ends of its stdout and stderr
};

// Starts crun and sleeps until the engine sends what to run, or is gone, or crun is: then there is nothing. The words of the
// command line that the engine sent replace WORDS; the descriptors that came with it have their numbers.
[[nodiscard]] std::optional<Parked> park(const Options& options, int childSignals, std::vector<std::string>& words);

// Gives CONFIG to the waiting crun, which reads it twice: once from the FIFO, once as a file.
[[nodiscard]] bool feed(const Parked& parked, const std::string& config);

// crun has done its work: its state under CRUNROOT gets the name ID, what was in DIR goes.
[[nodiscard]] bool settle(const Parked& parked, const std::string& crunRoot, const std::string& id);
void cleanUp(const Parked& parked);

} // namespace slipway::monitor
