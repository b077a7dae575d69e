// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "image/image.h"
#include "image/reference.h"
#include "store/byte_source.h"

namespace slipway
{

class Database;
class EventBus;
class BlobStore;
class LayerStore;
class RemoteImage;

struct RegistryAuth // of X-Registry-Auth; never logged
{
    std::string username, password, identityToken, registryToken, serverAddress;
};

// A line of pull/load/push progress, in the words of Docker's stream. id = short layer digest, empty for a general line.
struct ImageProgress
{
    std::string id;
    std::string status; // "Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", …
    std::int64_t current = 0, total = 0; // bytes; total 0 = no bar
    std::string stream = {};             // set instead of status for plain text ("Loaded image: x\n")
    Json aux = {};                       // or a result for programs: {"Tag", "Digest", "Size"}
};
using ImageProgressSink = std::function<void(const ImageProgress&)>; // called from worker threads, one at a time; must not block

struct ImageRemoval
{
    std::vector<std::string> untagged; // familiar refs
    std::vector<std::string> deleted;  // image id and layer digests
};

// Who uses an image, asked before it is removed; implemented by the container service (image/ does not know it).
struct ImageUse
{
    std::string containerId;
    bool running = false;
};
using ImageUseCheck = std::function<std::vector<ImageUse>(const Digest& imageId)>;

struct ImageCommit // what a container has changed, on top of its image
{
    std::string parent; // the image's id
    Json config;        // of the new image, under Docker's names
    std::string author, comment, createdBy, containerId;
    std::optional<Reference> reference;
};

struct PullOptions
{
    std::string platform; // "linux/arm64/v8"; empty = this machine's
    RegistryAuth auth;
    bool allTags = false;
};

// Images by name and id. Blocking, thread-safe; long calls take a stop_token and fail with Cancelled. Pulls, loads and imports
// go on side by side; two pulls of the same layer share one download. A failed or cancelled one leaves no name, blob or layer.
class ImageService
{
public:
    ImageService(Database& db, BlobStore& blobs, LayerStore& layers, EventBus& events);
    ~ImageService();
    ImageService(const ImageService&) = delete;
    ImageService& operator=(const ImageService&) = delete;

    void setUseCheck(ImageUseCheck check);
    // Layers that belong to more than images (the build cache): they are kept when an image goes.
    void setLayerHolder(std::function<std::vector<Digest>()> holder);
    // host:port entries that may be spoken to over plain http besides 127.0.0.0/8, ::1 and localhost.
    void setInsecureRegistries(std::vector<std::string> hosts);

    [[nodiscard]] Result<std::vector<Image>> list() const;
    // Name, name:tag, name@digest, id, unambiguous id prefix, "sha256:…". NotFound: "No such image: X" (dockerd's words).
    [[nodiscard]] Result<Image> get(const std::string& nameOrId) const;

    [[nodiscard]] Result<Image> pull(const Reference& reference, const PullOptions& options,
                                     const ImageProgressSink& progress, std::stop_token stop);
    // What the registry has, with nothing of it brought. Errors as of pull.
    [[nodiscard]] Result<std::unique_ptr<RemoteImage>> remote(const Reference& reference, const PullOptions& options,
                                                              const std::stop_token& stop);
    // A docker-archive or OCI layout tar, plain, gzip or zstd. Returns the loaded references (or ids).
    [[nodiscard]] Result<std::vector<std::string>> load(ByteSource& tar, const ImageProgressSink& progress,
                                                        std::stop_token stop);
    // A root file system tar becomes a one-layer image; CHANGES are Dockerfile instructions (CMD, ENV, EXPOSE, …).
    [[nodiscard]] Result<Image> import(ByteSource& tar, const std::optional<Reference>& reference,
                                       const std::string& message, const std::vector<std::string>& changes,
                                       std::stop_token stop);
    // An image whose layers are all there from its configuration document, with these names.
    [[nodiscard]] Result<Image> create(const std::string& document, const std::vector<Reference>& names);
    // An image with the layer TAR on top of another one's.
    [[nodiscard]] Result<Image> commit(ByteSource& tar, const ImageCommit& wanted, const std::stop_token& stop);
    // docker-archive with the OCI layout beside it, as dockerd 25+ writes it.
    [[nodiscard]] Status save(const std::vector<std::string>& namesOrIds, const ByteSink& sink, std::stop_token stop);

    // REPOSITORY:TAG, or all its tags when TAG is empty, to its registry: what is there already is not sent again.
    // NotFound "An image does not exist locally with the tag: REPOSITORY".
    [[nodiscard]] Status push(const std::string& repository, const std::string& tag, const RegistryAuth& auth,
                              const ImageProgressSink& progress, std::stop_token stop);

    // What the registry of NAME has under it: {"Descriptor": {"mediaType", "digest", "size"}, "Platforms": [{"architecture", "os"}]}.
    // Errors as of RegistryClient; Internal when it cannot be reached, as dockerd has it.
    [[nodiscard]] Result<Json> distribution(const std::string& name, const RegistryAuth& auth) const;
    [[nodiscard]] Status tag(const std::string& nameOrId, const Reference& reference);
    // dockerd's rules: a name untags; the last name or an id deletes, Conflict when used or (without FORCE) tagged often.
    [[nodiscard]] Result<ImageRemoval> remove(const std::string& nameOrId, bool force, bool prune);

    // Where the content of IMAGE's layers lies, the lowest first.
    [[nodiscard]] std::vector<std::filesystem::path> layerFolders(const Image& image) const;
    // Bytes of each layer that is here.
    [[nodiscard]] std::map<Digest, std::int64_t> layerSizes() const;
    // Deletes those of LAYERS that nothing refers to any more; how many bytes that gave back.
    std::int64_t drop(const std::vector<Digest>& layers);
    // Deletes blobs and layers that no image, container (LAYERS_IN_USE) or running operation refers to.
    void gc(const std::vector<Digest>& layersInUse);

    struct Impl; // image_impl.h, for the module's own files

private:
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
