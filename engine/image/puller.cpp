// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/puller.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <sys/utsname.h>
#include <thread>

#include "base/ids.h"
#include "image/image_config.h"
#include "store/blob_store.h"
#include "store/layer_store.h"

namespace slipway
{

namespace
{
constexpr std::size_t downloads = 3;
constexpr std::size_t queueLimit = 8 << 20;

// What curl pushes, as a source that is pulled.
class Pipe : public ByteSource
{
public:
    Status push(std::span<const std::byte> bytes)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_size < queueLimit || m_abandoned; });
        if (m_abandoned)
            return fail(ErrorKind::Cancelled, "the download is no longer wanted");
        m_queue.emplace_back(bytes.begin(), bytes.end());
        m_size += bytes.size();
        m_changed.notify_all();
        return {};
    }
    void close(Status status)
    {
        const std::scoped_lock lock(m_mutex);
        m_end = std::move(status);
        m_closed = true;
        m_changed.notify_all();
    }
    void abandon()
    {
        const std::scoped_lock lock(m_mutex);
        m_abandoned = true;
        m_changed.notify_all();
    }
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return !m_queue.empty() || m_closed; });
        if (m_queue.empty()) {
            if (!m_end)
                return std::unexpected(m_end.error());
            return 0;
        }
        auto& front = m_queue.front();
        const std::size_t n = std::min(into.size(), front.size() - m_at);
        std::memcpy(into.data(), front.data() + m_at, n);
        m_at += n;
        m_size -= n;
        if (m_at == front.size()) {
            m_queue.pop_front();
            m_at = 0;
        }
        m_changed.notify_all();
        return n;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::vector<std::byte>> m_queue;
    std::size_t m_size = 0, m_at = 0;
    bool m_closed = false, m_abandoned = false;
    Status m_end;
};

std::pair<std::string, std::string> wantedPlatform(const std::string& platform) // architecture, variant
{
    if (!platform.empty()) {
        const auto slash = platform.find('/');
        const std::string rest = slash == std::string::npos ? platform : platform.substr(slash + 1);
        const auto variant = rest.find('/');
        return {rest.substr(0, variant), variant == std::string::npos ? "" : rest.substr(variant + 1)};
    }
    struct utsname name{};
    ::uname(&name);
    const std::string machine = name.machine;
    return {machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine, ""};
}

Result<std::string> chooseFromIndex(const Json& index, const std::string& platform)
{
    const auto [architecture, variant] = wantedPlatform(platform);
    for (const Json& entry : jsonMember(index, "manifests")) {
        const Json& is = jsonMember(entry, "platform");
        if (jsonValue<std::string>(is, "os") == "linux" && jsonValue<std::string>(is, "architecture") == architecture
            && (variant.empty() || jsonValue<std::string>(is, "variant") == variant))
            return jsonValue<std::string>(entry, "digest");
    }
    return fail(ErrorKind::NotFound, "no matching manifest for linux/" + architecture + " in the manifest list entries");
}

struct Pull
{
    RegistryClient& registry;
    const Reference& reference;
    BlobStore& blobs;
    LayerStore& layers;
    const ImageProgressSink& progress;
    const std::stop_token& stop;
    std::mutex tellMutex;

    void tell(const ImageProgress& line)
    {
        const std::scoped_lock lock(tellMutex);
        progress(line);
    }

    Result<std::pair<Json, Digest>> verified(const std::string& name)
    {
        TRY(const auto manifest, registry.manifest(reference.path, name, stop));
        const Digest digest = Digest::of(manifest.body);
        if (name.starts_with("sha256:") && digest.str() != name)
            return fail(ErrorKind::InvalidArgument, "manifest verification failed for digest " + name);
        TRY(auto json, parseJson(manifest.body));
        const std::string declared = jsonValue<std::string>(json, "mediaType");
        const bool both = json.contains("layers") && json.contains("manifests");
        if (both || (!declared.empty() && declared != manifest.mediaType))
            return fail(ErrorKind::InvalidArgument, "the manifest of " + reference.familiar() + " is ambiguous: refused");
        return std::pair(std::move(json), digest);
    }

    Result<std::string> config(const Json& descriptor)
    {
        TRY(const auto digest, Digest::parse(jsonValue<std::string>(descriptor, "digest")));
        std::string bytes;
        TRY_STATUS(registry.blob(reference.path, digest.str(), [&](std::span<const std::byte> piece) -> Status {
            if (bytes.size() + piece.size() > (8 << 20))
                return fail(ErrorKind::InvalidArgument, "the image configuration is too large");
            bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            return {};
        }, stop));
        if (Digest::of(bytes) != digest)
            return fail(ErrorKind::InvalidArgument, "image config verification failed for digest " + digest.str());
        return bytes;
    }

    Status layer(const Json& descriptor, const Digest& diffId)
    {
        TRY(const auto digest, Digest::parse(jsonValue<std::string>(descriptor, "digest")));
        const std::string id = shortId(digest.hex());
        const auto total = jsonValue<std::int64_t>(descriptor, "size");
        if (layers.get(diffId)) {
            tell({id, "Already exists", 0, 0, {}});
            return {};
        }
        tell({id, "Pulling fs layer", 0, 0, {}});
        Pipe pipe;
        std::jthread download([&] {
            std::int64_t done = 0, told = 0;
            pipe.close(registry.blob(reference.path, digest.str(), [&](std::span<const std::byte> piece) -> Status {
                done += static_cast<std::int64_t>(piece.size());
                if (done - told > (512 << 10) || done == total) {
                    tell({id, "Downloading", done, total, {}});
                    told = done;
                }
                return pipe.push(piece);
            }, stop));
        });
        const auto written = blobs.write(pipe, digest);
        pipe.abandon();
        download.join();
        if (!written)
            return std::unexpected(written.error());
        tell({id, "Verifying Checksum", 0, 0, {}});
        tell({id, "Download complete", 0, 0, {}});
        tell({id, "Extracting", total, total, {}});
        TRY(const auto fd, blobs.open(digest));
        const auto added = layers.add(*sourceFromFd(fd.get()), diffId, stop);
        blobs.remove(digest); // the unpacked layer is what is kept
        if (!added)
            return std::unexpected(added.error());
        tell({id, "Pull complete", 0, 0, {}});
        return {};
    }

    Status allLayers(const Json& descriptors, const std::vector<Digest>& diffIds)
    {
        std::atomic<std::size_t> next = 0;
        std::mutex mutex;
        Status result;
        {
            std::vector<std::jthread> workers;
            for (std::size_t i = 0; i < std::min(downloads, diffIds.size()); ++i) {
                workers.emplace_back([&] {
                    for (std::size_t index = next++; index < diffIds.size(); index = next++) {
                        auto done = layer(descriptors[index], diffIds[index]);
                        const std::scoped_lock lock(mutex);
                        if (!done && result)
                            result = done;
                        if (!result)
                            return;
                    }
                });
            }
        }
        return result;
    }
};
} // namespace

Result<Pulled> pullImage(RegistryClient& registry, const Reference& reference, const std::string& platform,
                         BlobStore& blobs, LayerStore& layers, const ImageProgressSink& progress,
                         const std::stop_token& stop)
{
    Pull pull{registry, reference, blobs, layers, progress, stop, {}};
    const std::string name = reference.digest.empty() ? reference.tag : reference.digest.str();
    TRY(auto top, pull.verified(name));
    pull.tell({name, "Pulling from " + reference.path, 0, 0, {}});
    const Digest named = top.second;
    Json manifest = std::move(top.first);
    if (manifest.contains("manifests")) {
        TRY(const auto chosen, chooseFromIndex(manifest, platform));
        TRY(auto own, pull.verified(chosen));
        manifest = std::move(own.first);
    }
    TRY(const auto config, pull.config(jsonMember(manifest, "config")));
    TRY(const auto image, parseImageConfig(config));
    const Json& descriptors = jsonMember(manifest, "layers");
    if (!descriptors.is_array() || descriptors.size() != image.layers.size())
        return fail(ErrorKind::InvalidArgument, "the manifest and the configuration of " + reference.familiar() + " do not agree on the layers");
    TRY_STATUS(pull.allLayers(descriptors, image.layers));
    return Pulled{config, named};
}

} // namespace slipway
