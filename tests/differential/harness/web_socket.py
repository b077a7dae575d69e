# SPDX-License-Identifier: GPL-3.0-or-later
"""A websocket client of a unix socket (see lib.sh): web_socket.py SOCKET PATH [LINE...]"""
import os
import socket
import struct
import sys

BINARY, CLOSE = 2, 8


def message(connection, kind, data):
    mask = os.urandom(4)
    connection.sendall(bytes([0x80 | kind, 0x80 | len(data)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))


def frame(stream):
    """(kind, data) of the next one, or nothing at the end."""
    head = stream.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 127
    if size > 125:
        size = struct.unpack(">H" if size == 126 else ">Q", stream.read(2 if size == 126 else 8))[0]
    return head[0] & 15, stream.read(size)


def main():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(sys.argv[1])
    connection.sendall(f"GET {sys.argv[2]} HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://d\r\n"
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2xpcHdheSBzbGlwd2F5IQ==\r\n\r\n".encode())
    stream, lines = connection.makefile("rb"), sys.argv[3:]
    status = stream.readline().decode().strip()
    headers = {}
    while (line := stream.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    print(status, headers.get("sec-websocket-accept", ""))
    if " 101 " not in status:
        print(stream.read(int(headers.get("content-length", 0))).decode())
        return
    if lines:
        message(connection, BINARY, lines.pop(0).encode() + b"\n")
    kinds, text, sent = set(), b"", 1
    while (got := frame(stream)) and got[0] != CLOSE:
        kinds.add(got[0])
        text += got[1]
        if lines and text.count(b"\n") >= sent:
            message(connection, BINARY, lines.pop(0).encode() + b"\n")
            sent += 1
    print(text.decode(), end="")
    print("kinds:", *sorted(kinds), "closed" if got else "broken off")


main()
