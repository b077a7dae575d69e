// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace slipway
{
class ContainerService;
class EventBus;
class ImageService;
class NetworkService;
class VolumeService;
namespace metrics
{
class MetricsService;
}
namespace build
{
class BuildService;
}
namespace buildkit
{
class Server;
}
} // namespace slipway

namespace slipway::api
{

// What version and info say about the engine itself.
struct EngineInfo
{
    std::string id;
    std::filesystem::path root;
    std::string runtime = "crun", runtimeVersion;
    std::string cgroupVersion; // what the machine has: "1", "2", "" = none
    bool cgroups = true;       // the engine may use them
    std::vector<std::string> warnings;
    std::vector<std::string> controllers;
    bool rootless = false;
    std::vector<std::string> insecureRegistries;
    unsigned cpus = 1;
    std::uint64_t memory = 0;
};

// What the handlers call; all outlive the server.
struct Services
{
    EventBus& events;
    ContainerService& containers;
    ImageService& images;
    NetworkService& networks;
    VolumeService& volumes;
    metrics::MetricsService& metrics;
    build::BuildService& builds;
    buildkit::Server& buildkit;
    EngineInfo info;
};

} // namespace slipway::api
