// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace slipway
{

// One member of a tar that is written: what stands before its content.
struct TarHeader
{
    std::string path; // of a folder with its /
    std::string link; // target of a symbolic link, or the path of the first name of a hard-linked file
    char type = '0';  // 0 file, 1 hard link, 2 symbolic link, 5 folder, 6 fifo
    std::uint32_t mode = 0;
    std::uint64_t uid = 0, gid = 0, size = 0;
    std::int64_t mtime = 0;                 // unix seconds
    std::map<std::string, std::string> pax; // further records ("SCHILY.xattr.user.x")
};

// Its blocks (512 bytes each): ustar, with a pax header in front where that cannot hold everything. The same input gives the
// same bytes.
[[nodiscard]] std::string tarHeader(TarHeader header);
[[nodiscard]] std::string tarPadding(std::uint64_t size); // what fills the last block of content of that SIZE
[[nodiscard]] std::string tarEnd();

} // namespace slipway
