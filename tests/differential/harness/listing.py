#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of the tar on standard input that lie at or below the paths given, a line each, sorted."""
import hashlib
import sys
import tarfile

KINDS = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link", tarfile.LNKTYPE: "hardlink", tarfile.FIFOTYPE: "fifo"}
lines, first = [], {}
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as tar:
    for member in tar:
        name = member.name.removeprefix("./").rstrip("/")
        if not any(name == p or name.startswith(p + "/") for p in sys.argv[1:]):
            continue
        line = f"{name} {KINDS.get(member.type, member.type)} {member.mode:o} {member.uid}:{member.gid}"
        if member.isreg():
            digest = hashlib.sha256(tar.extractfile(member).read()).hexdigest()[:10]
            line += f" {member.size} #{digest}#"
        if member.issym() or member.islnk():
            line += " -> " + member.linkname
        if 0 <= member.mtime < 1577836800:
            line += f" at {int(member.mtime)}"
        for key, value in sorted(member.pax_headers.items()):
            if key.startswith("SCHILY.xattr."):
                line += f" {key[13:]}={value}"
        lines.append(line)
print("\n".join(sorted(lines)))
