// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/tar_header.h"
#include "image/image_impl.h"
#include "store/blob_store.h"

// docker save.
namespace slipway
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
constexpr const char* layerType = "application/vnd.oci.image.layer.v1.tar";
constexpr const char* manifestType = "application/vnd.oci.image.manifest.v1+json";

struct Wanted
{
    Image image;
    std::vector<Reference> names;
};

class Saver
{
public:
    Saver(BlobStore& blobs, LayerStore& layers, const ByteSink& sink, std::stop_token stop)
        : m_blobs(blobs), m_layers(layers), m_sink(sink), m_stop(std::move(stop))
    {
    }

    Status begin();
    Status image(const Wanted& wanted);
    Status finish();

private:
    static std::string blobPath(const Digest& digest) { return "blobs/sha256/" + digest.hex(); }
    Status put(std::string_view bytes) { return m_sink(std::as_bytes(std::span(bytes))); }
    Status header(const std::string& path, std::uint64_t size, std::uint32_t mode = 0644);
    Status file(const std::string& path, const std::string& bytes);
    Status blob(const Digest& digest, const std::string& bytes);
    Result<std::uint64_t> layer(const Digest& layer);

    BlobStore& m_blobs;
    LayerStore& m_layers;
    const ByteSink& m_sink;
    std::stop_token m_stop;
    std::set<Digest> m_written;
    Json m_manifest = Json::array(), m_index = Json::array(), m_repositories = Json::object();
};

Status Saver::header(const std::string& path, std::uint64_t size, std::uint32_t mode)
{
    TarHeader made;
    made.path = path;
    made.type = path.ends_with('/') ? '5' : '0';
    made.mode = mode;
    made.size = size;
    return put(tarHeader(made));
}

Status Saver::file(const std::string& path, const std::string& bytes)
{
    TRY_STATUS(header(path, bytes.size()));
    TRY_STATUS(put(bytes));
    return put(tarPadding(bytes.size()));
}

Status Saver::blob(const Digest& digest, const std::string& bytes)
{
    return m_written.insert(digest).second ? file(blobPath(digest), bytes) : Status();
}

Result<std::uint64_t> Saver::layer(const Digest& layer)
{
    TRY(const std::uint64_t size, m_layers.tarSize(layer, m_stop));
    if (!m_written.insert(layer).second)
        return size;
    TRY_STATUS(header(blobPath(layer), size));
    TRY_STATUS(m_layers.tar(layer, m_sink, m_stop));
    TRY_STATUS(put(tarPadding(size)));
    return size;
}

Status Saver::begin()
{
    TRY_STATUS(header("blobs/", 0, 0755));
    return header("blobs/sha256/", 0, 0755);
}

Status Saver::image(const Wanted& wanted)
{
    Json layers = Json::array(), names = Json::array(), sources = Json::object(), paths = Json::array();
    for (const Digest& digest : wanted.image.layers) {
        TRY(const std::uint64_t size, layer(digest));
        const Json descriptor = {{"mediaType", layerType}, {"digest", digest.str()}, {"size", size}};
        sources[digest.str()] = descriptor;
        layers.push_back(descriptor);
        paths.push_back(blobPath(digest));
    }
    TRY(const auto config, m_blobs.read(wanted.image.id, maxConfig));
    TRY_STATUS(blob(wanted.image.id, config));
    const std::string manifest = dumpJson({{"schemaVersion", 2},
                                           {"mediaType", manifestType},
                                           {"config",
                                            {{"mediaType", "application/vnd.oci.image.config.v1+json"},
                                             {"digest", wanted.image.id.str()},
                                             {"size", config.size()}}},
                                           {"layers", layers}});
    const Digest digest = Digest::of(manifest);
    TRY_STATUS(blob(digest, manifest));
    Json entry = {{"mediaType", manifestType}, {"digest", digest.str()}, {"size", manifest.size()}};
    for (const Reference& name : wanted.names) {
        names.push_back(name.familiar());
        if (!wanted.image.layers.empty())
            m_repositories[name.familiarName()][name.tag] = wanted.image.layers.back().hex();
        entry["annotations"] = {{"io.containerd.image.name", name.canonical()}, {"org.opencontainers.image.ref.name", name.tag}};
        m_index.push_back(entry);
    }
    if (wanted.names.empty())
        m_index.push_back(entry);
    m_manifest.push_back({{"Config", blobPath(wanted.image.id)},
                          {"RepoTags", names.empty() ? Json() : names},
                          {"Layers", paths},
                          {"LayerSources", sources}});
    return {};
}

Status Saver::finish()
{
    TRY_STATUS(file("index.json", dumpJson({{"schemaVersion", 2},
                                            {"mediaType", "application/vnd.oci.image.index.v1+json"},
                                            {"manifests", m_index}})));
    TRY_STATUS(file("manifest.json", dumpJson(m_manifest)));
    TRY_STATUS(file("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}"));
    if (!m_repositories.empty())
        TRY_STATUS(file("repositories", dumpJson(m_repositories)));
    return put(tarEnd());
}
} // namespace

Status ImageService::save(const std::vector<std::string>& namesOrIds, const ByteSink& sink, std::stop_token stop)
{
    std::vector<Wanted> all;
    Impl::Lease lease(*m_impl); // an image that is removed meanwhile keeps its layers until it is saved
    for (const std::string& name : namesOrIds) {
        auto image = get(name);
        if (!image)
            return image.error().kind == ErrorKind::NotFound ? Status(fail(ErrorKind::NotFound, "No such image: " + name))
                                                             : Status(std::unexpected(image.error()));
        for (const Digest& layer : image->layers)
            lease.take(layer);
        const auto known = std::ranges::find(all, image->id, [](const Wanted& w) { return w.image.id; });
        Wanted& wanted = known == all.end() ? all.emplace_back(*image, std::vector<Reference>{}) : *known;
        const auto reference = Reference::parse(name);
        if (reference && std::ranges::contains(image->repoTags, reference->familiar()) &&
            !std::ranges::contains(wanted.names, reference->canonical(), &Reference::canonical))
            wanted.names.push_back(*reference);
        else if (reference && reference->tag == "latest" && !name.ends_with(":latest") && wanted.names.empty())
            for (const std::string& tag : image->repoTags) // a bare repository name means all of its tags
                if (const auto other = Reference::parse(tag); other && other->familiarName() == name)
                    wanted.names.push_back(*other);
    }
    Saver saver(m_impl->blobs, m_impl->layers, sink, std::move(stop));
    TRY_STATUS(saver.begin());
    for (const Wanted& wanted : all) {
        TRY_STATUS(saver.image(wanted));
        m_impl->publish("save", wanted.image.id.str(), wanted.image.id.str());
    }
    return saver.finish();
}

} // namespace slipway
