# SPDX-License-Identifier: GPL-3.0-or-later
"""The archives that cases load, made from Debian's busybox-static. Made the same each time, so ids are the same everywhere."""
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile

CREATED = "2026-01-02T03:{:02}:05.678901234Z"  # no two of an archive at the same time: lists are sorted by it
PASSWD = "root:x:0:0:root:/root:/bin/sh\nbin:x:1:1:bin:/bin:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n"
GROUP = "root:x:0:\nbin:x:1:\naudio:x:29:\nnogroup:x:65534:\nstaff:x:50:bin\n"


def layer(members):
    """A tar of MEMBERS: (path, content); content: bytes = file, None = folder, str = symbolic link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in members:
            info = tarfile.TarInfo(path)
            info.mtime, info.mode = 1767323045, 0o755
            if content is None:
                info.type = tarfile.DIRTYPE
                info.mode = 0o1777 if path == "tmp" else 0o755
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
                info.mode = 0o755 if path.startswith("bin/") else 0o644
            tar.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return out.getvalue()


def busybox():
    program = pathlib.Path("/usr/bin/busybox").read_bytes()
    applets = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
    folders = [(name, None) for name in ("bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "usr/bin", "var", "var/www")]
    files = [("bin/busybox", program), ("etc/passwd", PASSWD.encode()), ("etc/group", GROUP.encode()),
             ("var/www/index.html", b"hello from the web\n"), ("bin/not-executable", b"x")]
    return layer(folders + files + [("bin/" + a, "busybox") for a in applets if a != "busybox"])


def save(path, images):
    """A docker save archive of IMAGES: (tags, config, layers, history)."""
    manifest, members = [], {}
    for minute, (tags, config, layers, history) in enumerate(images, 4):
        created = CREATED.format(minute)
        digests = [hashlib.sha256(data).hexdigest() for data in layers]
        document = json.dumps({
            "architecture": "amd64", "os": "linux", "created": created, "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + d for d in digests]},
            "history": [{"created": created, **entry} for entry in history]}).encode()
        name = hashlib.sha256(document).hexdigest() + ".json"
        members[name] = document
        members.update({f"{d}/layer.tar": data for d, data in zip(digests, layers)})
        manifest.append({"Config": name, "RepoTags": tags, "Layers": [f"{d}/layer.tar" for d in digests]})
    members["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def make(folder):
    """base.tar: what every case may use (busybox, web, health, user); the others are for cases about images."""
    folder.mkdir()
    path = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    base, more = busybox(), layer([("more.txt", b"more\n")])
    first = {"created_by": "ADD rootfs / # slipway"}
    empty = {"created_by": 'CMD ["sh"]', "empty_layer": True}
    save(folder / "base.tar", [
        (["busybox:latest"], {"Env": path, "Cmd": ["sh"]}, [base], [first, empty]),
        (["web:1"], {"Env": path + ["GREETING=hello"], "Entrypoint": ["httpd", "-f", "-p", "80"], "Cmd": ["-h", "/var/www"],
                     "ExposedPorts": {"80/tcp": {}}, "Labels": {"org.example.kind": "web"}, "WorkingDir": "/var/www",
                     "StopSignal": "SIGKILL"}, [base], [first, empty]),
        (["volume:1"], {"Env": path, "Cmd": ["sh"], "Volumes": {"/data": {}, "/var/www": {}}, "User": "bin"}, [base], [first, empty]),
        (["health:1"], {"Env": path, "Cmd": ["sleep", "1000"],
                        "Healthcheck": {"Test": ["CMD-SHELL", "test -e /tmp/well"], "Interval": 200000000, "Timeout": 2000000000,
                                        "Retries": 2}}, [base], [first, empty])])
    small = layer([("a", b"a\n")])
    save(folder / "tiny.tar", [(["tiny:1"], {"Cmd": ["/a"]}, [small], [{"created_by": "COPY a / # tiny"}])])
    save(folder / "untagged.tar", [([], {"Cmd": ["/a"]}, [small], [{"created_by": "COPY a / # untagged"}])])
    save(folder / "layered.tar", [(["layered:1", "example.org/team/layered:2"], {"Env": path, "Cmd": ["sh"]}, [base, more],
                                   [first, {"created_by": "COPY more.txt / # layered", "comment": "second"}, empty])])
    (folder / "rootfs.tar").write_bytes(base)
    (folder / "small.tar").write_bytes(layer([("etc", None), ("etc/motd", b"motd\n"), ("link", "etc/motd")]))
    (folder / "broken.tar").write_bytes((folder / "tiny.tar").read_bytes()[:2000])
    (folder / "notes.txt").write_text("this is no archive\n")
