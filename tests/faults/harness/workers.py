# SPDX-License-Identifier: GPL-3.0-or-later
"""The load of a storm: workers that change things by the API and know what must be true. Each owns what it makes, asks again
when an answer was lost until it has one, and compares the engine with its own book after each step."""
import random
import threading
import time
import traceback

from .engine import PATIENCE, Failure, Lost, context_of, frames
from .footprint import identity

# Ends with CODE by SIGTERM; prints nothing, so nothing is lost with a killed monitor.
BOX = 'trap "exit {code}" TERM; sleep 100000 & wait'
TERM_CAUGHT = 1 << 14


def eventually(what, condition, patience=PATIENCE):
    """The first true value of CONDITION()."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"{what}: not for {patience} s")


class Worker(threading.Thread):
    def __init__(self, storm, name):
        super().__init__(name=name, daemon=True)
        self.storm, self.engine = storm, storm.engine
        self.random = random.Random(f"{storm.seed}:{name}")

    def run(self):
        try:
            self.begin()
            while not self.storm.ending.is_set():
                self.step()
                self.storm.count("steps")
            self.verify()
        except Failure as failure:
            self.storm.problem(f"{self.name}: {failure}")
        except Exception:  # a bug of the storm itself
            self.storm.problem(f"{self.name}: {traceback.format_exc()}")

    def begin(self):
        pass

    def step(self):
        raise NotImplementedError

    def verify(self):
        pass

    def act(self, method, path, body=None, ok=(200, 201, 204), again=(), spoilt_with=None, kind="application/json"):
        """Until it is acknowledged with a status of OK; of AGAIN only when an answer was lost before; or was spoilt with the
        monitor of a container."""
        lost = False
        while True:
            try:
                status, answer = self.engine.call(method, path, body, kind)
            except Lost:
                lost = True
                self.storm.count("answers lost")
                continue
            if status in ok or (lost and status in again) or (status == 500 and spoilt_with in self.storm.victims):
                self.storm.count("changes acknowledged")
                return status, answer
            raise Failure(f"{method} {path}: {status} {answer[:400].decode(errors='replace')}" + (" (after a lost answer)" if lost else ""))

    def create(self, name, config):
        self.act("POST", f"/containers/create?name={name}", {"Image": "busybox", **config}, ok=(201,), again=(409,))
        made = self.engine.get(f"/containers/{name}/json")
        if made is None:
            raise Failure(f"container {name} was made and is not there")
        self.storm.ids.add(made["Id"])
        return made["Id"]

    def launch(self, container):
        """Until it was started, once: what has begun under a lost answer is not begun again. A monitor that was killed under a
        start spoils that one, and the next one works."""
        before = self.engine.get(f"/containers/{container}/json")["State"]["StartedAt"]
        for _ in range(20):
            try:
                status, answer = self.engine.call("POST", f"/containers/{container}/start")
            except Lost:
                self.storm.count("answers lost")
                if self.engine.get(f"/containers/{container}/json")["State"]["StartedAt"] != before:
                    return
                continue
            if status in (204, 304):
                self.storm.count("changes acknowledged")
                return
            if status != 500 or container not in self.storm.victims:
                break
            self.storm.count("starts spoilt")
            if self.engine.get(f"/containers/{container}/json")["State"]["Running"]:
                raise Failure(f"{container} runs, though its start was answered by {answer[:300].decode()}")
        raise Failure(f"{container} cannot be started: {status} {answer[:300].decode()}")

    def remove(self, container):
        self.act("DELETE", f"/containers/{container}?force=1&v=1", ok=(204,), again=(404, 409))
        eventually(f"{container} is removed", lambda: self.engine.get(f"/containers/{container}/json") is None)


class Containers(Worker):
    """Three containers through all of their lives."""

    def begin(self):
        self.boxes, self.serial, self.networks = [], 0, [f"{self.name}-net0", f"{self.name}-net1"]
        for network in self.networks:
            self.act("POST", "/networks/create", {"Name": network}, ok=(201,), again=(409,))

    def step(self):
        if len(self.boxes) < 3:
            self.make()
            return
        box = self.random.choice(self.boxes)
        running = (self.stop, self.kill, self.restart, self.exec, self.exec, self.rename, self.update, self.connect, self.disconnect, self.rm)
        self.random.choice(running if box["running"] else (self.run_it, self.run_it, self.run_it, self.rename, self.connect, self.rm))(box)
        if box in self.boxes:
            self.check(box)

    def make(self):
        self.serial += 1
        box = {"name": f"{self.name}-{self.serial}", "code": self.random.randrange(1, 120), "running": False, "exit": 0,
               "memory": 64 << 20, "networks": {"bridge"}, "process": None}
        box["id"] = self.create(box["name"], {"Cmd": ["sh", "-c", BOX.format(code=box["code"])],
                                              "HostConfig": {"Memory": box["memory"], "Binds": ["/anonymous"]}})
        self.boxes.append(box)
        self.check(box)
        self.run_it(box)

    def run_it(self, box):
        self.launch(box["id"])
        box["running"] = True
        self.settle(box)

    def settle(self, box):
        """Until its script has set its trap, and what process it is."""

        def caught():
            state = self.engine.get(f"/containers/{box['id']}/json")["State"]
            if not state["Running"]:
                raise Failure(f"{box['name']} was started and has ended: {state}")
            try:
                with open(f"/proc/{state['Pid']}/status") as file:
                    mask = next(int(line.split()[1], 16) for line in file if line.startswith("SigCgt"))
            except (OSError, StopIteration):
                return None
            return identity(state["Pid"]) if mask & TERM_CAUGHT else None

        box["process"] = eventually(f"{box['name']} listens to signals", caught)

    def ended(self, box, code):
        box["running"], box["exit"], box["process"] = False, code, None

    def stop(self, box):
        self.act("POST", f"/containers/{box['id']}/stop?t=30", ok=(204, 304))
        self.ended(box, box["code"])

    def kill(self, box):
        self.act("POST", f"/containers/{box['id']}/kill", ok=(204,), again=(409,))
        eventually(f"{box['name']} is dead", lambda: not self.engine.get(f"/containers/{box['id']}/json")["State"]["Running"])
        self.ended(box, 137)

    def restart(self, box):
        for _ in range(20):
            status, answer = self.act("POST", f"/containers/{box['id']}/restart?t=30", spoilt_with=box["id"])
            if status != 500:
                return self.settle(box)
            self.storm.count("starts spoilt")
        raise Failure(f"{box['name']} cannot be restarted: {answer[:300]}")

    def rename(self, box):
        self.serial += 1
        name = f"{self.name}-{self.serial}"
        self.act("POST", f"/containers/{box['id']}/rename?name={name}", again=(400, 409))
        box["name"] = name

    def update(self, box):
        box["memory"] = self.random.randrange(32, 128) << 20
        self.act("POST", f"/containers/{box['id']}/update", {"Memory": box["memory"], "MemorySwap": -1})

    def connect(self, box):
        network = self.random.choice(self.networks)
        if network not in box["networks"]:
            self.act("POST", f"/networks/{network}/connect", {"Container": box["id"]}, again=(403, 409))
            box["networks"].add(network)

    def disconnect(self, box):
        network = self.random.choice(self.networks)
        if network in box["networks"]:
            self.act("POST", f"/networks/{network}/disconnect", {"Container": box["id"]}, again=(403, 404, 409, 500))
            box["networks"].discard(network)

    def rm(self, box):
        self.remove(box["id"])
        self.boxes.remove(box)

    def exec(self, box):
        code, word = self.random.randrange(120), f"word{self.random.random()}"
        _, answer = self.act("POST", f"/containers/{box['id']}/exec",
                             {"Cmd": ["sh", "-c", f"echo {word}; exit {code}"], "AttachStdout": True, "AttachStderr": True}, ok=(201,))
        session = self.storm.json(answer)["Id"]
        generation = self.engine.generation
        said = b"".join(self.engine.stream("POST", f"/exec/{session}/start", {"Detach": False}))
        told = self.engine.get(f"/exec/{session}/json")
        if generation != self.engine.generation or session in self.storm.victims:
            return  # the engine went away, or the session's monitor: nobody was promised an answer
        if frames(said)[0].decode() != word + "\n" or told["ExitCode"] != code:
            raise Failure(f"exec {session} in {box['name']} for {word} and {code}: {said!r}, {told}")
        self.storm.count("execs")

    def check(self, box):
        told = self.engine.get(f"/containers/{box['name']}/json")
        if told is None:
            raise Failure(f"{box['name']} is not there: {box}")
        state = told["State"]
        facts = {"id": told["Id"], "running": state["Running"], "memory": told["HostConfig"]["Memory"],
                 "networks": set(told["NetworkSettings"]["Networks"])}
        wrong = {key: (value, box[key]) for key, value in facts.items() if value != box[key]}
        if box["running"] and identity(state["Pid"]) != box["process"]:
            wrong["process"] = (identity(state["Pid"]), box["process"])
        if not box["running"] and state["ExitCode"] != box["exit"]:
            # With its monitor and the engine dead there was nobody left to see the end.
            if box["id"] in self.storm.victims and state["ExitCode"] == 255:
                self.storm.count("exits that nobody saw")
                box["exit"] = 255
            else:
                wrong["exit"] = (state["ExitCode"], box["exit"])
        if wrong:
            raise Failure(f"{box['name']} ({box['id'][:12]}), told and true: {wrong}; state {state}")

    def verify(self):
        for box in self.boxes:
            self.check(box)


class Jobs(Worker):
    """Containers that print numbered lines and end with a code; sometimes into a volume, sometimes removed by themselves."""

    def begin(self):
        self.serial = 0

    def step(self):
        self.serial += 1
        lines, code, volume = self.random.randrange(1, 4000), self.random.randrange(120), f"{self.name}-{self.serial}"
        script = f"busybox seq {lines}; echo {code} > /data/code; exit {code}"
        own = self.create(volume + "-job", {"Cmd": ["sh", "-c", script], "HostConfig": {
            "Binds": [f"{volume}:/data"], "NetworkMode": self.random.choice(("bridge", "none")),
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "20k", "max-file": "1000"}}}})
        self.launch(own)
        while True:
            try:
                status, answer = self.engine.call("POST", f"/containers/{own}/wait")
                break
            except Lost:
                continue
        victim = own in self.storm.victims
        if status != 200 or self.storm.json(answer)["StatusCode"] not in ((code, 255) if victim else (code,)):
            raise Failure(f"job {own[:12]} ends with {code}, but is told to: {status} {answer.decode()}")
        said = self.log(own)
        if not victim and said != [b"%d" % n for n in range(1, lines + 1)]:
            raise Failure(f"the log of {own[:12]} has {len(said)} of {lines} lines: {said[:3]}…{said[-3:]}")
        kept = self.engine.root / "volumes" / volume / "_data" / "code"
        if not victim and kept.read_text() != f"{code}\n":
            raise Failure(f"volume {volume} has not what {own[:12]} wrote")
        self.storm.count("log lines compared", len(said))
        self.remove(own)
        self.act("DELETE", f"/volumes/{volume}", ok=(204,), again=(404,))

    def log(self, container):
        return read_log(self.engine, container)


def read_log(engine, container):
    while True:
        generation = engine.generation
        try:
            _, body = engine.call("GET", f"/containers/{container}/logs?stdout=1&stderr=1")
        except Lost:
            continue
        if generation == engine.generation:
            return frames(body)[2].splitlines()


class Nouns(Worker):
    """Volumes, networks, tags and builds."""

    def begin(self):
        self.serial, self.volumes, self.networks, self.tags, self.images = 0, set(), set(), set(), {}

    def step(self):
        self.serial += 1
        name = f"{self.name}-{self.serial}"
        self.random.choice((self.volume, self.network, self.tag, self.tag, self.build))(name)
        for own, gone in ((self.volumes, "/volumes/{}"), (self.networks, "/networks/{}"), (self.tags, "/images/{}"), (self.images, "/images/{}")):
            if len(own) > 4:
                victim = self.random.choice(sorted(own))
                self.act("DELETE", gone.format(victim), again=(404,))
                own.pop(victim) if isinstance(own, dict) else own.discard(victim)
        self.verify()

    def volume(self, name):
        self.act("POST", "/volumes/create", {"Name": name, "Labels": {"made": name}}, ok=(201,))
        self.volumes.add(name)

    def network(self, name):
        self.act("POST", "/networks/create", {"Name": name, "Labels": {"made": name}}, ok=(201,), again=(409,))
        self.networks.add(name)

    def tag(self, name):
        self.act("POST", f"/images/busybox/tag?repo={name}", ok=(201,))
        self.tags.add(name)

    def build(self, name):
        context = context_of({"Dockerfile": f"FROM busybox\nCOPY file /file\nRUN cat /file > /copied && echo {name} >> /copied\n", "file": name + "\n"})
        for _ in range(20):
            began = time.monotonic()
            status, answer = self.act("POST", f"/build?t={name}&pull=0", context, ok=(200,), kind="application/x-tar")
            if b"Successfully built" in answer:
                break
            # Its answer was begun before the engine went away, or a step's monitor was killed.
            if not self.storm.anything_killed_since(began):
                raise Failure(f"build of {name}: {answer[-400:].decode()}")
            self.storm.count("builds spoilt")
        else:
            raise Failure(f"{name} cannot be built: {answer[-400:].decode()}")
        self.images[name] = f"{name}\n{name}\n"
        self.storm.count("builds")

    def verify(self):
        volumes = {v["Name"] for v in self.engine.get("/volumes")["Volumes"] or ()}
        networks = {n["Name"] for n in self.engine.get("/networks")}
        tags = {t.removesuffix(":latest") for i in self.engine.get("/images/json") for t in i["RepoTags"] or ()}
        for kind, own, there in (("volume", self.volumes, volumes), ("network", self.networks, networks),
                                 ("tag", self.tags | set(self.images), tags)):
            mine = {name for name in there if name.startswith(self.name + "-")}
            if mine != own:
                raise Failure(f"{kind}s: {sorted(own - mine)} are missing, {sorted(mine - own)} should not be there")
