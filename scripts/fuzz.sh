# SPDX-License-Identifier: Apache-2.0
# `./sdr fuzz`: the fuzzers with clang's libFuzzer, address and undefined-behaviour sanitizers.

. scripts/packages.sh
. scripts/build.sh

# newest_tool NAME: the wanted version 14 first, then what the distribution has.
newest_tool() {
  local suffix
  for suffix in -14 -15 -16 -17 -18 -19 -20 ''; do
    command -v "$1$suffix" && return
  done
  return 1
}

configure_fuzz() {
  local compiler
  compiler=$(newest_tool clang++) || die "clang is missing: it makes the fuzzers"
  configured fuzz build/fuzz || configure fuzz build/fuzz "-DCMAKE_CXX_COMPILER=$compiler"
}

build_fuzzers() {
  configure_fuzz
  build_native fuzz fuzzers
}

fuzzers() {
  local program
  for program in build/fuzz/bin/fuzz_*; do
    [ -x "$program" ] && basename "$program" | sed 's/^fuzz_//'
  done
}

# run_fuzzer NAME SECONDS: the corpus in the tree is read; what is found new is kept under build/.
run_fuzzer() {
  local found=build/fuzz/corpus/$1 seeds=fuzz/corpus/$1
  mkdir -p "$found" build/fuzz/crashes
  [ -d "$seeds" ] || seeds=
  build/fuzz/bin/"fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crashes/$1-" "$found" ${seeds:+"$seeds"} </dev/null
}

sdr_fuzz() {
  if [ "${1:-}" = --help ]; then
    cat <<'TEXT'
usage: ./sdr fuzz [NAME [SECONDS]]

Runs all fuzzers, or one, for SECONDS each (60). Seeds lie in fuzz/corpus; what is found new in build/fuzz/corpus, inputs
that crash in build/fuzz/crashes.
TEXT
    return
  fi
  local name failed=0
  check_machine
  ensure_packages build run mujoco test clang
  fetch_mujoco
  build_fuzzers
  for name in ${1:-$(fuzzers)}; do
    [ -x "build/fuzz/bin/fuzz_$name" ] || die "no such fuzzer: $name (there are: $(fuzzers | tr '\n' ' '))"
    progress fuzz "$name"
    if run_fuzzer "$name" "${2:-60}" >"$SDR_LOGS/fuzz-$name.log" 2>&1; then
      done_step "$name" "nothing found, $(grep -o 'number_of_executed_units: *[0-9]*' "$SDR_LOGS/fuzz-$name.log" | grep -o '[0-9]*$') inputs"
    else
      failed=1
      printf '  %-11s found something (log: build/logs/fuzz-%s.log)\n' "$name" "$name" >&2
    fi
  done
  return $failed
}
