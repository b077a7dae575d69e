// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "build/build_service.h"
#include "buildkit/client_session.h"
#include "buildkit/solve_status.h"

namespace slipway::buildkit
{

// What a client wants built and where the result goes: Control.SolveRequest, and what its gateway calls add.
struct SolveWish
{
    std::string exporter; // "moby", "image", or none
    std::map<std::string, std::string> exporterOptions;
    bool inlineCache = false;                   // --cache-to type=inline
    std::map<std::string, std::string> options; // of the frontend dockerfile.v0: "build-arg:NAME", "target", "filename", …

    [[nodiscard]] std::string option(const std::string& name) const // empty when it is not there
    {
        const auto found = options.find(name);
        return found == options.end() ? std::string() : found->second;
    }
};

// Builds, with what SESSION lends. The members of SolveResponse.ExporterResponse. Refuses what it cannot do before it begins.
[[nodiscard]] Result<std::map<std::string, std::string>> solve(build::BuildService& builds, ClientSession& session, const SolveWish& wish,
                                                               SolveStatus& status, const std::stop_token& stop);

// NotImplemented for wishes that nobody here fulfils.
[[nodiscard]] Status refuseWhatIsNotThere(const SolveWish& wish);

} // namespace slipway::buildkit
