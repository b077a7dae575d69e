// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "base/machine.h"
#include "image/image_config.h"
#include "image/image_impl.h"
#include "store/blob_store.h"

// docker commit: a child of the image that a container was made from.
namespace slipway
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
}

Result<Image> ImageService::commit(ByteSource& tar, const ImageCommit& wanted, const std::stop_token& stop)
{
    TRY(const auto parent, m_impl->resolve(wanted.parent));
    TRY(const auto bytes, m_impl->blobs.read(parent, maxConfig));
    TRY(Json document, parseJson(bytes));
    TRY(const auto base, parseImageConfig(bytes));
    Impl::Lease lease(*m_impl);
    for (const Digest& layer : base.layers)
        static_cast<void>(lease.take(layer));
    TRY(const auto layer, m_impl->layers.add(tar, {}, stop));
    if (!lease.take(layer.diffId))
        return fail(ErrorKind::Conflict, "the same content was just removed by another request: try again");
    const std::string created = formatRfc3339Nano(now());
    document["architecture"] = jsonValue<std::string>(document, "architecture", machineArchitecture());
    document["created"] = created;
    document["parent"] = parent.str();
    document["container"] = wanted.containerId;
    document["comment"] = wanted.comment;
    document["author"] = wanted.author;
    document["config"] = wanted.config;
    document["rootfs"]["diff_ids"].push_back(layer.diffId.str());
    Json entry = {{"created", created}, {"created_by", wanted.createdBy}};
    if (!wanted.comment.empty())
        entry["comment"] = wanted.comment;
    if (!wanted.author.empty())
        entry["author"] = wanted.author;
    document["history"].push_back(std::move(entry));
    return create(dumpJson(document), wanted.reference ? std::vector{*wanted.reference} : std::vector<Reference>{});
}

} // namespace slipway
