// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "buildkit/protobuf.h"

// tonistiigi/fsutil types/wire.proto, stat.proto; modes are those of Go's os.FileMode.
namespace slipway::buildkit
{

enum PacketType : std::uint8_t { PacketStat = 0, PacketRequest = 1, PacketData = 2, PacketFin = 3, PacketError = 4 };
namespace packet
{
constexpr int type = 1, stat = 2, id = 3, data = 4;
}
namespace stat
{
constexpr int path = 1, mode = 2, uid = 3, gid = 4, size = 5, modified = 6, link = 7, attributes = 10;
}
constexpr std::uint32_t goFolder = 1u << 31, goSymlink = 1u << 27, goDevice = 1u << 26, goPipe = 1u << 25, goSocket = 1u << 24,
                        goSetuid = 1u << 23, goSetgid = 1u << 22, goCharacter = 1u << 21, goSticky = 1u << 20, goIrregular = 1u << 19;
constexpr std::uint32_t goType = goFolder | goSymlink | goDevice | goPipe | goSocket | goCharacter | goIrregular;

inline std::string packetOf(PacketType type, std::uint32_t id = 0) { return MessageWriter().number(packet::type, type).number(packet::id, id).str(); }

} // namespace slipway::buildkit
