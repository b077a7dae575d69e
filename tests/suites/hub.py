# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Hub without the internet: Debian's docker-registry on 127.0.0.1:443 under the Hub's names, with a CA of our own. Only in a
network and mount namespace of one's own: /etc/hosts and the CA bundle are covered there."""
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "differential"))
from harness import images  # noqa: E402

NAMES = ("registry-1.docker.io", "index.docker.io", "auth.docker.io", "docker.io", "quay.io", "ghcr.io")
PASSWD = images.PASSWD + "postgres:x:70:70:postgres:/var/lib/postgresql:/bin/sh\n"


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: {done.stderr}")


def archive(path):
    """The images that suites ask for, each with an id of its own. Debian's busybox stands in for busybox and alpine."""
    base = images.busybox()
    environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    wanted = []
    for number, name in enumerate(("alpine:3.10", "alpine:latest", "busybox:latest", "hello-world:latest", "hello-world:linux",
                                   "quay.io/libpod/alpine:latest", "quay.io/libpod/alpine:3.10.2", "quay.io/libpod/testimage:20241011", "quay.io/libpod/busybox:latest", "quay.io/libpod/alpine_labels:latest", "ubuntu:latest", "ubuntu:14.04")):
        more = images.layer([("etc/passwd", PASSWD.encode()), ("var/opt", None), ("hello", b"#!/bin/sh\necho Hello from Docker!\n"),
                             ("bin/bash", b'#!/bin/sh\nexec /bin/sh "$@"\n'), ("etc/image", f"{name}\n".encode())])
        command = ["/bin/sh", "/hello"] if name.startswith("hello") else ["/bin/sh"]
        wanted.append(([name], {"Env": environment, "Cmd": command}, [base, more],
                       [{"created_by": f"ADD rootfs / # {number}"}, {"created_by": "COPY more / # suites"}]))
    images.save(path, wanted)
    return [w[0][0] for w in wanted]


def start(folder):
    """Serves the images of archive(). Returns what must be in the engine's environment."""
    key, cert, bundle, config, hosts = (folder / n for n in ("key.pem", "cert.pem", "bundle.pem", "registry.yaml", "hosts"))
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=Slipway test hub",
        "-addext", "subjectAltName=" + ",".join("DNS:" + n for n in NAMES) + ",IP:127.0.0.1")
    bundle.write_text(cert.read_text())
    hosts.write_text("127.0.0.1 localhost " + " ".join(NAMES) + "\n::1 localhost\n")
    run("mount", "--bind", hosts, "/etc/hosts")
    config.write_text(f"""version: 0.1
storage:
  filesystem: {{rootdirectory: {folder}/registry}}
  delete: {{enabled: true}}
http:
  addr: 127.0.0.1:443
  tls: {{certificate: {cert}, key: {key}}}
""")
    log = open(folder / "registry.log", "wb")
    subprocess.Popen(["docker-registry", "serve", str(config)], stdout=log, stderr=log)
    for _ in range(200):
        if subprocess.run(["curl", "-skf", "https://127.0.0.1/v2/"], capture_output=True).returncode == 0:
            break
        time.sleep(0.05)
    else:
        raise SystemExit("the registry does not start: " + (folder / "registry.log").read_text()[-500:])
    names = archive(folder / "hub.tar")
    for name in names:
        target = name if name.startswith("quay.io") else "docker.io/library/" + name
        run("skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", f"docker-archive:{folder}/hub.tar:{name}", "docker://" + target)
    return {"SSL_CERT_FILE": str(bundle)}
