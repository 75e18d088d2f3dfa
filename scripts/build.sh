# SPDX-License-Identifier: Apache-2.0
# MuJoCo, CMake and Ninja with a line that moves. build_native PRESET TARGET... builds; the second time it takes as long
# as Ninja needs to see that nothing changed.

fetch_mujoco() {
  [ -f .deps/mujoco/stamp ] && scripts/fetch-mujoco.sh && return
  local message
  ensure_packages mujoco
  progress mujoco "fetching"
  message=$(scripts/fetch-mujoco.sh 2>&1) || die "${message#fetch-mujoco: }"
  done_step mujoco "$(cut -d' ' -f1 .deps/mujoco/stamp)"
}

# configure PRESET [-D...]: once; afterwards Ninja runs CMake itself when a CMakeLists.txt changes.
configure() {
  local preset=$1 folder=$2 log=$SDR_LOGS/configure-$1.log
  shift 2
  make_logs
  progress build "configuring"
  command -v ccache >/dev/null && set -- "$@" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
  cmake --preset "$preset" "$@" >"$log" 2>&1 && return
  die "CMake failed: $(grep -m 1 -A 2 'CMake Error' "$log" | tr '\n' ' ' | tr -s ' ')" "$log"
}

# A build for `up` leaves out the tests; one that has them serves `up` as well.
configured() { # PRESET FOLDER
  [ -f "$2/build.ninja" ] || return 1
  [ ! CMakePresets.json -nt "$2/CMakeCache.txt" ] || return 1
  [ "$1" != test ] || grep -q '^SDR_TESTS:BOOL=ON' "$2/CMakeCache.txt"
}

# build_native PRESET TARGET...
build_native() {
  local preset=$1 folder=build/$1 started steps log=$SDR_LOGS/build-$1.log
  shift
  [ "$preset" = test ] && folder=build/release
  started=$(now)
  make_logs
  configured "$preset" "$folder" || configure "$preset" "$folder"
  run_ninja "$folder" "$log" "$@" || explain_build "$log"
  # Looking for new files is a step of Ninja's, but none that builds anything.
  steps=$(grep '^\[' "$log" | grep -vc 'Re-checking globbed' || true)
  if [ "$steps" -gt 0 ]; then done_step build "$folder: $steps steps in $(seconds_since "$started") s"; fi
}

run_ninja() {
  local folder=$1 log=$2 line
  shift 2
  : >"$log"
  {
    NINJA_STATUS='[%f/%t] ' ninja -C "$folder" "$@" 2>&1 || echo sdr-ninja-failed
  } | {
    local failed=0
    while IFS= read -r line; do
      case $line in
        *Re-checking*) ;;
        \[*\]*) progress build "building ${line%%]*}]" ;;
        sdr-ninja-failed) failed=1 ;;
      esac
      printf '%s\n' "$line" >>"$log"
    done
    return $failed
  }
}

explain_build() {
  local log=$1
  grep -qi 'no space left' "$log" && die "the disk is full: the build could not be written" "$log"
  grep -qi 'killed signal\|out of memory' "$log" && die "the compiler ran out of memory: 2 GB per core are enough" "$log"
  die "the build failed: $(grep -m 1 -E 'error:|FAILED:|ninja: error' "$log" || tail -n 1 "$log")" "$log"
}
