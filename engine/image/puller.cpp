// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/puller.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <vector>

#include "base/ids.h"
#include "base/machine.h"
#include "image/image_config.h"
#include "image/layer_transfers.h"
#include "image/registry_config.h"

namespace slipway
{

namespace
{
constexpr std::size_t maxLayers = 127; // as Docker: more do not fit into one mount

const std::set<std::string>& manifestTypes()
{
    static const std::set<std::string> types = {
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"};
    return types;
}

const std::set<std::string>& indexTypes()
{
    static const std::set<std::string> types = {
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"};
    return types;
}

std::pair<std::string, std::string> wantedPlatform(const std::string& platform) // architecture, variant
{
    if (!platform.empty()) {
        const auto slash = platform.find('/');
        const std::string rest = slash == std::string::npos ? platform : platform.substr(slash + 1);
        const auto variant = rest.find('/');
        return {rest.substr(0, variant), variant == std::string::npos ? "" : rest.substr(variant + 1)};
    }
    return {machineArchitecture(), ""};
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

// Layers under way, waited for together: until all are there, one failed, or somebody asked to stop.
class Arrivals
{
public:
    void arrived(const Status& status)
    {
        const std::scoped_lock lock(m_mutex);
        if (!status && m_result)
            m_result = status;
        --m_missing;
        m_changed.notify_all();
    }
    void expect()
    {
        const std::scoped_lock lock(m_mutex);
        ++m_missing;
    }
    Status wait(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [&] { return m_missing == 0 || !m_result; }))
            return fail(ErrorKind::Cancelled, "the pull was cancelled");
        return m_result;
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    int m_missing = 0;
    Status m_result;
};

struct Documents
{
    RegistryClient& registry;
    const Reference& reference;
    const std::stop_token& stop;

    struct Document
    {
        Json json;
        Digest digest;
        std::string mediaType;
        bool index = false;
    };

    Result<Document> document(const std::string& name)
    {
        TRY(const auto manifest, registry.manifest(reference.path, name, reference.familiar(), stop));
        const Digest digest = Digest::of(manifest.body);
        if (name.starts_with("sha256:") && digest.str() != name)
            return fail(ErrorKind::InvalidArgument, "manifest verification failed for digest " + name);
        if (manifest.mediaType.starts_with("application/vnd.docker.distribution.manifest.v1+"))
            return fail(ErrorKind::InvalidArgument,
                        "[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is "
                        "disabled by default and will be removed in an upcoming release. Suggest the author of "
                            + reference.familiar() + " to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2.");
        auto json = parseJson(manifest.body);
        if (!json || !json->is_object())
            return fail(ErrorKind::InvalidArgument, "the manifest of " + reference.familiar() + " is not a JSON object");
        const std::string declared = jsonValue<std::string>(*json, "mediaType");
        const bool isIndex = indexTypes().contains(manifest.mediaType);
        const bool both = json->contains("layers") && json->contains("manifests");
        if (both || (!declared.empty() && declared != manifest.mediaType))
            return fail(ErrorKind::InvalidArgument, "the manifest of " + reference.familiar() + " is ambiguous: refused");
        if (!isIndex && !manifestTypes().contains(manifest.mediaType))
            return fail(ErrorKind::InvalidArgument,
                        "unsupported manifest media type and no default available: " + manifest.mediaType);
        return Document{std::move(*json), digest, manifest.mediaType, isIndex};
    }

    // All descriptors are looked at before the first byte of a layer is asked for.
    Result<std::vector<WantedLayer>> wanted(const Json& descriptors, const std::vector<Digest>& diffIds) const
    {
        if (!descriptors.is_array() || descriptors.size() != diffIds.size())
            return fail(ErrorKind::InvalidArgument,
                        "the manifest and the configuration of " + reference.familiar() + " do not agree on the layers");
        if (descriptors.size() > maxLayers)
            return fail(ErrorKind::InvalidArgument, "max depth exceeded: " + reference.familiar() + " has " + std::to_string(descriptors.size())
                                                        + " layers, at most " + std::to_string(maxLayers) + " can be mounted");
        std::vector<WantedLayer> layers;
        for (std::size_t i = 0; i < diffIds.size(); ++i) {
            TRY(const auto digest, Digest::parse(jsonValue<std::string>(descriptors[i], "digest")));
            const auto size = jsonValue<std::int64_t>(descriptors[i], "size");
            if (size < 0)
                return fail(ErrorKind::InvalidArgument, "the manifest of " + reference.familiar() + " gives a layer a negative size");
            layers.push_back({digest, diffIds[i], size});
        }
        return layers;
    }
};
} // namespace

Status bringLayers(PullSources& sources, const Reference& reference, const std::vector<WantedLayer>& layers,
                   const ImageProgressSink& progress, const std::stop_token& stop)
{
    auto arrivals = std::make_shared<Arrivals>();
    std::vector<LayerTransfers::Watch> watches;
    for (const WantedLayer& layer : layers) {
        if (sources.lease(layer.diffId)) {
            progress({shortId(layer.blob.hex()), "Already exists", 0, 0, {}});
            continue;
        }
        const FetchBlob fetch = [registry = sources.registry, path = reference.path,
                                 layer](const auto& sink, const auto& waiting, const std::stop_token& given) {
            return registry->blob(path, layer.blob.str(), layer.size, sink, waiting, given);
        };
        arrivals->expect();
        watches.push_back(
            sources.transfers.watch(layer, fetch, {progress, [arrivals](const Status& s) { arrivals->arrived(s); }}));
    }
    return arrivals->wait(stop);
}

Result<RemoteDocuments> describeImage(RegistryClient& registry, const Reference& reference, const std::string& platform,
                                      const std::stop_token& stop, const std::function<void()>& found)
{
    Documents documents{registry, reference, stop};
    TRY(auto top, documents.document(reference.digest.empty() ? reference.tag : reference.digest.str()));
    if (found)
        found();
    const Digest named = top.digest;
    if (top.index) {
        TRY(const auto chosen, chooseFromIndex(top.json, platform));
        TRY_STATUS(Digest::parse(chosen).transform([](const Digest&) {}));
        TRY(top, documents.document(chosen));
        if (top.index)
            return fail(ErrorKind::InvalidArgument, "the index of " + reference.familiar() + " names another index for this platform: refused");
    }
    TRY(auto config, fetchConfig(registry, reference.path, jsonMember(top.json, "config"), stop));
    TRY(const auto image, parseImageConfig(config));
    TRY(auto layers, documents.wanted(jsonMember(top.json, "layers"), image.layers));
    return RemoteDocuments{std::move(config), std::move(top.mediaType), named, std::move(layers)};
}

Result<Pulled> pullImage(PullSources& sources, const Reference& reference, const std::string& platform,
                         const ImageProgressSink& progress, const std::stop_token& stop)
{
    const auto found = [&] {
        progress(
            {reference.digest.empty() ? reference.tag : reference.digest.str(), "Pulling from " + reference.path, 0, 0, {}});
    };
    TRY(auto documents, describeImage(*sources.registry, reference, platform, stop, found));
    TRY_STATUS(bringLayers(sources, reference, documents.layers, progress, stop));
    return Pulled{std::move(documents.config), documents.manifest};
}

} // namespace slipway
