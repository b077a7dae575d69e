// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "build/build_service.h"
#include "buildkit/client_session.h"
#include "buildkit/protobuf.h"

namespace slipway::buildkit
{

// What a client wants built and where the result goes: Control.SolveRequest, and what its gateway calls add.
struct SolveWish
{
    std::string exporter; // "moby", "image", or none
    std::map<std::string, std::string> exporterOptions;
    std::map<std::string, std::string> options; // of the frontend dockerfile.v0: "build-arg:NAME", "target", "filename", …
};

// The news of a build for Control.Status, kept until the client asks. Thread-safe.
class SolveStatus
{
public:
    void push(const MessageWriter& statusResponse);
    void end(); // nothing more comes
    // The next message; nullopt at the end or when STOP is asked for. Blocking.
    [[nodiscard]] std::optional<std::string> next(const std::stop_token& stop);

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<std::string> m_waiting;
    bool m_ended = false;
};

// Builds, with what SESSION lends. The members of SolveResponse.ExporterResponse. Refuses what it cannot do before it begins.
[[nodiscard]] Result<std::map<std::string, std::string>> solve(build::BuildService& builds, ClientSession& session, const SolveWish& wish,
                                                               SolveStatus& status, const std::stop_token& stop);

// NotImplemented for wishes that nobody here fulfils.
[[nodiscard]] Status refuseWhatIsNotThere(const SolveWish& wish);

} // namespace slipway::buildkit
