# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: the engines (Slipway from the build, dockerd and podman from the root that `./dev peers`
made), a timer for whole programs that costs every engine the same, an API client, and the table.

Every number is taken beside its peers in one run, in turns, and printed as medians and ratios: absolute times of one
machine say little, and less when something else runs on it.
"""

import atexit
import gc
import http.client
import io
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tarfile
import time
import urllib.parse

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS_ROOT = os.environ.get("PEERS_ROOT", "")
IMAGE = "slipway-bench:latest"
# On a disk and not in /tmp: all three keep their layers on the same file system.
SCRATCH = os.path.join(REPO, "build", "bench", f"run.{os.getpid()}.{int(time.time())}")


def scratch(name):
    return os.path.join(SCRATCH, name)


def say(text):
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------------------------ programs

# Runs in the root of the program it measures, so that entering that root is not part of the time. Each line of its input is
# a command; each line of its output is [nanoseconds, exit code].
STOPWATCH = """
import json, os, sys, time
null = os.open("/dev/null", os.O_RDWR)
for line in sys.stdin:
    argv = json.loads(line)
    began = time.perf_counter_ns()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1)])
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps([time.perf_counter_ns() - began, code]), flush=True)
"""

# The peers' root, entered as ./dev enters its own: private mounts, pivot_root, a /run of its own, the scratch folder shared.
ENTER = """
set -e; root=$1; scratch=$2
mount --rbind "$root" "$root"
for d in proc sys dev; do mount --rbind /$d "$root/$d"; done
for d in run tmp; do mount -t tmpfs -o mode=1777 tmpfs "$root/$d"; done
mkdir -p "$root/run/lock" "$root$scratch"; mount --rbind "$scratch" "$root$scratch"
cd "$root"; mkdir -p .outside; pivot_root . .outside; umount -l /.outside; cd /
echo entered; exec sleep infinity
"""


class PeersRoot:
    """A process that holds the mounts of the peers' root; command() wraps what is to run there."""

    def __init__(self):
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", ENTER, "_", PEERS_ROOT, SCRATCH],
            stdout=subprocess.PIPE, text=True)
        atexit.register(self._holder.kill)
        if self._holder.stdout.readline() != "entered\n":
            raise RuntimeError(f"cannot enter {PEERS_ROOT}: './dev peers' makes it")

    def command(self, *argv):
        return ["nsenter", "--mount", "--target", str(self._holder.pid), "env", "PODMAN_IGNORE_CGROUPSV1_WARNING=1",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "CONTAINERS_CONF_OVERRIDE=" + scratch("containers.conf"), *argv]


class Stopwatch:
    """Runs programs to their end and returns milliseconds. INSIDE wraps a command, as PeersRoot.command does."""

    def __init__(self, inside=lambda *argv: list(argv)):
        self._child = subprocess.Popen(
            inside("python3", "-c", STOPWATCH), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        atexit.register(self._child.kill)

    def run(self, argv):
        self._child.stdin.write(json.dumps(argv) + "\n")
        nanoseconds, code = json.loads(self._child.stdout.readline())
        if code != 0:
            raise RuntimeError(f"{' '.join(argv)} exited with {code}")
        return nanoseconds / 1e6


class Priority:
    """Gives the engines most of the CPU when other programs load the machine, and counts what CPU time they use: all of them
    and their containers are in cgroups (v1 only) that this process may weigh. Without such cgroups it does nothing."""

    GROUPS = ("slipway-bench", "slipway", "docker", "libpod_parent")
    CPU, ACCOUNT = "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpuacct"

    def __init__(self):
        try:
            for group in self.GROUPS:
                for hierarchy in (self.CPU, self.ACCOUNT):
                    os.makedirs(f"{hierarchy}/{group}", exist_ok=True)
                self._write(f"{self.CPU}/{group}/cpu.shares", "262144")
            for hierarchy in (self.CPU, self.ACCOUNT):
                self._write(f"{hierarchy}/slipway-bench/cgroup.procs", "0")
            self.works = True
            atexit.register(self._restore)
        except OSError:
            self.works = False

    def _restore(self):
        for group in self.GROUPS:
            self._write(f"{self.CPU}/{group}/cpu.shares", "1024")

    @staticmethod
    def _write(path, text):
        with open(path, "w") as file:
            file.write(text)

    def used(self):
        """CPU milliseconds that all engines, clients and containers have used so far."""
        total = 0
        for group in self.GROUPS if self.works else ():
            with open(f"{self.ACCOUNT}/{group}/cpuacct.usage") as file:
                total += int(file.read())
        return total / 1e6


# ------------------------------------------------------------------------------------------------ the API


class Api(http.client.HTTPConnection):
    """One kept-alive connection to an engine's socket."""

    def __init__(self, path):
        super().__init__("engine")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def call(self, method, path, body=None, raw=None):
        headers = {"Content-Type": "application/x-tar" if raw else "application/json"}
        arguments = (method, "/v1.41" + path, raw or (json.dumps(body) if body is not None else None), headers)
        try:
            self.request(*arguments)
            answer = self.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()  # it was closed after the answer before
            self.request(*arguments)
            answer = self.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]!r}")
        return json.loads(data) if data[:1] in (b"{", b"[") and raw is None else None

    def lines(self, method, path, body):
        """What a streaming call answers, line by line."""
        self.close()
        self.request(method, "/v1.41" + path, body)
        answer = self.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]!r}")
        return [json.loads(line) for line in data.splitlines()]


def run_by_api(api, network):
    """create, start, wait, remove; the milliseconds of each."""
    times = [time.perf_counter()]

    def step(*arguments):
        result = api.call(*arguments)
        times.append(time.perf_counter())
        return result

    config = {"Image": IMAGE, "Cmd": ["true"], "HostConfig": {"NetworkMode": network}}
    made = step("POST", "/containers/create", config)["Id"]
    step("POST", f"/containers/{made}/start")
    ended = step("POST", f"/containers/{made}/wait")
    step("DELETE", f"/containers/{made}")
    if ended["StatusCode"] != 0:
        raise RuntimeError(f"the container ended with {ended}")
    return [(b - a) * 1e3 for a, b in zip(times, times[1:])]


# ------------------------------------------------------------------------------------------------ the engines


class Engine:
    """A started engine: its name, its socket, the command line that talks to it and the stopwatch that runs it."""

    def __init__(self, name, daemon, cli, stopwatch):
        self.name, self.cli, self.stopwatch = name, cli, stopwatch
        self.socket, self.log = scratch(name + ".sock"), scratch(name + ".log")
        with open(self.log, "w") as log:
            self.daemon = subprocess.Popen(daemon, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.stop)
        self._wait()
        self.api = Api(self.socket)
        self.api.call("POST", "/images/create?" + urllib.parse.urlencode({"fromSrc": "-", "repo": IMAGE}), raw=image_tar())
        info = Api(self.socket).call("GET", "/version")
        self.version = info["Version"]

    def _wait(self):
        for _ in range(300):
            try:
                Api(self.socket).call("GET", "/version")
                return
            except OSError:
                if self.daemon.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer: {tail(self.log)}")

    def run(self, network):
        return self.stopwatch.run([*self.cli, "run", "--rm", "--network", network, IMAGE, "true"])

    def stop(self):
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()


def tail(path):
    with open(path, errors="replace") as file:
        return "".join(file.readlines()[-8:])


def image_tar():
    """A root with busybox, the same one for every engine."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:

        def add(name, kind=tarfile.REGTYPE, data=b"", link="", mode=0o755):
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname, entry.mode = kind, len(data), link, mode
            tar.addfile(entry, io.BytesIO(data))

        for folder in ("bin", "etc", "tmp"):
            add(folder, tarfile.DIRTYPE)
        with open("/bin/busybox", "rb") as file:
            add("bin/busybox", data=file.read())
        for name in ("sh", "true", "sleep", "cat"):
            add("bin/" + name, tarfile.SYMTYPE, link="busybox")
        add("etc/passwd", data=b"root:x:0:0:root:/:/bin/sh\n", mode=0o644)
        add("etc/group", data=b"root:x:0:\n", mode=0o644)
    return out.getvalue()


def start_slipway(name="slipway", program="slipwayd", insecure=None):
    daemon = [program, "--socket", scratch(name + ".sock"), "--root", scratch(name), "--run", scratch(name + "-run"),
              "--bridge", name[:15], *(["--insecure-registry", insecure] if insecure else [])]
    return Engine(name, daemon, ["docker", "-H", "unix://" + scratch(name + ".sock")], Stopwatch())


def start_dockerd(root):
    daemon = root.command("dockerd", "--host", "unix://" + scratch("dockerd.sock"), "--data-root", scratch("dockerd"),
                          "--exec-root", "/run/docker", "--pidfile", "/run/docker.pid")
    return Engine("dockerd", daemon, ["docker", "-H", "unix://" + scratch("dockerd.sock")], Stopwatch())


def start_podman(root):
    # Podman raises the limit of open files to the machine's: where root may not (no CAP_SYS_RESOURCE) nothing would start.
    with open(scratch("containers.conf"), "w") as file:
        file.write('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n')
    cli = ["podman", "--root", scratch("podman"), "--runroot", "/run/podman-bench"]
    daemon = root.command(*cli, "system", "service", "--time=0", "unix://" + scratch("podman.sock"))
    return Engine("podman", daemon, cli, Stopwatch(root.command))


def peers_are_there():
    there = os.path.isdir(os.path.join(PEERS_ROOT or "/nowhere", "usr"))
    if not there:
        say("bench: dockerd and podman are SKIPPED: they are not set up. './dev peers' does that (a minute, 0.9 GB)")
    return there


def start_engines(peers=("dockerd", "podman"), before=None):
    """Slipway first, then the peers that are there; says aloud what is missing. BEFORE: a folder with the slipwayd of
    another build, measured as one more engine."""
    os.makedirs(SCRATCH)
    atexit.register(shutil.rmtree, SCRATCH, True)
    engines = [start_slipway()]
    if before:
        engines.append(start_slipway("before", os.path.join(before, "slipwayd")))
    if not peers_are_there():
        return engines
    root = PeersRoot()
    for name, start in (("dockerd", start_dockerd), ("podman", start_podman)):
        if name in peers:
            try:
                engines.append(start(root))
            except (RuntimeError, OSError) as problem:
                say(f"bench: {name} is SKIPPED: {problem}")
    return engines


def run_detached(engine, command, network="none"):
    made = engine.api.call("POST", "/containers/create", {"Image": IMAGE, "Cmd": command, "HostConfig": {"NetworkMode": network}})["Id"]
    engine.api.call("POST", f"/containers/{made}/start")
    return made


def kill_and_remove(engine, container):
    """Podman's removal by force first waits ten seconds for a process that ignores SIGTERM, as `sleep` does."""
    engine.api.call("POST", f"/containers/{container}/kill")
    engine.api.call("DELETE", f"/containers/{container}?force=1")


# ------------------------------------------------------------------------------------------------ processes

HELPERS = {"slipway": ("slipwayd", "slipway-monitor"), "before": ("slipwayd", "slipway-monitor"),
           "dockerd": ("dockerd", "containerd", "containerd-shim"), "podman": ("podman", "conmon")}


def processes_of(engine):
    """The pids of an engine's programs. The benchmark has a pid namespace of its own: there are no others."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if words[0] and os.path.basename(words[0]).startswith(HELPERS[engine.name]):
            found.append(int(pid))
    return found


def memory_of(pid, *keys):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(keys)) / 1024


def resident(pid):
    return memory_of(pid, "Rss:")


def pss_of(engine):
    return sum(memory_of(pid, "Pss:") for pid in processes_of(engine))


def private_per_helper(engine):
    helpers = [pid for pid in processes_of(engine) if pid != engine.daemon.pid]
    values = sorted(memory_of(pid, "Private_") for pid in helpers)
    return f"{statistics.median(values):.2f}" if values else "-"


DAEMONS = ("slipwayd", "dockerd", "containerd", "podman")


def daemons_of(engine):
    """Pids of the daemon (dockerd: and its containerd, but not the shims)."""
    found = []
    for pid in processes_of(engine):
        with open(f"/proc/{pid}/cmdline") as file:
            if os.path.basename(file.read().split("\0")[0]) in DAEMONS:
                found.append(pid)
    return found


def cpu_ns(pids):
    """Nanoseconds of the processor that they have had, by the scheduler's own account and with threads that have ended: /proc/PID/stat
    counts in hundredths of a second, more than what is measured."""
    total = 0
    for pid in pids:
        try:
            total += time.clock_gettime_ns((~int(pid) << 3) | 2)  # clock_getcpuclockid(3)
        except OSError:
            pass  # it has ended
    return total


def cpu_of(engine):
    """CPU milliseconds of the daemon."""
    return cpu_ns(daemons_of(engine)) / 1e6


# ------------------------------------------------------------------------------------------------ the table


def spread(values):
    ordered = sorted(values)
    return f"{statistics.median(ordered):.1f}", f"{ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]:.1f}"


def ratio(values, ours):
    return f"{statistics.median(values) / statistics.median(ours):.2f}x" if ours else "-"


def table(head, rows):
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for number, row in enumerate(rows):
        print("  ".join(c.ljust(w) if c[:1].isalpha() or not c else c.rjust(w) for c, w in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * w for w in widths))


def heading(title, engines):
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown CPU")
    crun = subprocess.run(["crun", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print(f"\n{title}\n{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} x {model}, Linux {os.uname().release}, "
          f"load {os.getloadavg()[0]:.1f}; " + ", ".join(f"{e.name} {e.version}" for e in engines) + f", {crun}\n")
