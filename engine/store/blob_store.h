// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "store/byte_source.h"
#include "store/digest.h"

namespace slipway
{

// Files named by their content: ROOT/blobs/sha256/HEX. Written beside (ROOT/ingest), verified, synced, renamed: a blob that
// can be seen is whole. Thread-safe; writing the same blob twice is no error.
class BlobStore
{
public:
    explicit BlobStore(std::filesystem::path root); // ROOT is the engine's root folder; empties ROOT/ingest

    // All of SOURCE; InvalidArgument when EXPECTED is given and another digest comes out. Nothing is left on error.
    [[nodiscard]] Result<Digest> write(ByteSource& source, const Digest& expected = {});
    [[nodiscard]] Result<Digest> write(const std::string& bytes);
    [[nodiscard]] bool has(const Digest& digest) const;
    [[nodiscard]] Result<UniqueFd> open(const Digest& digest) const; // NotFound
    [[nodiscard]] Result<std::string> read(const Digest& digest, std::size_t limit) const;
    void remove(const Digest& digest);
    [[nodiscard]] std::vector<Digest> list() const;

private:
    [[nodiscard]] std::filesystem::path path(const Digest& digest) const;
    std::filesystem::path m_root;
};

} // namespace slipway
