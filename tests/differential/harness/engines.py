# SPDX-License-Identifier: GPL-3.0-or-later
"""One engine of its own, below /tmp/w, and what puts it back to where it was between two cases."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("/tmp/w")
SOCKET = WORK / "s"
USER = 4321  # of support/as_user


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(SOCKET))


def call(method, path, body=None):
    connection = UnixConnection("d")
    try:
        connection.request(method, "/v1.45" + path, body=body)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def get(path):
    status, body = call("GET", path)
    return json.loads(body) if status == 200 else None


class Engine:
    def __init__(self, name, archives, peers):
        self.archives = archives
        self.log = open(WORK / "engine.log", "wb")
        if name == "dockerd":
            command = [str(HERE.parent.parent / "support/enter_root"), peers, "dockerd", "-H", f"unix://{SOCKET}", "--data-root",
                       str(WORK / "engine"), "--exec-root", str(WORK / "run"), "--pidfile", str(WORK / "pid")]
        else:
            command = ["slipwayd", "--socket", str(SOCKET), "--root", str(WORK / "engine"), "--run", str(WORK / "run")]
        environment = None
        if name == "rootless":
            command.insert(0, str(HERE.parent.parent / "support/as_user"))
            home = WORK / "home"
            home.mkdir()
            for folder in (WORK, home):
                os.chown(folder, USER, USER)
            environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env=environment)
        for _ in range(600):
            try:
                if call("GET", "/_ping")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            raise SystemExit(f"{name} does not answer")
        if self.process.poll() is not None:
            raise SystemExit(f"{name} ended:\n" + (WORK / "engine.log").read_text()[-2000:])
        self.load("base.tar")
        self.images = self.tags()

    def load(self, archive):
        status, body = call("POST", "/images/load?quiet=1", (self.archives / archive).read_bytes())
        if status != 200:
            raise SystemExit(f"loading {archive}: {status} {body.decode()}")

    def tags(self):
        return {i["Id"]: sorted(i["RepoTags"] or []) for i in get("/images/json?all=1")}

    def reset(self):
        """Takes away what a case left."""
        for container in get("/containers/json?all=1") or []:
            call("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        for network in get("/networks") or []:
            if network["Name"] not in ("bridge", "host", "none"):
                call("DELETE", "/networks/" + network["Id"])
        for volume in (get("/volumes") or {}).get("Volumes") or []:
            call("DELETE", f"/volumes/{urllib.parse.quote(volume['Name'])}?force=1")
        call("POST", "/build/prune?all=1")
        if self.tags() != self.images:
            for image, tags in self.tags().items():
                for tag in set(tags) - set(self.images.get(image, [])):
                    call("DELETE", f"/images/{urllib.parse.quote(tag)}?force=1")
            for image in self.tags().keys() - self.images.keys():
                call("DELETE", f"/images/{image}?force=1")
        if self.tags() != self.images:
            self.load("base.tar")

    def stop(self):
        self.reset()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Shell:
    """Runs the steps of a case."""

    def __init__(self, archives):
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(WORK), "LANG": "C.UTF-8", "TZ": "UTC", "DOCKER_HOST": f"unix://{SOCKET}",
            "DOCKER_CONFIG": str(WORK / "docker"), "SOCKET": str(SOCKET), "HARNESS": str(HERE), "ARCHIVES": str(archives), "REPLIES": str(WORK / "replies")}
        (WORK / "docker").mkdir()

    def run(self, case, seconds):
        """(step, exit code, stdout, stderr) of each step, and the replies that `api` kept: (step's request, JSON)."""
        for folder in ("case", "replies", "replies.meta", "out"):
            subprocess.run(["rm", "-rf", WORK / folder], check=False)
            (WORK / folder).mkdir()
        script = [f". {HERE}/lib.sh", "exec </dev/null"]
        for n, step in enumerate(case.steps):
            script.append(f"{{ {step}\n}} >{WORK}/out/{n}.out 2>{WORK}/out/{n}.err; echo $? >{WORK}/out/{n}.code")
        environment = self.environment | {"SINCE": f"{time.time():.9f}"}
        shell = subprocess.Popen(["bash", "-c", "\n".join(script)], cwd=WORK / "case", env=environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            shell.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        try: # also what a step left in the background
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        shell.wait()
        results = []
        for n, step in enumerate(case.steps):
            read = lambda kind: (WORK / f"out/{n}.{kind}").read_text(errors="replace") if (WORK / f"out/{n}.{kind}").exists() else ""
            results.append((step, read("code").strip() or "did not end in time", read("out"), read("err")))
        replies = [(meta.read_text().splitlines(), (WORK / "replies" / meta.name).read_bytes()) for meta in sorted((WORK / "replies.meta").iterdir(), key=lambda p: int(p.name))]
        return results, replies
