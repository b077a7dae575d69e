// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/digest.h"
#include "store/snapshot_reaper.h"

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
    struct MountOptions
    {
        bool ephemeral = false; // nobody will want its content after a power cut, so the kernel never writes it out for its own
                                // sake ("volatile": fsync inside does nothing, unmounting does not wait for the disk)
        bool withInit = true;   // false: without the init layer, for files that are copied and nothing that runs
    };
    // The merged folder. Mounting twice is no error.
    [[nodiscard]] Result<std::filesystem::path> mount(const std::string& id, const std::vector<Digest>& layers, MountOptions options);
    [[nodiscard]] Result<std::filesystem::path> mount(const std::string& id, const std::vector<Digest>& layers) { return mount(id, layers, {}); }
    // No error when it is not mounted.
    [[nodiscard]] Status unmount(const std::string& id);
    // In the background: a mount() that comes before it finds the tree as it was.
    void unmountLater(const std::string& id);
    [[nodiscard]] std::filesystem::path rootfs(const std::string& id) const;
    [[nodiscard]] std::filesystem::path upper(const std::string& id) const;
    [[nodiscard]] std::string lowerDirs(const std::vector<Digest>& layers) const; // highest first, as overlayfs takes them
    // Moves the snapshot to ROOT/trash at once, unmounts and deletes it there in the background. No error when missing.
    [[nodiscard]] Status remove(const std::string& id);

    [[nodiscard]] Result<std::int64_t> writableSize(const std::string& id) const; // bytes in upper
    [[nodiscard]] Result<std::vector<Change>> changes(const std::string& id, const std::vector<Digest>& layers) const;

    // At start: empties the trash and deletes snapshots whose id is not in LIVE, in the background.
    void gc(const std::vector<std::string>& live);

private:
    std::filesystem::path m_root;
    LayerStore& m_layers;
    bool m_userxattr;
    SnapshotReaper m_reaper;
};

} // namespace slipway
