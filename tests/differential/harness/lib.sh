# SPDX-License-Identifier: GPL-3.0-or-later
# What the steps of a case find: DOCKER_HOST and the docker command, an empty working directory /tmp/w/case (the engine sees
# the same path), ARCHIVES (images to load: tiny.tar, layered.tar, broken.tar, rootfs.tar), SINCE (the case's beginning, for events), and:
API=http://d/v1.45

# api METHOD PATH [BODY]: the status and the sorted JSON of one call; the reply is kept for the check against the schema.
api() {
  local n status path=${2//\"/%22}
  n=$(ls "$REPLIES" | wc -l)
  local args=(-sg --max-time 20 --unix-socket "$SOCKET" -o "$REPLIES/$n" -w '%{http_code} %{content_type}' -X "$1")
  [ "$1" != HEAD ] || args+=(-I)
  [ $# -lt 3 ] || args+=(-H 'Content-Type: application/json' -d "$3")
  status=$(curl "${args[@]}" "$API${path// /%20}") || status="no answer: curl exit code $?"
  echo "$status"
  touch "$REPLIES/$n"
  case $status in
    *application/json*) jq -S . "$REPLIES/$n" && printf '%s\n' "$1" "$2" "${status%% *}" >"$REPLIES.meta/$n" ;;
    *) [ "$1" = HEAD ] || cat "$REPLIES/$n" ;;
  esac
}

# raw TEXT: sends TEXT with printf's escapes (or standard input, when it is -) and no more, and prints what comes within two
# seconds: status, type, whether the connection ends, bodies.
raw() {
  if [ "$1" = - ]; then cat; else printf '%b' "$1"; fi | timeout 20 socat -t 2 - "UNIX-CONNECT:$SOCKET" 2>/dev/null | tr -d '\r\000' |
    grep -aviE '^(date|server|api-version|docker-experimental|ostype|builder-version|swarm|cache-control|pragma|content-length):'
}

# web_socket PATH [LINE...]: opens it, sends each line after the answer to the one before, and prints what comes until its end.
web_socket() { python3 "$HARNESS/web_socket.py" "$SOCKET" "/v1.45$1" "${@:2}"; }

# until_ok CMD...: repeats until it succeeds, five seconds at most; prints the last output.
until_ok() {
  local i out
  for i in $(seq 100); do out=$("$@" 2>&1) && break; sleep 0.05; done
  printf '%s\n' "$out"
}

# state NAME FORMAT TEXT: waits until docker inspect -f FORMAT NAME says TEXT; prints what it says at last.
state() {
  local i out
  for i in $(seq 100); do out=$(docker inspect -f "$2" "$1" 2>&1); [ "$out" = "$3" ] && break; sleep 0.05; done
  printf '%s\n' "$out"
}

# events [FILTER...]: the events since the case began, one a line: type action name; those of a type in their order. (Ours tells
# that a container ended at once, dockerd when its network is gone.)
events() {
  local args=() f
  for f in "$@"; do args+=(--filter "$f"); done
  docker events --since "$SINCE" --until "$(date +%s.%N)" "${args[@]}" --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}' | sort -s -k1,1
}

# tty CMD...: runs CMD on a terminal of its own.
# (What script tells it at the end of its input is echoed or not, as it happens.)
tty() { script -qec "$*" /dev/null </dev/null | sed 's/\^@//g'; return "${PIPESTATUS[0]}"; }

# dockerfile LINES...: writes Dockerfile.
dockerfile() { printf '%s\n' "$@" >Dockerfile; }

# built ARGS...: docker build of the working directory, without what only dockerd has to tell (see build.case).
built() { docker build "$@" . 2>&1 | sed -n -e '/^DEPRECATED: The legacy/,/^$/d' -e '/ ---> Running in /d' -e '/Removed intermediate container/d' -e '/^Sending build context/d' -e p; return "${PIPESTATUS[0]}"; }
export DOCKER_BUILDKIT=0

# config IMAGE: its configuration, without what only images of the classic builder have.
config() { docker inspect -f '{{json .Config}}' "$1" | jq -S 'del(.Image, .Hostname, .Domainname, .ArgsEscaped)'; }

# tree IMAGE PATH...: kinds, modes, owners and sizes of what is there.
tree() { docker run --rm --entrypoint '' -u 0 --network none "$1" sh -c 'shift; find "$@" -xdev | sort | while read -r f; do if [ -d "$f" ] && [ ! -L "$f" ]; then stat -c "%n %F %a %u:%g" "$f"; else stat -c "%n %F %a %u:%g %s" "$f"; fi; done' sh "$@"; }

# bk ARGS...: docker build of the working directory by BuildKit (buildx): its steps with files in the order of their stages,
# cached or done, and that it failed. Not their words: messages are BuildKit's own.
bk() {
  DOCKER_BUILDKIT=1 docker build --progress=plain "$@" . >"$REPLIES/../bk.log" 2>&1
  local code=$?
  awk '/^#[0-9]+ \[/ && !($1 in name) { n = $1; sub(/^#[0-9]+ /, ""); if ($0 ~ /^\[internal\]|^\[auth\]/) next; at = index($0, "] "); split(substr($0, at + 2), w, " ")
         name[n] = substr($0, 1, at) " " w[1]; state[n] = "begun" }
       $1 in name && $2 ~ /^(CACHED|DONE|ERROR|CANCELED)/ { state[$1] = $2; sub(/:$/, "", state[$1]) }
       END { for (n in name) if (name[n] !~ / FROM$/ && state[n] != "CANCELED" && state[n] != "begun") print name[n], state[n] }' "$REPLIES/../bk.log" | sort
  return $code
}

# exported IMAGE PATH...: what an export holds below PATHs (without the first slash): kinds, modes, owners, sizes, digests,
# attributes, and times before 2020, which something set.
exported() {
  local container
  container=$(docker create --entrypoint x "$1" x) && docker export "$container" | python3 "$HARNESS/listing.py" "${@:2}"
  docker rm "$container" >/dev/null
}

# history IMAGE: who made what of it; sizes only of what made none.
history() { docker history --no-trunc --format '{{.CreatedBy}}{{if eq .Size "0B"}} (empty){{end}}|{{.Comment}}' "$1"; }

# image IMAGE: what a Dockerfile can say of one.
image() { docker inspect "$1" | jq -S '.[0] | {Author, Architecture, Os, Config: (.Config | del(.Image, .Hostname, .Domainname, .ArgsEscaped) | with_entries(select(.value != null and .value != "" and .value != false))), Layers: (.RootFS.Layers | length)}'; }

# registry: one of the case's own at REGISTRY.
REGISTRY=127.0.0.1:5000
registry() {
  printf "version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: '%s'}\nlog: {level: error}\n" $REGISTRY >"$REPLIES/../registry.yml"
  docker-registry serve "$REPLIES/../registry.yml" >/dev/null 2>&1 &
  until_ok curl -sf http://$REGISTRY/v2/ >/dev/null
}

# forget IMAGE...: removes them, and all that the engine knows of builds.
forget() { docker rmi -f "$@" >/dev/null 2>&1; docker builder prune -af >/dev/null 2>&1; }
