# SPDX-License-Identifier: GPL-3.0-or-later
"""slipwayd in a folder of its own below /tmp, which may be killed and comes back; and calls of its API that tell an answer
from none at all."""
import http.client
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import tarfile
import threading
import time

PATIENCE = 60  # seconds for an answer or for what certainly comes


class Lost(Exception):
    """The request was sent and the engine died before its answer: done or not, nobody knows."""


class Failure(Exception):
    """The engine did what it must not do."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("d")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class Engine:
    def __init__(self, folder, arguments=()):
        self.folder = pathlib.Path(folder)
        self.root, self.run, self.socket = self.folder / "root", self.folder / "run", self.folder / "s"
        self.arguments = list(arguments)
        self.errors = self.folder / "stderr"
        self.generation = 0  # grows with each kill
        self.slowest = 0.0   # from a spawn to the first answer
        self.process = None
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_CONFIG": str(self.folder / "docker"),
                            "DOCKER_BUILDKIT": "0"}

    def spawn(self):
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(["slipwayd", "--socket", self.socket, "--root", self.root, "--run", self.run, *self.arguments],
                                            stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)

    def start(self):
        began = time.monotonic()
        self.spawn()
        while time.monotonic() - began < PATIENCE:
            try:
                if self.once("GET", "/_ping")[0] == 200:
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    return
            except (OSError, http.client.HTTPException, Lost):  # Lost: a child that was just being made has the dead one's socket
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise Failure(f"slipwayd does not come up (status {self.process.poll()}): {self.said()}")

    def kill(self):
        if self.process.poll() is not None:
            raise Failure(f"slipwayd has ended by itself with status {self.process.returncode}: {self.said()}")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.generation += 1

    def said(self):
        return self.errors.read_text(errors="replace")[-3000:]

    def once(self, method, path, body=None, kind="application/json"):
        """(status, bytes); OSError when there is no engine, Lost when it goes away meanwhile."""
        connection = _Connection(str(self.socket))
        connection.connect()  # ConnectionRefused and FileNotFound: nothing was sent
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, body=data, headers={"Content-Type": kind} if data else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except TimeoutError:
            raise Failure(f"{method} {path}: no answer for {PATIENCE} s")
        except (ConnectionError, BrokenPipeError, http.client.HTTPException) as problem:
            raise Lost(f"{method} {path}: {problem!r}") from None
        finally:
            connection.close()

    def call(self, method, path, body=None, kind="application/json"):
        """As once(), but waits for an engine to be there."""
        began = time.monotonic()
        while True:
            try:
                return self.once(method, path, body, kind)
            except (ConnectionRefusedError, FileNotFoundError):
                if time.monotonic() - began > PATIENCE:
                    raise Failure(f"no engine for {PATIENCE} s: {self.said()}") from None
                time.sleep(0.02)

    def get(self, path):
        """The JSON of a GET that is repeated until it is answered; None for 404."""
        while True:
            try:
                status, body = self.call("GET", path)
            except Lost:
                continue
            if status == 404:
                return None
            if status != 200:
                raise Failure(f"GET {path}: {status} {body[:300]!r}")
            return json.loads(body)

    def stream(self, method, path, body=None):
        """Yields the pieces of an answer that goes on and on; ends when it does, by whatever."""
        connection = _Connection(str(self.socket))
        try:
            connection.request(method, path, body=json.dumps(body).encode() if body else None,
                               headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            while piece := answer.read1(65536):
                yield piece
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def import_busybox(self, name="busybox:latest"):
        status, body = self.call("POST", f"/images/create?fromSrc=-&repo={name}", busybox_tree(), "application/x-tar")
        if status != 200:
            raise Failure(f"import: {status} {body!r}")


def busybox_tree():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for folder in ("bin", "tmp", "etc", "root"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        tar.add("/usr/bin/busybox", "bin/busybox")
        for applet in subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet != "busybox":
                entry = tarfile.TarInfo("bin/" + applet)
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(entry)
        entry = tarfile.TarInfo("etc/passwd")
        line = b"root:x:0:0:root:/root:/bin/sh\n"
        entry.size = len(line)
        tar.addfile(entry, io.BytesIO(line))
    return out.getvalue()


def context_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def frames(data):
    """The two streams of Docker's framed answer, and both in the order of their frames."""
    streams, at = {1: [], 2: [], 0: []}, 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4:at + 8], "big")
        piece = data[at + 8:at + 8 + size]
        streams[data[at]].append(piece)
        streams[0].append(piece)
        at += 8 + size
    return b"".join(streams[1]), b"".join(streams[2]), b"".join(streams[0])
