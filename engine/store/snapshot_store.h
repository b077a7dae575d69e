// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/digest.h"

namespace slipway
{

class LayerStore;

// The writable root of each container: overlayfs over the image's layers (lowest first in LAYERS) plus Slipway's init
// layer (empty /dev, /proc, /sys, /etc/{hosts,hostname,resolv.conf}, /.dockerenv as real files and directories, so that a
// hostile image cannot put links there).
//
//   create(id, layers)  →  rootfs(id) exists but is empty;   mount(id) → it shows the merged tree;   unmount(id);   remove(id)
//
// ROOT/snapshots/ID/{upper,work,merged}. Rootless engines use "userxattr". Mounts live in the engine's mount namespace
// only (the OCI runtime inherits them from it); a restarted engine mounts again what it does not see.
// Thread-safe for different ids; one id is the caller's to serialise. A crash leaves nothing that the next create or
// gc() does not mend.
class SnapshotStore
{
public:
    struct Change
    {
        enum class Kind : std::uint8_t { Modified = 0, Added = 1, Deleted = 2 }; // the API's numbers
        std::string path;
        Kind kind;
    };

    // ROOT is the engine's root folder.
    SnapshotStore(std::filesystem::path root, LayerStore& layers, bool userxattr);

    // Fails with NotFound naming a layer that is missing, Conflict when the snapshot exists.
    [[nodiscard]] Status create(const std::string& id, const std::vector<Digest>& layers);
    // The merged folder. Mounting twice is no error.
    // WITHINIT false: without the init layer, for files that are copied and nothing that runs.
    [[nodiscard]] Result<std::filesystem::path> mount(const std::string& id, const std::vector<Digest>& layers, bool withInit = true);
    [[nodiscard]] Status unmount(const std::string& id);
    [[nodiscard]] std::filesystem::path rootfs(const std::string& id) const;
    [[nodiscard]] std::filesystem::path upper(const std::string& id) const;
    // Unmounts, moves the snapshot to ROOT/trash at once, deletes it there in the background. No error when missing.
    [[nodiscard]] Status remove(const std::string& id);

    [[nodiscard]] Result<std::int64_t> writableSize(const std::string& id) const; // bytes in upper
    [[nodiscard]] Result<std::vector<Change>> changes(const std::string& id, const std::vector<Digest>& layers) const;

    // At start: empties the trash and deletes snapshots whose id is not in LIVE.
    void gc(const std::vector<std::string>& live);

private:
    std::filesystem::path m_root;
    LayerStore& m_layers;
    bool m_userxattr;
};

} // namespace slipway
