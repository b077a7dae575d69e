import sys, os, subprocess
sys.path.insert(0, '/work/wt/four/tests/bench')
from common import *
os.makedirs(SCRATCH); atexit.register(shutil.rmtree, SCRATCH, True)
root = PeersRoot()
d = start_dockerd(root)
which = [("dockerd", d)]
if len(sys.argv) > 1 and sys.argv[1] == "both":
    which.append(("slipway", start_slipway()))
reg = subprocess.Popen(root.command("sh","-c","mkdir -p /tmp/reg; REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/tmp/reg REGISTRY_HTTP_ADDR=127.0.0.1:5000 exec docker-registry serve /etc/docker/registry/config.yml"),stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL)
atexit.register(reg.kill)
ctx = scratch("ctx"); os.makedirs(ctx)
def sh(script, name, e):
    r = subprocess.run(root.command("env","DOCKER_HOST=unix://"+e.socket,"BUILDX_CONFIG="+scratch("bx-"+name),"C="+ctx,"S="+SCRATCH,"N="+name,"sh","-c",script),capture_output=True,text=True,timeout=120)
    return r.stdout+r.stderr+f"[{r.returncode}]"
script = open('/work/wt/four/build/ask/script.sh').read()
for name, e in which:
    print("=====", name); print(sh(script, name, e), flush=True)
