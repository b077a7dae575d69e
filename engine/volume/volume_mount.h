// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"

namespace slipway
{

// The options of the local driver: type, device and o, as for mount(8), and size, which needs quotas and is refused.
// InvalidArgument in dockerd's words.
[[nodiscard]] Status checkVolumeOptions(const std::map<std::string, std::string>& options);
[[nodiscard]] bool isMountRoot(int folder); // a file system begins there
// Mounts what OPTIONS say on FOLDER; no error when something is mounted there. Names of nfs and cifs servers are resolved.
[[nodiscard]] Status mountVolume(const std::filesystem::path& folder, const std::map<std::string, std::string>& options);
// Until nothing is mounted on FOLDER; what still uses it keeps it. No error when nothing was.
[[nodiscard]] Status unmountVolume(const std::filesystem::path& folder);

} // namespace slipway
