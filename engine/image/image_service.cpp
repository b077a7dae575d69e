// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_service.h"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "base/machine.h"
#include "events/event_bus.h"
#include "image/image_config.h"
#include "image/image_impl.h"
#include "image/puller.h"
#include "registry/registry_client.h"
#include "state/database.h"
#include "store/blob_store.h"
#include "store/layer_store.h"

namespace slipway
{

ImageService::ImageService(Database& db, BlobStore& blobs, LayerStore& layers, EventBus& events)
    : m_impl(new Impl{.db = db, .blobs = blobs, .layers = layers, .events = events, .useCheck = {}, .layerHolder = {}, .insecure = {}, .mutex = {}, .leased = {}, .packedMutex = {}, .packed = {},
                      .transfers = LayerTransfers(layers, layers.folder().parent_path() / "ingest")})
{
    m_impl->transfers.setAbandoned([impl = m_impl.get()](const Digest& layer) {
        const std::scoped_lock lock(impl->mutex);
        impl->collect({layer});
    });
}
ImageService::~ImageService() = default;

void ImageService::setUseCheck(ImageUseCheck check) { m_impl->useCheck = std::move(check); }
void ImageService::setLayerHolder(std::function<std::vector<Digest>()> holder) { m_impl->layerHolder = std::move(holder); }
void ImageService::setInsecureRegistries(std::vector<std::string> hosts) { m_impl->insecure = std::move(hosts); }

Result<std::vector<Image>> ImageService::list() const
{
    std::vector<std::string> ids;
    TRY_STATUS(m_impl->db.query("SELECT id FROM images ORDER BY created DESC, id", {},
                                [&](const Database::Row& row) { ids.push_back(row.text(0)); }));
    std::vector<Image> images;
    for (const std::string& id : ids) {
        auto image = m_impl->read(*Digest::parse(id));
        if (image)
            images.push_back(std::move(*image));
        else
            log::warn("image {} is left out of the list: {}", id, image.error().message);
    }
    return images;
}

Result<Image> ImageService::get(const std::string& nameOrId) const
{
    TRY(const auto id, m_impl->resolve(nameOrId));
    return m_impl->read(id);
}

std::shared_ptr<RegistryClient> ImageService::Impl::registryOf(const Reference& reference, const RegistryAuth& auth) const
{
    return std::make_shared<RegistryClient>(
        reference.domain, RegistryCredentials{auth.username, auth.password, auth.identityToken, auth.registryToken},
        insecure);
}

Result<std::set<Digest>> ImageService::Impl::layersOfImages() const
{
    std::vector<std::string> ids;
    TRY_STATUS(db.query("SELECT id FROM images", {}, [&](const Database::Row& row) { ids.push_back(row.text(0)); }));
    std::set<Digest> found;
    for (const std::string& id : ids) {
        TRY(const auto digest, Digest::parse(id));
        TRY(const auto image, read(digest)); // what cannot be read now may have any layer
        found.insert(image.layers.begin(), image.layers.end());
    }
    if (layerHolder) {
        for (const Digest& layer : layerHolder())
            found.insert(layer);
    }
    return found;
}

void ImageService::Impl::endLeases(const std::vector<Digest>& ended)
{
    const std::scoped_lock lock(mutex);
    std::set<Digest> idle;
    for (const Digest& layer : ended) {
        if (--leased[layer] == 0) {
            leased.erase(layer);
            idle.insert(layer);
        }
    }
    collect(std::move(idle));
}

void ImageService::Impl::collect(std::set<Digest> idle)
{
    std::erase_if(idle, [this](const Digest& layer) { return leased.contains(layer) || !layers.get(layer); });
    if (idle.empty())
        return;
    const auto kept = layersOfImages();
    if (!kept)
        return log::warn("unused layers stay until the next start: {}", kept.error().message);
    for (const Digest& layer : idle) {
        if (!kept->contains(layer))
            (void)layers.remove(layer);
    }
}

Status ImageService::Impl::commit(const Image& image, const std::string& document, const std::vector<Reference>& references,
                                  const Digest& manifest)
{
    const std::scoped_lock lock(mutex);
    const bool known = blobs.has(image.id);
    TRY_STATUS(blobs.write(document).transform([](const Digest&) {}));
    auto kept = db.transaction([&]() -> Status {
        TRY_STATUS(keep(image));
        for (const Reference& reference : references) {
            if (!manifest.empty())
                TRY_STATUS(keepDigest(reference, manifest, image.id));
            if (!reference.tag.empty())
                TRY_STATUS(setRef(reference, image.id));
        }
        return {};
    });
    if (!kept && !known)
        blobs.remove(image.id);
    return kept;
}

Result<Image> ImageService::pull(const Reference& reference, const PullOptions& options,
                                 const ImageProgressSink& progress, std::stop_token stop)
{
    if (options.allTags)
        return fail(ErrorKind::NotImplemented, "pulling all tags of a repository is not there yet: name one");
    const auto registry = m_impl->registryOf(reference, options.auth);
    std::mutex telling;
    const ImageProgressSink inTurn = [&](const ImageProgress& line) {
        const std::scoped_lock lock(telling);
        progress(line);
    };
    const auto before = m_impl->resolve(reference.canonical());
    Impl::Lease lease(*m_impl);
    PullSources sources{registry, m_impl->transfers, [&](const Digest& layer) { return lease.take(layer); }};
    TRY(const auto pulled, pullImage(sources, reference, options.platform, inTurn, stop));
    TRY(const auto image, parseImageConfig(pulled.config));
    TRY_STATUS(m_impl->commit(image, pulled.config, {reference}, pulled.manifest));
    m_impl->publish("pull", reference.familiar(), reference.familiarName());
    const bool upToDate = before && *before == image.id;
    progress({{}, "Digest: " + pulled.manifest.str(), 0, 0, {}});
    progress({{}, (upToDate ? "Status: Image is up to date for " : "Status: Downloaded newer image for ") + reference.familiar(), 0, 0, {}});
    return m_impl->read(image.id);
}

Result<std::vector<std::string>> ImageService::Impl::loadOne(const Archive& archive, const Archive::Image& listed,
                                                             const ImageProgressSink& progress,
                                                             const std::stop_token& stop)
{
    TRY(const auto bytes, archive.read(listed.config));
    TRY(const auto image, parseImageConfig(bytes));
    if (image.layers.size() != listed.layers.size())
        return fail(ErrorKind::InvalidArgument, "invalid archive: invalid manifest, layers length mismatch: expected "
                                                    + std::to_string(image.layers.size()) + ", got "
                                                    + std::to_string(listed.layers.size()));
    Lease lease(*this);
    for (std::size_t i = 0; i < image.layers.size(); ++i) {
        if (lease.take(image.layers[i]))
            continue;
        progress({shortId(image.layers[i].hex()), "Loading layer", 0, 0, {}});
        TRY(const auto fd, archive.open(listed.layers[i]));
        const auto source = sourceFromFd(fd.get());
        TRY_STATUS(layers.add(*source, image.layers[i], stop).transform([](const Layer&) {}));
    }
    std::vector<Reference> references;
    for (const std::string& tag : listed.tags) {
        TRY(auto reference, Reference::parse(tag));
        references.push_back(std::move(reference));
    }
    TRY_STATUS(commit(image, bytes, references));
    std::vector<std::string> names;
    for (const Reference& reference : references) {
        names.push_back(reference.familiar());
        progress({{}, {}, 0, 0, "Loaded image: " + reference.familiar() + "\n"});
        publish("load", image.id.str(), image.id.str());
    }
    if (names.empty()) {
        names.push_back(image.id.str());
        progress({{}, {}, 0, 0, "Loaded image ID: " + image.id.str() + "\n"});
        publish("load", image.id.str(), image.id.str());
    }
    return names;
}

Result<std::vector<std::string>> ImageService::load(ByteSource& tar, const ImageProgressSink& progress, std::stop_token stop)
{
    const auto folder = m_impl->layers.folder().parent_path() / "ingest" / randomId();
    TRY(const auto archive, Archive::spool(tar, folder, stop));
    TRY(const auto listed, archive.images());
    std::vector<std::string> names;
    for (const Archive::Image& image : listed) {
        TRY(const auto loaded, m_impl->loadOne(archive, image, progress, stop));
        names.insert(names.end(), loaded.begin(), loaded.end());
    }
    return names;
}

Result<Image> ImageService::import(ByteSource& tar, const std::optional<Reference>& reference, const std::string& message,
                                   const std::vector<std::string>& changes, std::stop_token stop)
{
    Json config = Json::object();
    TRY_STATUS(applyChanges(config, changes));
    Impl::Lease lease(*m_impl);
    TRY(const auto layer, m_impl->layers.add(tar, {}, stop));
    if (!lease.take(layer.diffId))
        return fail(ErrorKind::Conflict, "the same content was just removed by another request: try again");
    const std::string created = formatRfc3339Nano(now());
    const std::string comment = message.empty() ? "Imported from -" : message;
    const Json document = {{"architecture", machineArchitecture()},
                           {"os", "linux"},
                           {"created", created},
                           {"comment", comment},
                           {"config", config},
                           {"rootfs", {{"type", "layers"}, {"diff_ids", {layer.diffId.str()}}}},
                           {"history", Json::array({{{"created", created}, {"comment", comment}}})}};
    const std::string bytes = dumpJson(document);
    TRY(const auto image, parseImageConfig(bytes));
    TRY_STATUS(m_impl->commit(image, bytes, reference ? std::vector{*reference} : std::vector<Reference>{}));
    if (reference)
        m_impl->publish("tag", image.id.str(), reference->familiar());
    m_impl->publish("import", image.id.str(), image.id.str());
    return m_impl->read(image.id);
}

Result<Image> ImageService::create(const std::string& document, const std::vector<Reference>& names)
{
    TRY(const auto image, parseImageConfig(document));
    TRY_STATUS(m_impl->commit(image, document, names));
    for (const Reference& name : names)
        m_impl->publish("tag", image.id.str(), name.familiar());
    return m_impl->read(image.id);
}

Status ImageService::tag(const std::string& nameOrId, const Reference& reference)
{
    if (!reference.digest.empty())
        return fail(ErrorKind::InvalidArgument, "refusing to create a tag with a digest reference");
    const std::scoped_lock lock(m_impl->mutex);
    TRY(const auto id, m_impl->resolve(nameOrId));
    TRY_STATUS(m_impl->db.transaction([&] { return m_impl->setRef(reference, id); }));
    m_impl->publish("tag", id.str(), reference.familiar());
    return {};
}

Status ImageService::Impl::removeImage(const Image& image, ImageRemoval& removal)
{
    TRY_STATUS(db.exec("DELETE FROM images WHERE id = ?", {image.id.str()}));
    blobs.remove(image.id);
    removal.deleted.push_back(image.id.str());
    publish("delete", image.id.str(), image.id.str());
    const auto kept = layersOfImages();
    if (!kept) {
        log::warn("the layers of image {} stay until the next start: {}", image.id.str(), kept.error().message);
        return {};
    }
    for (const Digest& layer : image.layers) {
        if (!kept->contains(layer) && !leased.contains(layer) && layers.remove(layer))
            removal.deleted.push_back(layer.str());
    }
    return {};
}

Result<ImageRemoval> ImageService::remove(const std::string& nameOrId, bool force, bool)
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(const auto id, m_impl->resolve(nameOrId));
    TRY(const auto image, m_impl->read(id));
    const auto reference = Reference::parse(nameOrId);
    const bool byName = reference && std::ranges::find(image.repoTags, reference->familiar()) != image.repoTags.end();
    const std::vector<ImageUse> users = m_impl->useCheck ? m_impl->useCheck(id) : std::vector<ImageUse>();
    const std::string shortName = shortId(id.hex());
    const bool last = byName ? image.repoTags.size() == 1 : true;
    ImageRemoval removal;
    if (!byName && image.repoTags.size() > 1 && !force)
        return fail(ErrorKind::Conflict, "conflict: unable to delete " + shortName
                                             + " (must be forced) - image is referenced in multiple repositories");
    if (last && !users.empty()) {
        const bool running = std::ranges::any_of(users, &ImageUse::running);
        const auto& user = *std::ranges::max_element(users, {}, &ImageUse::running);
        if (running && !(byName && force))
            return fail(ErrorKind::Conflict, "conflict: unable to " + std::string(byName ? "remove repository reference \"" + nameOrId + "\"" : "delete " + shortName)
                                                 + (byName ? " (must force)" : " (cannot be forced)") + " - " + (byName ? "container " : "image is being used by running container ")
                                                 + shortId(user.containerId) + (byName ? " is using its referenced image " + shortName : ""));
        if (!force)
            return fail(ErrorKind::Conflict, byName ? "conflict: unable to remove repository reference \"" + nameOrId + "\" (must force) - container "
                                                          + shortId(user.containerId) + " is using its referenced image " + shortName
                                                    : "conflict: unable to delete " + shortName
                                                          + " (must be forced) - image is being used by stopped container "
                                                          + shortId(user.containerId));
    }
    for (const std::string& tag : image.repoTags) {
        if (byName && tag != reference->familiar())
            continue;
        TRY_STATUS(m_impl->db.exec("DELETE FROM image_refs WHERE ref = ?", {Reference::parse(tag)->canonical()}));
        removal.untagged.push_back(tag);
        m_impl->publish("untag", id.str(), id.str());
    }
    if (last && (users.empty() || (force && std::ranges::none_of(users, &ImageUse::running)))) // stopped ones keep its layers
        TRY_STATUS(m_impl->removeImage(image, removal));
    return removal;
}

std::vector<std::filesystem::path> ImageService::layerFolders(const Image& image) const
{
    std::vector<std::filesystem::path> folders;
    for (const Digest& diffId : image.layers)
        if (const auto layer = m_impl->layers.get(diffId))
            folders.push_back(m_impl->layers.diffPath(*layer));
    return folders;
}

std::map<Digest, std::int64_t> ImageService::layerSizes() const
{
    std::map<Digest, std::int64_t> sizes;
    for (const Layer& layer : m_impl->layers.list().value_or(std::vector<Layer>()))
        sizes[layer.diffId] = layer.size;
    return sizes;
}

std::int64_t ImageService::drop(const std::vector<Digest>& layers)
{
    const std::scoped_lock lock(m_impl->mutex);
    std::map<Digest, std::int64_t> sizes;
    for (const Digest& layer : layers) {
        if (const auto there = m_impl->layers.get(layer))
            sizes[layer] = there->size;
    }
    m_impl->collect({layers.begin(), layers.end()});
    std::int64_t bytes = 0;
    for (const auto& [layer, size] : sizes)
        bytes += m_impl->layers.get(layer) ? 0 : size;
    return bytes;
}

void ImageService::gc(const std::vector<Digest>& layersInUse)
{
    const std::scoped_lock lock(m_impl->mutex);
    const auto layers = m_impl->layers.list(); // before it is asked who holds what: what comes later is nobody's to delete
    const auto ofImages = m_impl->layersOfImages();
    if (!ofImages)
        return log::warn("no unused layers are collected: {}", ofImages.error().message);
    std::set<Digest> kept = *ofImages;
    kept.insert(layersInUse.begin(), layersInUse.end());
    for (const Layer& layer : layers.value_or(std::vector<Layer>())) {
        if (!kept.contains(layer.diffId) && !m_impl->leased.contains(layer.diffId))
            (void)m_impl->layers.remove(layer.diffId);
    }
    std::set<std::string> ids;
    if (!m_impl->db.query("SELECT id FROM images", {}, [&](const Database::Row& row) { ids.insert(row.text(0)); }))
        return;
    for (const Digest& blob : m_impl->blobs.list()) {
        if (!ids.contains(blob.str()))
            m_impl->blobs.remove(blob);
    }
}

} // namespace slipway
