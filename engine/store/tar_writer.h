// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "store/byte_source.h"
#include "store/tar_reader.h"

namespace slipway
{

// Writes a tar archive (ustar, with pax records where a field does not fit) to a sink. Not thread-safe.
class TarWriter
{
public:
    explicit TarWriter(ByteSink sink) : m_sink(std::move(sink)) {}
    // The header of ENTRY; its entry.size bytes of content must follow by write() when it is a file.
    [[nodiscard]] Status add(const TarEntry& entry, std::uint32_t devMajor = 0, std::uint32_t devMinor = 0);
    [[nodiscard]] Status write(std::span<const std::byte> content);
    [[nodiscard]] Status addFile(const std::string& path, std::string_view content, std::int64_t mtimeSeconds = 0);
    // Exactly entry.size bytes of FD: a file that shrank meanwhile is filled up with zeros, one that grew is cut.
    [[nodiscard]] Status addFile(const TarEntry& entry, int fd);
    [[nodiscard]] Status finish(); // the two empty blocks

private:
    [[nodiscard]] Status header(const TarEntry& entry, char type, std::uint32_t devMajor, std::uint32_t devMinor);
    [[nodiscard]] Status pad();

    ByteSink m_sink;
    std::uint64_t m_written = 0; // content of the present member
};

struct PackOptions
{
    std::string name;       // the path of the top in the archive; empty: only what is below it, with paths relative to it
    bool layer = false;     // FOLDER is the upper folder of an overlay: its whiteouts and opaque folders become ".wh." members
    bool userxattr = false; // of an overlay mounted so
};

// Everything in FOLDER, in order of names; hard links and sockets as tar knows them (sockets are left out). Files that vanish
// meanwhile are left out too.
[[nodiscard]] Status packTree(TarWriter& tar, int folder, const PackOptions& options);
// One file, link or folder: NAME of the folder PARENT, called options.name in the archive.
[[nodiscard]] Status packPath(TarWriter& tar, int parent, const std::string& name, const PackOptions& options);

} // namespace slipway
