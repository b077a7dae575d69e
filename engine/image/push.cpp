// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

#include "base/ids.h"
#include "image/image_impl.h"
#include "registry/registry_client.h"
#include "store/blob_store.h"
#include "store/compress.h"

// docker push.
namespace slipway
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
constexpr std::size_t workers = 3; // blobs on their way at the same time
constexpr const char* manifestType = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* configType = "application/vnd.docker.container.image.v1+json";
constexpr const char* layerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

struct PackedLayer
{
    UniqueFd file; // unlinked
    Digest digest;
    std::uint64_t size = 0;
};

Status writeAll(int fd, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR)
            return failErrno(errno, "packing a layer");
        bytes = bytes.subspan(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return {};
}

Result<UniqueFd> unlinkedFile(const std::filesystem::path& folder)
{
    UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file)
        return failErrno(errno, "making a file in " + folder.string());
    return file;
}

class Pusher
{
public:
    Pusher(ImageService::Impl& impl, RegistryClient& registry, std::string repository, ImageProgressSink progress, std::stop_token stop)
        : m_impl(impl), m_registry(registry), m_repository(std::move(repository)), m_progress(std::move(progress)), m_stop(std::move(stop)),
          m_folder(impl.layers.folder().parent_path() / "ingest")
    {
    }

    Result<Digest> image(const Image& image, const std::string& tag); // of the manifest

private:
    Status all(const std::vector<Digest>& layers);
    Status layer(const Digest& diffId);
    Status config(const std::string& bytes, const Digest& digest);
    Result<PackedLayer> pack(const Digest& diffId);
    Result<ImageService::Impl::Packed> known(const Digest& diffId);
    void tell(const Digest& diffId, const char* status, std::uint64_t current = 0, std::uint64_t total = 0)
    {
        m_progress({shortId(diffId.hex()), status, static_cast<std::int64_t>(current), static_cast<std::int64_t>(total), {}, {}});
    }

    ImageService::Impl& m_impl;
    RegistryClient& m_registry;
    std::string m_repository;
    ImageProgressSink m_progress;
    std::stop_token m_stop;
    std::filesystem::path m_folder;
};

Result<PackedLayer> Pusher::pack(const Digest& diffId)
{
    PackedLayer packed;
    TRY(packed.file, unlinkedFile(m_folder));
    Hasher hasher;
    Gzip gzip([&](std::span<const std::byte> bytes) {
        hasher.update(bytes.data(), bytes.size());
        packed.size += bytes.size();
        return writeAll(packed.file.get(), bytes);
    });
    TRY_STATUS(m_impl.layers.tar(diffId, [&gzip](std::span<const std::byte> bytes) { return gzip.write(bytes); }, m_stop));
    TRY_STATUS(gzip.finish());
    packed.digest = hasher.finish();
    const std::scoped_lock lock(m_impl.packedMutex);
    m_impl.packed[diffId] = {packed.digest, packed.size};
    return packed;
}

Result<ImageService::Impl::Packed> Pusher::known(const Digest& diffId)
{
    const std::scoped_lock lock(m_impl.packedMutex);
    const auto it = m_impl.packed.find(diffId);
    if (it == m_impl.packed.end())
        return fail(ErrorKind::NotFound, "layer " + diffId.str() + " was not packed yet");
    return it->second;
}

Status Pusher::layer(const Digest& diffId)
{
    if (const auto before = known(diffId)) {
        TRY(const bool there, m_registry.hasBlob(m_repository, before->blob.str(), m_stop));
        if (there) {
            tell(diffId, "Layer already exists");
            return {};
        }
    }
    TRY(const PackedLayer packed, pack(diffId));
    TRY(const bool there, m_registry.hasBlob(m_repository, packed.digest.str(), m_stop));
    if (there) {
        tell(diffId, "Layer already exists");
        return {};
    }
    tell(diffId, "Pushing", 0, packed.size);
    std::uint64_t told = 0;
    TRY_STATUS(m_registry.pushBlob(m_repository, packed.digest.str(), packed.file.get(), packed.size,
                                   [&](std::uint64_t sent) {
                                       if (sent - told < (512u << 10) && sent != packed.size)
                                           return;
                                       told = sent;
                                       tell(diffId, "Pushing", sent, packed.size);
                                   },
                                   m_stop));
    tell(diffId, "Pushed");
    return {};
}

Status Pusher::all(const std::vector<Digest>& layers)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    Status first;
    const auto work = [&] {
        for (std::size_t i = next++; i < layers.size(); i = next++) {
            auto pushed = layer(layers[i]);
            const std::scoped_lock lock(mutex);
            if (!pushed && first)
                first = std::move(pushed);
            if (!first)
                return;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t n = 1; n < std::min(workers, layers.size()); ++n)
            threads.emplace_back(work);
        work();
    }
    return first;
}

Status Pusher::config(const std::string& bytes, const Digest& digest)
{
    TRY(const bool there, m_registry.hasBlob(m_repository, digest.str(), m_stop));
    if (there)
        return {};
    TRY(const UniqueFd file, unlinkedFile(m_folder));
    TRY_STATUS(writeAll(file.get(), std::as_bytes(std::span(bytes))));
    return m_registry.pushBlob(m_repository, digest.str(), file.get(), bytes.size(), {}, m_stop);
}

Result<Digest> Pusher::image(const Image& image, const std::string& tag)
{
    std::vector<Digest> layers; // each once, highest first as dockerd lists them
    for (const Digest& diffId : image.layers)
        if (std::ranges::find(layers, diffId) == layers.end())
            layers.insert(layers.begin(), diffId);
    for (const Digest& diffId : layers)
        tell(diffId, "Preparing");
    TRY_STATUS(all(layers));
    TRY(const auto document, m_impl.blobs.read(image.id, maxConfig));
    TRY_STATUS(config(document, image.id));
    Json list = Json::array();
    for (const Digest& diffId : image.layers) {
        TRY(const auto packed, known(diffId));
        list.push_back({{"mediaType", layerType}, {"size", packed.size}, {"digest", packed.blob.str()}});
    }
    const std::string manifest =
        dumpJson({{"schemaVersion", 2},
                  {"mediaType", manifestType},
                  {"config", {{"mediaType", configType}, {"size", document.size()}, {"digest", image.id.str()}}},
                  {"layers", list}});
    TRY_STATUS(m_registry.pushManifest(m_repository, tag, {manifestType, manifest}, m_stop));
    const Digest digest = Digest::of(manifest);
    m_progress({{}, tag + ": digest: " + digest.str() + " size: " + std::to_string(manifest.size()), 0, 0, {}, {}});
    m_progress({{}, {}, 0, 0, {}, {{"Tag", tag}, {"Digest", digest.str()}, {"Size", manifest.size()}}});
    return digest;
}
} // namespace

Status ImageService::push(const std::string& repository, const std::string& tag, const RegistryAuth& auth,
                          const ImageProgressSink& progress, std::stop_token stop)
{
    TRY(const Reference name, Reference::parse(repository));
    std::vector<Reference> wanted;
    for (const Image& image : list().value_or(std::vector<Image>()))
        for (const std::string& other : image.repoTags)
            if (const auto reference = Reference::parse(other); reference && reference->familiarName() == name.familiarName() &&
                                                                 (tag.empty() || reference->tag == tag))
                wanted.push_back(*reference);
    std::mutex telling;
    const ImageProgressSink inTurn = [&](const ImageProgress& line) {
        const std::scoped_lock lock(telling);
        progress(line);
    };
    inTurn({{}, "The push refers to repository [" + name.domain + "/" + name.path + "]", 0, 0, {}, {}});
    if (wanted.empty())
        return fail(ErrorKind::NotFound, "An image does not exist locally with the tag: " + name.familiarName());
    RegistryClient registry(name.domain, {auth.username, auth.password, auth.identityToken, auth.registryToken}, m_impl->insecure);
    if (auto there = registry.check(stop); !there && there.error().kind == ErrorKind::Unavailable)
        return there;
    Pusher pusher(*m_impl, registry, name.path, inTurn, stop);
    for (const Reference& reference : wanted) {
        TRY(const Image image, get(reference.familiar()));
        Impl::Lease lease(*m_impl);
        for (const Digest& layer : image.layers)
            lease.take(layer);
        TRY(const Digest manifest, pusher.image(image, reference.tag));
        TRY_STATUS(m_impl->keepDigest(reference, manifest, image.id));
        m_impl->publish("push", reference.familiar(), reference.familiarName());
    }
    return {};
}

} // namespace slipway
