#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""xwd_to_png.py SCREEN.xwd PICTURE.png: what Xvfb -fbdir shows (32 bits a pixel), as PNG; fails when it is one colour only."""
import struct
import sys
import zlib

data = open(sys.argv[1], "rb").read()
header = struct.unpack(">25I", data[:100])
size, width, height, little, bits, stride, colours = header[0], header[4], header[5], header[7] == 0, header[11], header[12], header[19]
if bits != 32:
    sys.exit(f"{bits} bits a pixel, not 32")
start = size + colours * 12
order = (2, 1, 0) if little else (1, 2, 3)
rows = bytearray()
for y in range(height):
    line = data[start + y * stride:start + y * stride + width * 4]
    row = bytearray(width * 3)
    for channel, at in enumerate(order):
        row[channel::3] = line[at::4]
    rows += b"\0" + row


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if len(set(rows)) < 8:
    sys.exit("the screen is empty")
with open(sys.argv[2], "wb") as out:
    out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
              + chunk(b"IDAT", zlib.compress(bytes(rows), 6)) + chunk(b"IEND", b""))
