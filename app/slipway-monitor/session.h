// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client.h"
#include "forwarder.h"
#include "kept_output.h"
#include "launch.h"
#include "options.h"
#include "resolver.h"

struct pollfd;

namespace slipway::monitor
{

// The life of one process after its launch: one poll loop between its stdio, its log, the clients and SIGCHLD.
//   running → exited (pipes are drained, at most 100 ms if somebody else holds them) → exit file written, waiters told
//   → every client has got everything, or 10 s are over → done.
class Session
{
public:
    Session(const Options& options, Process process, UniqueFd listener, UniqueFd childSignals, TimePoint startedAt);
    void run();

private:
    struct Exit
    {
        int code = 0, signal = 0;
        bool oom = false;
        TimePoint at{};
    };

    std::vector<pollfd> interests() const;
    void dispatch(const std::vector<pollfd>& ready);
    void onChild();
    void readOutput(UniqueFd& from, logstore::Stream stream);
    void broadcast(logstore::Stream stream, const char* data, std::size_t size, bool held);
    [[nodiscard]] bool hold(std::size_t size);
    void release(); // what is held goes out
    void feedInput();
    void readClient(Client& client);
    void serve(Client& client);
    [[nodiscard]] std::string pastOf(std::uint64_t position) const; // of the kept output, as runtime.h tells of it
    void acceptClient();
    void reapClients();
    void finish();
    [[nodiscard]] bool outputOpen() const { return m_process.out || m_process.err || m_process.terminal; }
    [[nodiscard]] bool anybodyBehind() const;

    const Options& m_options;
    Process m_process;
    UniqueFd m_listener, m_childSignals;
    TimePoint m_startedAt;
    std::optional<logstore::LogWriter> m_log;
    std::optional<Forwarder> m_forwarder;
    std::optional<Resolver> m_resolver;
    std::list<Client> m_clients;
    std::optional<KeptOutput> m_kept;
    std::size_t m_held = 0; // of the terminal's output: it is the clients' already, but not sent
    std::chrono::steady_clock::time_point m_heldSince;
    std::string m_input; // on its way to the process's stdin
    bool m_inputEnds = false;
    std::optional<Exit> m_exit;
    bool m_finished = false;
};

} // namespace slipway::monitor
