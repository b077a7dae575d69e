// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "image/image.h"

namespace slipway
{

// The body of a create with every default filled in: Docker's inspect document without State. The private member
// "Slipway" keeps what inspect does not show: {"Layers": [diff ids]}.
// "Mounts" is left empty, see mount_points.h. InvalidArgument in dockerd's words.
struct DocumentRequest
{
    std::string id, name; // name without a slash
    const Json& body;
    const Image& image;
    std::filesystem::path dir; // ROOT/containers/ID
    bool hostCgroups = false;  // cgroup v1: containers see the machine's groups unless they ask not to, as dockerd has it
};
[[nodiscard]] Result<Json> makeDocument(const DocumentRequest& request);

// HostConfig.MaskedPaths where a create says nothing of it, as dockerd shows them.
[[nodiscard]] const std::vector<std::string>& defaultMaskedPaths();

[[nodiscard]] std::vector<Digest> documentLayers(const Json& document);
[[nodiscard]] inline const Json& documentConfig(const Json& document) { return jsonMember(document, "Config"); }
[[nodiscard]] inline const Json& documentHost(const Json& document) { return jsonMember(document, "HostConfig"); }

} // namespace slipway
