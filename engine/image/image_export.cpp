// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <format>
#include <set>

#include "base/ids.h"
#include "image/image_config.h"
#include "image/image_impl.h"
#include "store/blob_store.h"
#include "store/layer_store.h"
#include "store/tar_writer.h"

// docker save and docker commit.
namespace slipway
{

namespace
{

constexpr std::size_t maxConfig = 8 << 20;
constexpr const char* layerType = "application/vnd.oci.image.layer.v1.tar";

struct Wanted
{
    Image image;
    std::vector<Reference> names;
};

class Saver
{
public:
    Saver(BlobStore& blobs, LayerStore& layers, const ByteSink& sink, std::stop_token stop)
        : m_blobs(blobs), m_layers(layers), m_tar(sink), m_stop(std::move(stop))
    {
    }

    Status image(const Wanted& wanted)
    {
        Json layers = Json::array(), names = Json::array(), sources = Json::object(), paths = Json::array();
        for (const Digest& layer : wanted.image.layers) {
            TRY(const std::int64_t size, layerBlob(layer));
            const Json descriptor = {{"mediaType", layerType}, {"digest", layer.str()}, {"size", size}};
            sources[layer.str()] = descriptor;
            layers.push_back(descriptor);
            paths.push_back(blobPath(layer));
        }
        TRY(const auto config, m_blobs.read(wanted.image.id, maxConfig));
        TRY_STATUS(blob(wanted.image.id, config));
        const std::string manifest = dumpJson({{"schemaVersion", 2},
                                               {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                                               {"config",
                                                {{"mediaType", "application/vnd.oci.image.config.v1+json"},
                                                 {"digest", wanted.image.id.str()},
                                                 {"size", config.size()}}},
                                               {"layers", layers}});
        const Digest digest = Digest::of(manifest);
        TRY_STATUS(blob(digest, manifest));
        Json entry = {{"mediaType", "application/vnd.oci.image.manifest.v1+json"}, {"digest", digest.str()}, {"size", manifest.size()}};
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

    Status finish()
    {
        TRY_STATUS(m_tar.addFile("index.json", dumpJson({{"schemaVersion", 2},
                                                         {"mediaType", "application/vnd.oci.image.index.v1+json"},
                                                         {"manifests", m_index}})));
        TRY_STATUS(m_tar.addFile("manifest.json", dumpJson(m_manifest)));
        TRY_STATUS(m_tar.addFile("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}"));
        if (!m_repositories.empty())
            TRY_STATUS(m_tar.addFile("repositories", dumpJson(m_repositories)));
        return m_tar.finish();
    }

    Status begin()
    {
        for (const char* folder : {"blobs/", "blobs/sha256/"}) {
            TarEntry entry;
            entry.path = folder;
            entry.type = TarEntry::Type::Directory;
            entry.mode = 0755;
            TRY_STATUS(m_tar.add(entry));
        }
        return {};
    }

private:
    static std::string blobPath(const Digest& digest) { return "blobs/sha256/" + digest.hex(); }

    Status blob(const Digest& digest, const std::string& bytes)
    {
        return m_written.insert(digest).second ? m_tar.addFile(blobPath(digest), bytes) : Status();
    }

    // The size has to be known before the content: the tar is made twice, the second time from the page cache.
    Result<std::int64_t> layerBlob(const Digest& layer)
    {
        std::uint64_t size = 0;
        const auto stopped = [this]() -> Status {
            return m_stop.stop_requested() ? Status(fail(ErrorKind::Cancelled, "saving was cancelled")) : Status();
        };
        TRY_STATUS(m_layers.tar(layer, [&](std::span<const std::byte> bytes) {
            size += bytes.size();
            return stopped();
        }));
        if (m_written.insert(layer).second) {
            TarEntry entry;
            entry.path = blobPath(layer);
            entry.mode = 0644;
            entry.size = size;
            TRY_STATUS(m_tar.add(entry));
            TRY_STATUS(m_layers.tar(layer, [&](std::span<const std::byte> bytes) -> Status {
                TRY_STATUS(stopped());
                return m_tar.write(bytes);
            }));
        }
        return static_cast<std::int64_t>(size);
    }

    BlobStore& m_blobs;
    LayerStore& m_layers;
    TarWriter m_tar;
    std::stop_token m_stop;
    std::set<Digest> m_written;
    Json m_manifest = Json::array(), m_index = Json::array(), m_repositories = Json::object();
};

// A parsed configuration carries more than ImageConfig knows; a child keeps all of it.
Json childDocument(Json document, const ImageCommit& wanted, const std::string& created)
{
    document["architecture"] = jsonValue<std::string>(document, "architecture", machineArchitecture());
    document["created"] = created;
    document["container"] = wanted.containerId;
    document["comment"] = wanted.comment;
    document["author"] = wanted.author;
    document["config"] = wanted.config;
    return document;
}

} // namespace

Status ImageService::save(const std::vector<std::string>& namesOrIds, const ByteSink& sink, std::stop_token stop)
{
    std::vector<Wanted> all;
    for (const std::string& name : namesOrIds) {
        auto image = get(name);
        if (!image)
            return image.error().kind == ErrorKind::NotFound ? Status(fail(ErrorKind::NotFound, "No such image: " + name))
                                                             : Status(std::unexpected(image.error()));
        const auto it = std::ranges::find(all, image->id, [](const Wanted& w) { return w.image.id; });
        Wanted& wanted = it == all.end() ? all.emplace_back(*image, std::vector<Reference>{}) : *it;
        const auto reference = Reference::parse(name);
        if (reference && std::ranges::contains(image->repoTags, reference->familiar()))
            wanted.names.push_back(*reference);
    }
    Saver saver(m_impl->blobs, m_impl->layers, sink, std::move(stop));
    TRY_STATUS(saver.begin());
    for (const Wanted& wanted : all) {
        TRY_STATUS(saver.image(wanted));
        m_impl->publish("save", wanted.image.id.str(), wanted.image.id.str());
    }
    return saver.finish();
}

Result<Image> ImageService::commit(ByteSource& tar, const ImageCommit& given)
{
    ImageCommit wanted = given;
    TRY_STATUS(applyChanges(wanted.config, wanted.changes));
    TRY(const auto parent, m_impl->resolve(wanted.parent));
    TRY(const auto parentBytes, m_impl->blobs.read(parent, maxConfig));
    TRY(const auto parentDocument, parseJson(parentBytes));
    TRY(const auto parentImage, parseImageConfig(parentBytes));
    Impl::Lease lease(*m_impl);
    for (const Digest& layer : parentImage.layers)
        static_cast<void>(lease.take(layer));
    TRY(const auto layer, m_impl->layers.add(tar, {}, {}));
    if (!lease.take(layer.diffId))
        return fail(ErrorKind::Conflict, "the same content was just removed by another request: try again");
    const std::string created = formatRfc3339Nano(now());
    Json document = childDocument(parentDocument, wanted, created);
    document["rootfs"]["type"] = "layers";
    document["rootfs"]["diff_ids"].push_back(layer.diffId.str());
    Json entry = {{"created", created}, {"created_by", wanted.createdBy}};
    if (!wanted.comment.empty())
        entry["comment"] = wanted.comment;
    if (!wanted.author.empty())
        entry["author"] = wanted.author;
    document["history"].push_back(std::move(entry));
    const std::string bytes = dumpJson(document);
    TRY(const auto image, parseImageConfig(bytes));
    TRY_STATUS(m_impl->commit(image, bytes, wanted.reference ? std::vector{*wanted.reference} : std::vector<Reference>{}));
    if (wanted.reference)
        m_impl->publish("tag", image.id.str(), wanted.reference->familiar());
    return m_impl->read(image.id);
}

} // namespace slipway
