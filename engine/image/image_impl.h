// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "image/archive.h"
#include "image/image_service.h"
#include "image/layer_transfers.h"
#include "store/layer_store.h"

namespace slipway
{

class RegistryClient;

// The inside of ImageService, shared by its source files.
struct ImageService::Impl
{
    Database& db;
    BlobStore& blobs;
    LayerStore& layers;
    EventBus& events;
    ImageUseCheck useCheck;
    std::function<std::vector<Digest>()> layerHolder;
    std::vector<std::string> insecure;
    std::mutex mutex; // changes of names, images and leases, and removals of layers
    std::map<Digest, int> leased;
    struct Packed
    {
        Digest blob;
        std::uint64_t size = 0;
    };
    std::mutex packedMutex;
    std::map<Digest, Packed> packed; // how layers look compressed, so that a second push need not try
    LayerTransfers transfers; // its threads end before all else

    [[nodiscard]] Result<Image> read(const Digest& id) const;

    [[nodiscard]] Result<Digest> resolve(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<RegistryClient> registryOf(const Reference& reference, const RegistryAuth& auth) const;

    // Layers that operations under way rely on: nobody else removes them. When the last lease of a layer ends and no image
    // has it, it goes: so a failed operation leaves nothing.
    class Lease
    {
    public:
        explicit Lease(Impl& impl) : m_impl(impl) {}
        ~Lease() { m_impl.endLeases(m_layers); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        bool take(const Digest& diffId) // true when the layer is in the store
        {
            const std::scoped_lock lock(m_impl.mutex);
            ++m_impl.leased[diffId];
            m_layers.push_back(diffId);
            return m_impl.layers.get(diffId).has_value();
        }

    private:
        Impl& m_impl;
        std::vector<Digest> m_layers;
    };
    void endLeases(const std::vector<Digest>& ended);
    void collect(std::set<Digest> idle); // mutex is held: removes those that nobody has
    [[nodiscard]] Result<std::set<Digest>> layersOfImages() const;
    // Document, row and names of an image whose layers are there: all of it or nothing.
    Status commit(const Image& image, const std::string& document, const std::vector<Reference>& references, const Digest& manifest = {});

    [[nodiscard]] Status keep(const Image& image);

    [[nodiscard]] Status setRef(const Reference& reference, const Digest& id); // in a transaction

    // The registry has the image as MANIFEST in the repository of REFERENCE.
    [[nodiscard]] Status keepDigest(const Reference& reference, const Digest& manifest, const Digest& id);
    void publish(const char* action, const std::string& id, const std::string& name);

    Result<std::vector<std::string>> loadOne(const Archive& archive, const Archive::Image& listed,
                                             const ImageProgressSink& progress, const std::stop_token& stop);
    Status removeImage(const Image& image, ImageRemoval& removal);
};

} // namespace slipway
