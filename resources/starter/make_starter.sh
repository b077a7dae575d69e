#!/bin/sh
# make_starter.sh BUSYBOX SOURCE OUTPUT: the docker-archive OUTPUT with the image slipway/starter:latest.
# The same input gives the same bytes: names sorted, times and owners fixed.
set -eu
export LC_ALL=C
umask 022
busybox=$1 source=$2 output=$3
created=2025-01-01T00:00:00Z

fail() { echo "make_starter: $*" >&2; exit 1; }
# A dynamically linked busybox cannot run in an image without a C library.
! head -c 4096 "$busybox" | grep -q ld-linux || fail "$busybox is not static: install busybox-static instead of busybox"
for applet in sh httpd awk top vi wget; do
  "$busybox" --list | grep -qx "$applet" || fail "$busybox has no $applet: install Debian's busybox-static"
done

mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$output.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root image=$work/image
mkdir -p "$root/bin" "$root/etc" "$root/root" "$root/tmp" "$root/www" "$root/dev" "$root/proc" "$root/sys" "$image"
chmod 1777 "$root/tmp"
chmod 700 "$root/root"

install -m 755 "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
install -m 755 "$source/serve" "$root/bin/serve"
install -m 644 "$source/www/index.html" "$root/www/index.html"
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"

pack() { # FOLDER OUTPUT
  tar --create --format=gnu --sort=name --mtime="$created" --owner=0 --group=0 --numeric-owner -C "$1" -f "$2" .
}
sum() { sha256sum "$1" | cut -d' ' -f1; }

pack "$root" "$image/layer.tar"
layer=$(sum "$image/layer.tar")
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) architecture=$(uname -m) ;;
esac
cat >"$image/config" <<JSON
{"architecture":"$architecture","os":"linux","created":"$created","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["serve"],"ExposedPorts":{"80/tcp":{}},"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"$created","created_by":"Slipway starter image","comment":"busybox with a small web page"}]}
JSON
config=$(sum "$image/config")
mv "$image/config" "$image/$config.json"
mkdir "$image/$layer"
mv "$image/layer.tar" "$image/$layer/layer.tar"
printf '[{"Config":"%s.json","RepoTags":["slipway/starter:latest"],"Layers":["%s/layer.tar"]}]\n' "$config" "$layer" \
  >"$image/manifest.json"
pack "$image" "$work/starter.tar"
mv "$work/starter.tar" "$output"
