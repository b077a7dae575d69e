// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "base/error.h"
#include "image/image_service.h"
#include "store/digest.h"

namespace slipway
{

class LayerStore;

struct WantedLayer
{
    Digest blob, diffId;
    std::int64_t size = 0; // of the blob, bytes; 0 = unknown
};

// Writes the blob's bytes to the sink. Waiting is told before a pause between two attempts.
using FetchBlob = std::function<Status(const std::function<Status(std::span<const std::byte>)>& sink,
                                       const std::function<void(std::chrono::milliseconds)>& waiting, const std::stop_token& stop)>;

// Layers on their way from registries: whoever wants one that is already coming watches that download instead of making a
// second one; it is given up when its last watcher has left. At most three blobs come at the same time.
// A blob is kept in an unlinked file until its digest and its diff id are verified, so nothing is left, whatever happens.
// Thread-safe. The destructor gives up what is under way and waits for it.
class LayerTransfers
{
public:
    explicit LayerTransfers(LayerStore& layers, std::filesystem::path ingest);
    ~LayerTransfers();
    LayerTransfers(const LayerTransfers&) = delete;
    LayerTransfers& operator=(const LayerTransfers&) = delete;

    struct Watcher
    {
        ImageProgressSink progress;
        std::function<void(Status)> done; // once, when the layer is in the store or its transfer failed
    };
    using Watch = std::shared_ptr<void>; // ends when destroyed: after that nothing is called any more
    // FETCH is used when nobody else is fetching the layer. WATCHER is called from other threads, or from here; it must not
    // call back, and not block.
    [[nodiscard]] Watch watch(const WantedLayer& wanted, FetchBlob fetch, Watcher watcher);

private:
    struct Transfer;
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
