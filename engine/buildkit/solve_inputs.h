// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "build/build_service.h"
#include "buildkit/client_session.h"
#include "buildkit/solve.h"

namespace slipway::buildkit
{

// Dockerfile and context of a build, from its client or from where the wish says.
class Inputs
{
public:
    Inputs(build::BuildService& builds, ClientSession& session, SolveStatus& status, const std::stop_token& stop)
        : m_builds(builds), m_session(session), m_status(status), m_stop(stop)
    {
    }

    // Fetches them and puts them into REQUEST. They live as long as the result.
    [[nodiscard]] Result<build::Context> fetch(const SolveWish& wish, build::BuildRequest& request);

private:
    Result<build::Context> fromUpload(const std::string& url, const build::BuildRequest& request);
    Result<build::Context> fromFolders(build::BuildRequest& request);

    build::BuildService& m_builds;
    ClientSession& m_session;
    SolveStatus& m_status;
    const std::stop_token& m_stop;
};

} // namespace slipway::buildkit
