// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "store/byte_source.h"
#include "store/digest.h"

namespace slipway
{

class Database;

struct Layer
{
    Digest diffId;
    std::string dir; // its short name below ROOT/layers: overlayfs's option string must fit a page
    std::int64_t size = 0;
};

// Unpacked layers, ROOT/layers/N/diff (beside it, of one that was unpacked, the recipe that makes its tar again), each keyed by the digest of its plain tar: a layer is unpacked without its parents, so
// all layers of an image can be unpacked at once and the same one is never unpacked twice. Made beside in ROOT/ingest, one
// syncfs, renamed, parent synced, then committed to the database: a row means a whole layer on disk. Thread-safe.
class LayerStore
{
public:
    LayerStore(Database& db, std::filesystem::path root, bool userxattr);

    // Unpacks a tar, plain or compressed; when EXPECTED is given the content must have that diff id (InvalidArgument).
    [[nodiscard]] Result<Layer> add(ByteSource& tar, const Digest& expected, const std::stop_token& stop);
    // Makes a layer of the folder DIR, which holds overlayfs's own form (a snapshot's upper) and lies on the same file system:
    // it is moved, not copied. An empty one is no layer (its diffId is empty) and stays where it is, as it does on error.
    // ONDIGEST is called before the layer can be found by anybody, so that it can be held.
    using OnDigest = std::function<void(const Digest&)>;
    [[nodiscard]] Result<Layer> adopt(const std::filesystem::path& dir, const OnDigest& onDigest, const std::stop_token& stop);
    [[nodiscard]] Result<Layer> get(const Digest& diffId) const; // NotFound names it
    // The plain tar that the layer was made from, byte for byte. Internal when its files are not what they were.
    [[nodiscard]] Status tar(const Digest& diffId, const ByteSink& sink, const std::stop_token& stop) const;
    [[nodiscard]] Result<std::uint64_t> tarSize(const Digest& diffId, const std::stop_token& stop) const; // its bytes
    [[nodiscard]] std::filesystem::path diffPath(const Layer& layer) const { return folder() / layer.dir / "diff"; }
    [[nodiscard]] std::filesystem::path folder() const { return m_root / "layers"; }
    [[nodiscard]] Result<std::vector<Layer>> list() const;
    [[nodiscard]] Status remove(const Digest& diffId);

private:
    [[nodiscard]] Status make(const Layer& layer, const ByteSink& sink, const std::stop_token& stop) const;
    std::string freeName();
    Result<Layer> commit(const std::filesystem::path& ingest, const Digest& diffId, std::int64_t size);

    Database& m_db;
    std::filesystem::path m_root;
    bool m_userxattr;
    std::mutex m_mutex; // naming and committing
};

} // namespace slipway
