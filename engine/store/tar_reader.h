// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/byte_source.h"

namespace slipway
{

// One member of a tar archive (ustar, pax, GNU long names), as the archive says: nothing in it is to be trusted.
struct TarEntry
{
    enum class Type : char { File = '0', HardLink = '1', Symlink = '2', Char = '3', Block = '4', Directory = '5', Fifo = '6', Other = '?' };
    std::string path, linkTarget;
    Type type = Type::File;
    std::uint32_t mode = 0, uid = 0, gid = 0;
    std::int64_t mtimeSeconds = 0, mtimeNanoseconds = 0;
    std::uint64_t size = 0;
    std::map<std::string, std::string> xattrs;
};

// Told of all bytes of an archive, in order: of a file's content only where it stands, of everything else the bytes.
class TarRecorder
{
public:
    virtual ~TarRecorder() = default;
    virtual void raw(std::span<const std::byte> bytes) = 0;
    virtual void content(const std::string& path, std::uint64_t size) = 0;
};

// Reads members in order from plain bytes. Not thread-safe.
class TarReader
{
public:
    explicit TarReader(ByteSource& source, TarRecorder* recorder = nullptr);
    // The next member, nullopt at the end; skips what was left of the last one. InvalidArgument for damaged archives.
    [[nodiscard]] Result<std::optional<TarEntry>> next();
    // The content of the present member; 0 at its end.
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into);
    // The whole content when it is at most LIMIT bytes, else InvalidArgument.
    [[nodiscard]] Result<std::string> readAll(std::size_t limit);
    // To the end of the stream, so that a digest over it is over all of it.
    [[nodiscard]] Status drain();

private:
    Result<std::size_t> pull(std::span<std::byte> into); // recorded
    Status exactly(std::span<std::byte> into);
    Status skip(std::uint64_t count);
    Status parsePax(const std::string& text);

    ByteSource& m_source;
    TarRecorder* m_recorder;
    std::string m_path;     // of the present member
    bool m_begun = false;   // its content was read from
    std::uint64_t m_left = 0, m_padding = 0;
    std::map<std::string, std::string> m_pax;
    std::string m_longName, m_longLink;
    bool m_ended = false;
};

} // namespace slipway
