// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "runtime/oci_spec.h"

namespace slipway
{
class NetworkService;
class Runtime;
} // namespace slipway

namespace slipway::build
{

struct RunInput
{
    std::string id;                // 64 hex, of its snapshot too
    std::filesystem::path rootfs;  // mounted
    std::filesystem::path folder;  // for its own files, 0700, on a file system in memory where there is one
    std::vector<std::string> args, env;
    std::string workdir = "/", user;
    std::vector<SpecMount> mounts;
    std::string network = "default"; // default, none, host, or a network's name
    std::vector<std::string> extraHosts;
    SpecResources resources;
    std::vector<SpecUlimit> ulimits;
    std::int64_t shmSize = 64ll << 20;
    bool cgroups = true, rootless = false;
};

[[nodiscard]] inline std::string runCgroup(const std::string& id) { return "/slipway/" + id; }

using RunOutput = std::function<void(bool isError, std::string_view text)>; // from one thread

// One command in a container of its own: the same monitor, runtime, isolation and network as any container. Its exit code,
// or why it could not start. Cancelled when STOP is asked for: then the container and all in it are gone. Blocking.
[[nodiscard]] Result<int> runContainer(Runtime& runtime, NetworkService& networks, const RunInput& input, const RunOutput& output,
                                       const std::stop_token& stop);

// Ends what an engine that was killed has left of the command ID with the files in FOLDER, and waits (10 s at most) until its
// monitor has written its last. FOLDER stays.
void endContainer(Runtime& runtime, const std::string& id, const std::filesystem::path& folder);

} // namespace slipway::build
