// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "image/image_service.h"
#include "image/layer_transfers.h"
#include "registry/registry_client.h"
#include "store/digest.h"

namespace slipway
{

struct Pulled
{
    std::string config; // the configuration document, verified
    Digest manifest;    // of what the name stood for: index or manifest
};

struct PullSources
{
    std::shared_ptr<RegistryClient> registry; // a transfer that others watch may outlive the pull that began it
    LayerTransfers& transfers;
    // Keeps the layer from being removed while the pull is under way; true when it is in the store already.
    std::function<bool(const Digest& diffId)> lease;
};

// One pull: index → this machine's platform → manifest → configuration, then all layers at once. Every digest is verified
// before anything is unpacked. Progress in dockerd's words, from several threads. Refused (InvalidArgument): schema 1,
// documents whose media type is not what the registry said or that could be read in two ways, more than 127 layers.
[[nodiscard]] Result<Pulled> pullImage(PullSources& sources, const Reference& reference, const std::string& platform,
                                       const ImageProgressSink& progress, const std::stop_token& stop);

} // namespace slipway
