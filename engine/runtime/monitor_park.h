// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// A monitor that was started before anybody needed it: it has started crun, and crun waits for its configuration. Two execs
// with their dynamic linking, a third of a container's start, are then over when the start is asked for. A waiting
// monitor sleeps, takes about 1 MiB with its crun, and ends with the engine (its socket closes). Thread-safe.
class MonitorPark
{
public:
    struct Waiting
    {
        pid_t pid = 0; // our child
        UniqueFd control;
    };

    // WORDS: the command that starts one, without its folder. DIR is made, and emptied of what an earlier engine left.
    MonitorPark(std::vector<std::string> words, std::filesystem::path dir);
    ~MonitorPark();
    MonitorPark(const MonitorPark&) = delete;
    MonitorPark& operator=(const MonitorPark&) = delete;

    // Starts one unless one waits. CRUN: the descriptor of crun, or -1.
    void prepare(int crun);
    [[nodiscard]] std::optional<Waiting> take();
    // What to run, as on a command line, and the descriptors with the numbers that they shall have there.
    [[nodiscard]] static Status send(const Waiting& monitor, const std::vector<std::string>& words,
                                     const std::vector<std::pair<int, int>>& fds);

private:
    const std::vector<std::string> m_words;
    const std::filesystem::path m_dir;
    std::mutex m_mutex;
    std::optional<Waiting> m_waiting;
};

} // namespace slipway
