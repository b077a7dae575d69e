// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ids.h"
#include "events/event_bus.h"
#include "image/image_config.h"
#include "image/image_impl.h"
#include "state/database.h"
#include "store/blob_store.h"

// Images in the database: names, ids, sizes.
namespace slipway
{

using Impl = ImageService::Impl;

namespace
{
constexpr std::size_t maxConfig = 8 << 20;

std::unexpected<Error> noSuchImage(const std::string& name) { return fail(ErrorKind::NotFound, "No such image: " + name); }
} // namespace

Result<Image> Impl::read(const Digest& id) const
{
    TRY(const auto bytes, blobs.read(id, maxConfig));
    TRY(auto image, parseImageConfig(bytes));
    TRY_STATUS(db.query("SELECT size, tagged FROM images WHERE id = ?", {id.str()}, [&](const Database::Row& row) {
        image.size = row.integer(0);
        image.lastTagged = fromUnixNano(row.integer(1));
    }));
    TRY_STATUS(db.query("SELECT ref FROM image_refs WHERE image_id = ? ORDER BY ref", {id.str()},
                        [&](const Database::Row& row) {
                            if (auto reference = Reference::parse(row.text(0)))
                                image.repoTags.push_back(reference->familiar());
                        }));
    TRY_STATUS(db.query("SELECT repo, digest FROM image_digests WHERE image_id = ? ORDER BY repo", {id.str()},
                        [&](const Database::Row& row) { image.repoDigests.push_back(row.text(0) + '@' + row.text(1)); }));
    return image;
}

Result<Digest> Impl::resolve(const std::string& name) const
{
    Digest found;
    const auto take = [&found](const Database::Row& row) {
        if (auto digest = Digest::parse(row.text(0)))
            found = *digest;
    };
    const std::string hex = name.starts_with("sha256:") ? name.substr(7) : name;
    const auto reference = Reference::parse(name);
    if (reference) {
        if (!reference->digest.empty())
            TRY_STATUS(db.query("SELECT image_id FROM image_digests WHERE repo = ? AND digest = ?",
                                {reference->familiarName(), reference->digest.str()}, take));
        else
            TRY_STATUS(db.query("SELECT image_id FROM image_refs WHERE ref = ?", {reference->canonical()}, take));
        if (!found.empty())
            return found;
    }
    if (!looksLikeId(hex) && !reference)
        return std::unexpected(reference.error());
    if (!looksLikeId(hex))
        return noSuchImage(reference->familiar());
    int matches = 0;
    TRY_STATUS(db.query("SELECT id FROM images WHERE id >= ? AND id < ?", {"sha256:" + hex, "sha256:" + hex + "g"},
                        [&](const Database::Row& row) {
                            ++matches;
                            take(row);
                        }));
    if (matches > 1)
        return fail(ErrorKind::InvalidArgument, "ambiguous image id prefix: " + name);
    if (matches == 0)
        return noSuchImage(name.find(':') == std::string::npos ? name + ":latest" : name);
    return found;
}

Status Impl::keep(const Image& image)
{
    std::int64_t size = 0;
    for (const Digest& diffId : image.layers) {
        TRY(const auto layer, layers.get(diffId));
        size += layer.size;
    }
    return db.exec("INSERT INTO images(id, created, size) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE SET size = excluded.size",
                   {image.id.str(), toUnixNano(image.created), size});
}

Status Impl::setRef(const Reference& reference, const Digest& id)
{
    TRY_STATUS(db.exec("INSERT INTO image_refs(ref, image_id) VALUES(?, ?) ON CONFLICT(ref) DO UPDATE SET image_id = "
                       "excluded.image_id",
                       {reference.canonical(), id.str()}));
    return db.exec("UPDATE images SET tagged = ? WHERE id = ?", {toUnixNano(now()), id.str()});
}

Status Impl::keepDigest(const Reference& reference, const Digest& manifest, const Digest& id)
{
    return db.exec("INSERT OR REPLACE INTO image_digests(repo, digest, image_id) VALUES(?, ?, ?)",
                   {reference.familiarName(), manifest.str(), id.str()});
}

void Impl::publish(const char* action, const std::string& id, const std::string& name)
{
    events.publish({.type = "image", .action = action, .actorId = id, .attributes = {{"name", name}}});
}

} // namespace slipway
