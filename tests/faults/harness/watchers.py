# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs through a whole storm and must come out of it whole: writers of numbered lines, readers of them, sleepers, a web
server; and the clients that are killed."""
import subprocess
import time
import urllib.error
import urllib.request

from .engine import Failure, Lost
from .footprint import identity
from .workers import Worker, eventually, read_log

WRITER = """n=0; trap end=1 TERM
while [ -z "$end" ]; do
  {write}; n=$((n+1)); [ $((n % 100)) = 0 ] && sleep 0.2
done
echo $n > /said/{name}; exit {code}"""
WRITERS = {  # name: how a line is written, log options
    "plain": ("echo line $n", {}),
    "rotated": ("echo line $n and something more to fill the segments with", {"max-size": "30k", "max-file": "10000"}),
    "both": ("echo line $n; n=$((n+1)); echo line $n >&2", {"max-size": "100k", "max-file": "10000"}),
    "long": ('echo line $n "$(printf %9000s x)"; sleep 0.02', {"max-size": "1m", "max-file": "10000"}),
    "budget": ("echo line $n and something more to fill the segments with", {"max-size": "50k", "max-file": "3"}),
}


class Residents:
    """Made before the storm, looked at in it, ended after it. Their monitors are not killed."""

    def __init__(self, storm):
        self.storm, self.engine = storm, storm.engine
        self.said = self.engine.folder / "said"
        self.said.mkdir()
        self.ids, self.processes = {}, {}

    def start(self):
        hand = Worker(self.storm, "residents")
        for number, (name, (write, options)) in enumerate(WRITERS.items()):
            script = WRITER.format(write=write, name=name, code=40 + number)
            self.ids[name] = hand.create(name, {"Cmd": ["sh", "-c", script], "HostConfig": {
                "Binds": [f"{self.said}:/said"], "NetworkMode": "none", "LogConfig": {"Type": "json-file", "Config": options}}})
        self.ids["web"] = hand.create("web", {
            "Cmd": ["sh", "-c", "mkdir /www; echo here >/www/index.html; exec busybox httpd -f -p 80 -h /www"], "ExposedPorts": {"80/tcp": {}},
            "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8090"}]}, "RestartPolicy": {"Name": "always"}}})
        hand.act("POST", "/networks/create", {"Name": "residents"}, ok=(201,))
        for name in ("sleeper", "limited", "terminal"):
            self.ids[name] = hand.create(name, {"Cmd": ["sleep", "1000000"], "Tty": name == "terminal", "OpenStdin": True, "HostConfig": {
                "NetworkMode": "residents", **({"Memory": 64 << 20, "PidsLimit": 20} if name == "limited" else {})}})
        self.storm.protected |= set(self.ids.values())
        for name, container in self.ids.items():
            hand.launch(container)
            self.processes[name] = identity(self.engine.get(f"/containers/{container}/json")["State"]["Pid"])

    def check(self):
        """By the kernel alone: whether there is an engine or not."""
        for name, process in self.processes.items():
            if identity(process[0]) != process:
                raise Failure(f"{name} has died")

    def finish(self):
        for number, name in enumerate(WRITERS):
            status, answer = self.engine.call("POST", f"/containers/{name}/stop?t=60")
            state = self.engine.get(f"/containers/{name}/json")["State"]
            if status != 204 or state["ExitCode"] != 40 + number:
                raise Failure(f"{name} was to end with {40 + number}: {status} {answer!r} {state}")
            written = int((self.said / name).read_text())
            numbers = [line.split()[1] for line in read_log(self.engine, name)]
            if name == "both":
                numbers.sort(key=int)  # two pipes have no order between them
            first = int(numbers[0]) if name == "budget" else 0
            if numbers != [b"%d" % n for n in range(first, written)]:
                have = {int(n) for n in numbers}
                missing = [n for n in range(first, written) if n not in have]
                raise Failure(f"the log of {name}: {len(numbers)} lines of {written - first}, missing {missing[:10]}…")
            if name == "budget" and len(numbers) < 1000:
                raise Failure(f"{name} kept only {len(numbers)} lines")
            self.storm.count("log lines compared", len(numbers))


class Follower(Worker):
    """docker logs -f of a writer, from its beginning, again and again: no line is missing however often it is cut."""

    def step(self):
        name = self.random.choice(sorted(WRITERS))
        until = time.monotonic() + self.random.uniform(0.2, 6)
        # Two pipes have no order between them: of "both" one has the even numbers and one the odd.
        expected, step, rest = {1: 0, 2: 1}, 2 if name == "both" else 1, {1: b"", 2: b""}
        if name == "budget":
            expected[1] = None
        data = b""
        for piece in self.engine.stream("GET", f"/containers/{name}/logs?stdout=1&stderr=1&follow=1"):
            data += piece
            while len(data) >= 8 and len(data) >= 8 + (size := int.from_bytes(data[4:8], "big")):
                stream = data[0]
                lines = (rest[stream] + data[8:8 + size]).split(b"\n")
                rest[stream] = lines.pop()
                data = data[8 + size:]
                for line in lines:
                    number = int(line.split()[1])
                    if number != (expected[stream] if expected[stream] is not None else number):
                        raise Failure(f"follower of {name} expects line {expected[stream]} and sees {line[:60]!r}")
                    expected[stream] = number + step
                    self.storm.count("log lines followed")
            if time.monotonic() > until or self.storm.ending.is_set():
                return
        time.sleep(0.05)


class Visitor(Worker):
    """The published port answers, with or without an engine."""

    def begin(self):
        eventually("the web server answers", self.visit)

    def visit(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:8090/", timeout=20) as answer:
                return answer.read() == b"here\n"
        except (OSError, urllib.error.URLError):
            return False

    def step(self):
        if not self.visit() and not self.visit():
            raise Failure("the published port does not answer")
        self.storm.count("visits")
        time.sleep(0.2)


class Clients(Worker):
    """docker commands of all kinds, which the storm kills."""

    COMMANDS = (["logs", "-f", "plain"], ["logs", "-f", "rotated"], ["events"], ["stats"], ["exec", "-i", "sleeper", "cat"],
                ["attach", "--no-stdin", "both"], ["run", "--rm", "busybox", "busybox", "seq", "200000"],
                ["run", "--rm", "-i", "busybox", "cat"], ["run", "--rm", "-v", "/anonymous", "busybox", "sleep", "1"],
                ["exec", "web", "sleep", "1"], ["wait", "sleeper"])

    def step(self):
        while len(self.storm.clients) < 3:
            command = self.random.choice(self.COMMANDS)
            self.storm.clients.append(subprocess.Popen(["docker", *command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                                       stderr=subprocess.DEVNULL, env=self.engine.environment))
        for client in list(self.storm.clients):
            if client.poll() is not None:
                self.storm.clients.remove(client)
        time.sleep(0.1)


class CrashLoop(Worker):
    """A container that ends at once and is started anew by its policy."""

    def begin(self):
        self.own = self.create("loop", {"Cmd": ["sh", "-c", "sleep 0.2; exit 3"], "HostConfig": {"RestartPolicy": {"Name": "always"}}})
        self.launch(self.own)

    def step(self):
        time.sleep(1)
        state = self.engine.get(f"/containers/{self.own}/json")["State"]
        if not (state["Running"] or state["Restarting"]) and self.own not in self.storm.victims:
            eventually("the policy starts it again", lambda: (s := self.engine.get(f"/containers/{self.own}/json")["State"])["Running"] or s["Restarting"])

    def verify(self):
        while True:
            try:
                self.engine.call("DELETE", f"/containers/{self.own}?force=1")
                return
            except Lost:
                continue
