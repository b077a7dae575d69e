// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "image/image.h"

namespace slipway
{

// What a create body wants mounted, as entries of the document's "Mounts" (Docker's MountPoint shape) with private keys in
// front of which stands an underscore: _create (make a missing bind source), _nocopy, _anonymous, _options (tmpfs),
// _labels, _driverOptions. Volumes are not made here: Source, and Name of anonymous ones, are still empty.
// MOUNTS_OF gives the mounts of a container named in VolumesFrom. InvalidArgument in dockerd's words.
[[nodiscard]] Result<std::vector<Json>>
planMounts(const Json& config, const Json& hostConfig, const ImageConfig& image,
           const std::function<Result<std::vector<Json>>(const std::string& container)>& mountsOf);

[[nodiscard]] Json publicMounts(const Json& mounts); // without the private keys

} // namespace slipway
