# SPDX-License-Identifier: Apache-2.0
# `./sdr bench NAME`: one benchmark, with what it is compared to in the same run.

. scripts/packages.sh
. scripts/build.sh
. scripts/web.sh
. scripts/up.sh

benchmarks() {
  local folder
  for folder in bench/*/; do
    [ "$folder" = bench/common/ ] || basename "$folder"
  done
}

sdr_bench() {
  local name=${1:-}
  case $name in
    --help | '')
      cat <<'TEXT'
usage: ./sdr bench NAME [options]

Builds and runs one benchmark. Each prints its figure beside a limit or a peer measured in the same run, as text and as
one line of JSON. Let nothing else run beside it. There are:
TEXT
      benchmarks | sed 's/^/  /'
      return
      ;;
  esac
  # Read to its end: `grep -q` would leave at once, and the list's writer would fail by the closed pipe now and then.
  benchmarks | grep -x -- "$name" >/dev/null || die "no such benchmark: $name (there are: $(benchmarks | tr '\n' ' '))"
  shift
  check_machine
  case $name in
    ring) ensure_packages build run mujoco iceoryx ;;
    srtp) ensure_packages build run mujoco srtp ;;
    glass | control | loss | start) ensure_packages build run mujoco web browser ;;
    *) ensure_packages build run mujoco ;;
  esac
  fetch_mujoco
  run_bench "$name" "$@"
}

# A folder with a script of its own says itself what it needs; else it is one program.
run_bench() {
  local name=$1
  shift
  [ "$name" = start ] || build_bench_tree "$name" # start builds a clone
  if [ -x "bench/$name/run.sh" ]; then exec "bench/$name/run.sh" "$@"; fi
  exec "build/release/bin/bench_$name" "$@"
}

build_bench_tree() {
  grep -qs '^SDR_BENCH:BOOL=ON' build/release/CMakeCache.txt || configure release build/release -DSDR_BENCH=ON
  if [ -x "bench/$1/run.sh" ]; then
    build_page
    build_native release all
  else
    build_native release "bench_$1"
  fi
}
