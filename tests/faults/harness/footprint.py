# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine has made outside its own memory (support/footprint.h in another language), zombies included. The caller has
pid and network namespaces of its own: all that is there is the engine's."""
import os
import pathlib
import re
import subprocess

CONTENT = ("merged", "work", "upper", "diff", "_data")


def _text(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def processes():
    """pid -> (state, command line) of all but this process's own and those of pid 1."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = _text(f"/proc/{pid}/stat")
        if not stat or int(pid) in (1, os.getpid()):
            continue
        state = stat.rpartition(")")[2].split()[0]
        found[int(pid)] = (state, _text(f"/proc/{pid}/cmdline").replace("\0", " ").strip() or stat.split(")")[0].split("(")[1])
    return found


def identity(pid):
    """Pid and start time, which name a process for ever; None when there is none."""
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return None if not fields or fields[0] == "Z" else (pid, fields[19])


def footprint(engine, ids):
    """IDS: of all containers there ever were, whose cgroups are looked for."""
    things = set()
    for line in _text("/proc/self/mountinfo").splitlines():
        if line.split(" ")[4].startswith(str(engine.folder) + "/"):
            things.add("mount " + line.split(" ")[4])
    for pid, (state, command) in processes().items():
        if state == "Z":
            things.add(f"zombie {pid} {command}, child of {_text(f'/proc/{pid}/stat').rpartition(')')[2].split()[1]}")
        elif pid != engine.process.pid and f"{engine.folder}/" in command + _text(f"/proc/{pid}/mountinfo") and "docker" not in command:
            things.add(f"process {pid} {command}")
        elif state != "Z" and os.stat("/proc/self/ns/net").st_ino != _inode(f"/proc/{pid}/ns/net"):
            things.add(f"netns of {pid} {command}")
    for line in _text("/proc/self/net/dev").splitlines()[2:]:
        things.add("link " + line.split(":")[0].strip())
    rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=False).stdout
    for line in rules.splitlines():
        things.add("rule " + re.sub(r"counter packets \d+ bytes \d+", "counter", line.strip()))
    for line in _text("/proc/self/mountinfo").splitlines():
        mounted = line.split(" ")
        if " - cgroup" in line and mounted[4].startswith("/sys/fs/cgroup"):
            try:
                there = set(os.listdir(pathlib.Path(mounted[4]) / "slipway"))
            except OSError:
                continue
            things |= {f"cgroup {mounted[4]}/slipway/{name}" for name in there & ids}
    for folder in (engine.root, engine.run):
        for path, names, files in os.walk(folder):
            things |= {f"file {path}/{name}" for name in names + files if not name.startswith("slipway.db")}
            names[:] = [name for name in names if name not in CONTENT]
    # A history begins a second after its container; the build cache and what was built are kept on purpose.
    return {thing for thing in things if not any(kept in thing for kept in ("/metrics/", "/kept-logs", "/build-history"))}


def _inode(path):
    try:
        return os.stat(path).st_ino
    except OSError:
        return os.stat("/proc/self/ns/net").st_ino
