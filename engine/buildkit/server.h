// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "base/unique_fd.h"

// BuildKit's protocol, as far as the docker command's buildx speaks it to build by a Docker Engine (its "docker" driver):
// two connections that begin as HTTP requests to the engine. On one, POST /grpc, the client calls the services
// moby.buildkit.v1.Control (api/services/control/control.proto) and LLBBridge (frontend/gateway/pb/gateway.proto); on the
// other, POST /session, it lends what a build needs (see ClientSession).
//
//   Control.Solve: where the result goes ─┐
//   LLBBridge.Solve: dockerfile.v0, its options ─► LLBBridge.Return ─► the build (build/build_service.h) ─► Control.Solve's answer
//   Control.Status: its steps and their output as they come
//
// There is no LLB here: what is built is always a Dockerfile, by the engine's own builder. Everything else is answered with
// Unimplemented and a sentence.
namespace slipway::build
{
class BuildService;
}

namespace slipway::buildkit
{

// Thread-safe.
class Server
{
public:
    explicit Server(build::BuildService& builds);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Block until the peer is gone, which ends what it began.
    void serveControl(UniqueFd socket);
    // SHAREDKEY: see ClientSession.
    void serveSession(UniqueFd socket, const std::string& id, const std::string& sharedKey);

private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

} // namespace slipway::buildkit
