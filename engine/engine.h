// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/error.h"

// The engine in one piece: what slipwayd runs, and the map of everything below it.
//
//   request ─► api (parse, one service call, Error → status) ─► container / image / build / network / volume ─► store, runtime, os
//   event   ◄─ api (GET /events)                             ◄─ events (in-process bus)              ◄─ services
//
// Modules, each from the ones above it: base · os · dockerapi, events · state · logstore · store · registry · runtime ·
// network, volume, metrics · image · container · build · client · api. Only app/ and tests may include this file.
namespace slipway
{

class Engine
{
public:
    struct Options
    {
        std::filesystem::path root, run; // 0700 folders, made when missing
        std::filesystem::path monitorProgram;
        std::string ociRuntime = "crun";
        std::string bridge = "slipway0";
        std::vector<std::string> insecureRegistries;
        bool userNamespace = false; // not the machine's first one: no device nodes, no trusted.* attributes
        bool rootless = false;      // an ordinary user's: container networks are behind routerNetns and user-space forwarding
        int routerNetns = -1;       // NetworkService::Settings::routerNetns
        std::string uplinkDns;      // NetworkService::Settings::uplinkDns
        int keepOpen = -1;          // Runtime::Settings::keepOpen
        std::vector<std::string> warnings; // for info, beside those that the engine finds itself
    };
    // Locks ROOT (Conflict when another engine has it and is not just dying), builds the services in their order and restores: running
    // containers are found again and not touched.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> open(Options options);
    ~Engine(); // containers go on running
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] api::Services services();

private:
    struct Impl;
    explicit Engine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
