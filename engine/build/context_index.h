// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/digest.h"

// What is in a build context, file by file: as its owner tells it before it sends any, and as it is kept.
namespace slipway::build
{

struct ContextEntry
{
    enum class Kind : std::uint8_t { Folder, File, HardLink, Symlink, Fifo };
    std::string path; // "src/main.c"
    Kind kind = Kind::File;
    std::uint32_t mode = 0, uid = 0, gid = 0; // mode: 07777
    std::int64_t size = 0;                    // of a File
    std::int64_t modified = 0;                // Unix nanoseconds
    std::string link;                         // a Symlink's text; the path of the File that a HardLink is
    std::map<std::string, std::string> attributes;
    std::string stamp; // whatever else says that a file is the same as before; empty where nobody knows
    std::string hash;  // hex SHA-256 of the content, once it is here: of a File and of a HardLink

    // Whether this can be taken for OTHER, as BuildKit does: by all but the content. A folder's time does not count.
    [[nodiscard]] bool looksLike(const ContextEntry& other) const;
    [[nodiscard]] bool hasContent() const { return kind == Kind::File || kind == Kind::HardLink; }
};

// The order of a walk: folders before what is in them, names by their bytes.
[[nodiscard]] bool walksBefore(std::string_view a, std::string_view b);

// Makes ENTRIES a tree: folders that nobody named are added. InvalidArgument when they are not in the order of a walk, leave
// their folder, lie in something that is no folder, or are links to what is no file before them. Attributes that no layer
// keeps go.
[[nodiscard]] Status makeTree(std::vector<ContextEntry>& entries);

// Hashes over parts of a tree that does not change, so that the next build from it need not make them again. Thread-safe.
class TreeHashes
{
public:
    // KEY: PATH, with whatever else the hash is made of.
    [[nodiscard]] std::optional<Digest> find(const std::string& key) const;
    void keep(const std::string& key, const std::string& path, const Digest& hash);
    // Those of OTHER at or below whose path none of CHANGED lies.
    void inherit(const TreeHashes& other, const std::vector<std::string>& changed);

private:
    struct Kept
    {
        std::string path;
        Digest hash;
    };
    mutable std::mutex m_mutex;
    std::map<std::string, Kept> m_kept;
};

// A tree's entries in the order of a walk.
class ContextIndex
{
public:
    ContextIndex() = default;
    explicit ContextIndex(std::vector<ContextEntry> entries) : m_entries(std::move(entries)) {}

    // Made of these entries alone.
    [[nodiscard]] TreeHashes& hashes() const { return *m_hashes; }

    [[nodiscard]] const std::vector<ContextEntry>& entries() const { return m_entries; }
    [[nodiscard]] const ContextEntry* find(std::string_view path) const;
    // PATH and all that is below it; all when it is empty.
    [[nodiscard]] std::span<const ContextEntry> below(std::string_view path) const;
    [[nodiscard]] std::int64_t bytes() const; // of all files

    // A file that is whole or not there; it may be lost in a power cut. SEAL: what it is only good for.
    [[nodiscard]] Status save(const std::filesystem::path& file, std::string_view seal) const;
    [[nodiscard]] static Result<ContextIndex> load(const std::filesystem::path& file, std::string_view seal);

private:
    std::vector<ContextEntry> m_entries;
    std::shared_ptr<TreeHashes> m_hashes = std::make_shared<TreeHashes>();
};

} // namespace slipway::build
