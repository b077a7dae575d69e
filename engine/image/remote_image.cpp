// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/remote_image.h"

#include <algorithm>

#include "image/image_impl.h"
#include "image/puller.h"
#include "registry/registry_client.h"

namespace slipway
{

struct RemoteImage::Impl
{
    Reference reference;
    RemoteDocuments documents;
    ImageService::Impl::Lease lease;
    PullSources sources;
};

RemoteImage::RemoteImage(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
RemoteImage::~RemoteImage() = default;

const std::string& RemoteImage::config() const { return m_impl->documents.config; }
const std::string& RemoteImage::mediaType() const { return m_impl->documents.mediaType; }

Status RemoteImage::bring(const Digest& diffId, const ImageProgressSink& progress, const std::stop_token& stop)
{
    const auto& layers = m_impl->documents.layers;
    const auto found = std::ranges::find(layers, diffId, &WantedLayer::diffId);
    if (found == layers.end())
        return fail(ErrorKind::NotFound, m_impl->reference.familiar() + " has no layer " + diffId.str());
    return bringLayers(m_impl->sources, m_impl->reference, {*found}, progress, stop);
}

Result<std::unique_ptr<RemoteImage>> ImageService::remote(const Reference& reference, const PullOptions& options, const std::stop_token& stop)
{
    const auto registry = m_impl->registryOf(reference, options.auth);
    TRY(auto documents, describeImage(*registry, reference, options.platform, stop));
    std::unique_ptr<RemoteImage::Impl> made(new RemoteImage::Impl{
        .reference = reference, .documents = std::move(documents), .lease = Impl::Lease(*m_impl), .sources = {registry, m_impl->transfers, {}}});
    made->sources.lease = [lease = &made->lease](const Digest& layer) { return lease->take(layer); };
    return std::make_unique<RemoteImage>(std::move(made));
}

} // namespace slipway
