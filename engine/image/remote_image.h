// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "image/image_service.h"

namespace slipway
{

// An image in a registry of which only what is asked for comes (ImageService::remote). What came stays until the object goes,
// and longer when somebody else has it by then. It ends before the ImageService. Thread-safe, blocking.
class RemoteImage
{
public:
    struct Impl;
    explicit RemoteImage(std::unique_ptr<Impl> impl);
    ~RemoteImage();

    [[nodiscard]] const std::string& config() const;    // the configuration document, verified
    [[nodiscard]] const std::string& mediaType() const; // of its manifest
    // Fetches the layer of DIFFID, unless it is here already: verified by the digests of manifest and configuration. NotFound
    // when the image has none such.
    [[nodiscard]] Status bring(const Digest& diffId, const ImageProgressSink& progress, const std::stop_token& stop);

private:
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
