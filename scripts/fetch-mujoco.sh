#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts MuJoCo (headers, libmujoco, licence, reference) under .deps/mujoco, from PyPI's wheel "mujoco-core".
#
# The wheel is asked for by name for one fixed Python, so that one hash per processor serves whatever Python this
# machine has; no Python runs it later. Does nothing where the wanted version is already there. Errors are one line.
set -eu

VERSION=4.0.1
HASH_X86_64=efbfb6e8f2bd63c5f19473f8093f01696937ef453d647b3c7a92620f5873b845
HASH_AARCH64=a401eaea5295a29d50c6fdfdb8df8d73c525ab2153751f91c36bd6ccdff95822

root=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-$root/.deps/mujoco}

fail() {
  echo "fetch-mujoco: $*" >&2
  exit 1
}

case $(uname -m) in
  x86_64 | amd64) arch=x86_64 hash=$HASH_X86_64 ;;
  aarch64 | arm64) arch=aarch64 hash=$HASH_AARCH64 ;;
  *) fail "no MuJoCo build for the processor $(uname -m) (x86_64 and aarch64 have one)" ;;
esac

stamp="$VERSION $hash"
if [ -f "$target/stamp" ] && [ "$(cat "$target/stamp")" = "$stamp" ]; then
  exit 0
fi

command -v python3 >/dev/null || fail "python3 is missing (package python3)"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing (package python3-pip)"

parent=$(dirname "$target")
mkdir -p "$parent" 2>/dev/null || fail "cannot write to $parent"
work=$(mktemp -d "$parent/mujoco.XXXXXX") || fail "cannot write to $parent"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# pip checks hashes only for requirements that come from a file.
echo "mujoco-core==$VERSION --hash=sha256:$hash" >"$work/requirements.txt"
if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
  --implementation cp --python-version 3.12 --abi cp312 --platform "manylinux_2_28_$arch" \
  --dest "$work/wheel" --requirement "$work/requirements.txt" >"$work/log" 2>&1; then
  reason=$(grep -i 'error' "$work/log" | grep -v '^ *$' | tail -n 1)
  grep -qi 'do not match the hashes' "$work/log" && reason="the downloaded wheel does not have the pinned hash"
  grep -qiE 'no space left' "$work/log" && reason="the disk is full"
  grep -qiE 'connection|resolve|timed out|network' "$work/log" && reason="the package index cannot be reached"
  fail "MuJoCo $VERSION was not downloaded: ${reason:-pip gave no reason}"
fi

python3 - "$work/wheel" "$work/tree" <<'PYTHON' || fail "the wheel could not be unpacked to $parent"
import pathlib, shutil, sys, zipfile
wheels, tree = map(pathlib.Path, sys.argv[1:])
places = {"mujoco/include/": "include/", "mujoco/doc/": "doc/"}
try:
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        for name in wheel.namelist():
            to = next((place + name[len(prefix):] for prefix, place in places.items() if name.startswith(prefix)), None)
            if name.startswith("mujoco/libmujoco.so"):
                to = "lib/" + name.split("/")[-1]
            if "/licenses/" in name:
                to = name.split("/")[-1]
            if to is None or name.endswith("/"):
                continue
            (tree / to).parent.mkdir(parents=True, exist_ok=True)
            with wheel.open(name) as source, open(tree / to, "wb") as out:
                shutil.copyfileobj(source, out)
    library = next((tree / "lib").glob("libmujoco.so.*"))
    (tree / "lib/libmujoco.so").symlink_to(library.name)
except Exception as error:
    sys.exit(f"fetch-mujoco: {error}")
PYTHON
echo "$stamp" >"$work/tree/stamp"
rm -rf "$target"
mv "$work/tree" "$target" || fail "cannot write to $target"
