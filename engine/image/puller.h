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

struct RemoteDocuments
{
    std::string config;              // the configuration document, verified
    std::string mediaType;           // of the manifest of the wanted platform
    Digest manifest;                 // of what the name stood for: index or manifest
    std::vector<WantedLayer> layers; // the lowest first
};

struct PullSources
{
    std::shared_ptr<RegistryClient> registry; // a transfer that others watch may outlive the pull that began it
    LayerTransfers& transfers;
    // Keeps the layer from being removed while the pull is under way; true when it is in the store already.
    std::function<bool(const Digest& diffId)> lease;
};

// What a registry has under a name: index → this machine's platform → manifest → configuration. Refused (InvalidArgument):
// schema 1, documents whose media type is not what the registry said or that could be read in two ways, more than 127 layers.
[[nodiscard]] Result<RemoteDocuments> describeImage(RegistryClient& registry, const Reference& reference,
                                                    const std::string& platform, const std::stop_token& stop,
                                                    const std::function<void()>& found = {});
// All of LAYERS at once, those that are not there yet. Every digest is verified before anything is unpacked. Progress in
// dockerd's words, from several threads.
[[nodiscard]] Status bringLayers(PullSources& sources, const Reference& reference, const std::vector<WantedLayer>& layers,
                                 const ImageProgressSink& progress, const std::stop_token& stop);
// One pull: the one, then the other.
[[nodiscard]] Result<Pulled> pullImage(PullSources& sources, const Reference& reference, const std::string& platform,
                                       const ImageProgressSink& progress, const std::stop_token& stop);

} // namespace slipway
