// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <stop_token>

#include "image/archive.h"
#include "image/image_service.h"

namespace slipway
{

// The inside of ImageService, shared by its source files.
struct ImageService::Impl
{
    Database& db;
    BlobStore& blobs;
    LayerStore& layers;
    EventBus& events;
    ImageUseCheck useCheck;
    std::vector<std::string> insecure;
    std::mutex mutex;     // changes of names and images
    std::mutex ingesting; // one load or import at a time: a failed one collects what it left behind

    [[nodiscard]] Result<Image> read(const Digest& id) const;

    [[nodiscard]] Result<Digest> resolve(const std::string& name) const;

    [[nodiscard]] Status keep(const Image& image);

    [[nodiscard]] Status setRef(const Reference& reference, const Digest& id);

    void publish(const char* action, const std::string& id, const std::string& name);

    Result<std::vector<std::string>> loadOne(const Archive& archive, const Archive::Image& listed,
                                             const ImageProgressSink& progress, const std::stop_token& stop);
    Status removeImage(const Image& image, ImageRemoval& removal);
};

[[nodiscard]] std::string machineArchitecture(); // "amd64"

} // namespace slipway
