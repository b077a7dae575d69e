// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "build/build_cache.h"
#include "build/image_state.h"
#include "image/remote_image.h"

namespace slipway::build
{

// An image that --cache-from names: what it was made of counts as done, as far as it was done on the same files. Its
// configuration tells in two ways: by its history, in which dockerd's classic builder looks for steps, and by the keys of its
// steps, where whoever built it had them written down (--cache-to type=inline, BUILDKIT_INLINE_CACHE; BuildKit keeps its own
// under another name, and its keys say nothing here). Whoever names an image believes it, as with dockerd; what is broken in
// it is no hit. Thread-safe.
class CacheSource
{
public:
    // REMOTE: where its layers come from when one is a hit; null when the image is here.
    [[nodiscard]] static Result<std::shared_ptr<CacheSource>> of(const std::string& document, std::unique_ptr<RemoteImage> remote);

    struct Hit
    {
        Digest layer; // none: a step without files
        TimePoint created{};
    };
    // The step of KEY, when it was done on top of STATE.
    [[nodiscard]] std::optional<Hit> byKey(const ImageState& state, const Digest& key) const;
    // The step that its history has after STATE, when that is TEXT.
    [[nodiscard]] std::optional<Hit> byHistory(const ImageState& state, const std::string& text) const;

    [[nodiscard]] const std::vector<Digest>& layers() const { return m_layers; }
    [[nodiscard]] RemoteImage* remote() const { return m_remote.get(); }

    // The configuration document of STATE with the keys of STEPS, as far as their layers are its own.
    [[nodiscard]] static std::string written(const ImageState& state, const std::map<Digest, CacheRecord>& steps);

private:
    // Whether LAYER is what it has on top of STATE's.
    [[nodiscard]] bool isNext(const ImageState& state, const Digest& layer) const;

    std::vector<Digest> m_layers;
    std::vector<Json> m_history;
    std::map<std::string, Hit> m_steps; // by the hex of their keys
    std::unique_ptr<RemoteImage> m_remote;
};

} // namespace slipway::build
