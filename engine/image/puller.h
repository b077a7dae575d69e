// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "base/error.h"
#include "image/image_service.h"
#include "registry/registry_client.h"
#include "store/digest.h"

namespace slipway
{

struct Pulled
{
    std::string config; // the configuration document, verified
    Digest manifest;    // of what the name stood for: index or manifest
};

// One pull: index → this machine's platform → manifest → configuration, then all layers at once (three downloads at a time)
// into LAYERS. Every digest is verified before anything is unpacked. Progress in dockerd's words.
[[nodiscard]] Result<Pulled> pullImage(RegistryClient& registry, const Reference& reference, const std::string& platform,
                                       BlobStore& blobs, LayerStore& layers, const ImageProgressSink& progress,
                                       const std::stop_token& stop);

} // namespace slipway
