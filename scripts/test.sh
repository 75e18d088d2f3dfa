# SPDX-License-Identifier: Apache-2.0
# `./sdr test`: every test and check, in stages; one line per stage, a line with all counts at the end.

. scripts/packages.sh
. scripts/build.sh
. scripts/web.sh
. scripts/up.sh
. scripts/lint.sh
. scripts/fuzz.sh

TEST_STAGES="lint unit integration web browser fuzz asan tsan tidy"

test_usage() {
  cat <<TEXT
usage: ./sdr test [--quick] [STAGE...]

Installs what is missing, builds, and runs all stages, or those named:
  lint         format, layers, sizes, shell scripts
  unit         unit tests
  integration  against real NATS, real processes, and the plain Python reader and writer of the ring
  web          types and tests of the page
  browser      headless Chromium sees the picture move and drives
  fuzz         each fuzzer for SDR_FUZZ_SECONDS (10) seconds, its corpus first
  asan, tsan   the unit tests under the address and undefined-behaviour sanitizers, and under the thread sanitizer
  tidy         clang-tidy over our own sources
--quick leaves out fuzz, asan, tsan and tidy.
TEXT
}

test_passed=0 test_failed=0 test_skipped=0

# count STAGE PASSED FAILED SKIPPED STARTED [LOG]
count() {
  test_passed=$((test_passed + $2)) test_failed=$((test_failed + $3)) test_skipped=$((test_skipped + $4))
  local text
  text="$2 passed, $3 failed, $4 skipped in $(seconds_since "$5") s"
  clear_progress
  if [ "$3" -eq 0 ]; then
    done_step "$1" "$text"
  else
    printf '  %s%-11s %s%s%s\n' "$ui_bad" "$1" "$text" "${6:+ (log: ${6#"$SDR_ROOT"/})}" "$ui_plain" >&2
  fi
}

# One check that is good or not, with what it said where it is not.
check() { # NAME COMMAND...
  local name=$1 log=$SDR_LOGS/$1.log started
  shift
  started=$(now)
  progress "$name" "running"
  if "$@" >"$log" 2>&1 </dev/null; then
    count "$name" 1 0 0 "$started"
  else
    count "$name" 0 1 0 "$started" "$log"
    tail -n 40 "$log" >&2
  fi
}

leave_out() { # STAGE WHY
  test_skipped=$((test_skipped + 1))
  done_step "$1" "skipped: $2"
}

# run_ctest STAGE FOLDER CTEST-ARGUMENTS...: counts come from its JUnit file; failures are shown.
run_ctest() {
  local stage=$1 folder=$2 log=$SDR_LOGS/$1.log report=$SDR_LOGS/$1.xml started counts
  shift 2
  started=$(now)
  rm -f "$report"
  progress "$stage" "running"
  "$@" --test-dir "$folder" --output-on-failure --no-tests=ignore --output-junit "$report" >"$log" 2>&1 </dev/null || true
  counts=$(scripts/count-tests.py "$report" 2>>"$log") || {
    count "$stage" 0 1 0 "$started" "$log"
    tail -n 20 "$log" >&2
    return 0
  }
  # shellcheck disable=SC2086
  count "$stage" $counts "$started" "$log"
  scripts/count-tests.py --explain "$report" >&2
}

cores() { nproc; }

stage_lint() {
  if command -v clang-format-14 >/dev/null; then
    check format format_check
  else
    leave_out format "clang-format 14 is not to be had here, and others format differently"
  fi
  check layers scripts/check-layers.py
  check sizes scripts/check-sizes.py
  if command -v shellcheck >/dev/null; then check shell shell_check; fi
}

stage_unit() { run_ctest unit build/release ctest -LE integration -j "$(cores)"; }

stage_integration() { run_ctest integration build/release ctest -L integration; }

# run_node STAGE FOLDER: `npm test`, with the counts of node's own test runner.
run_node() {
  local stage=$1 folder=$2 log=$SDR_LOGS/$1.log started status=0 passed failed skipped
  started=$(now)
  progress "$stage" "running"
  (cd "$folder" && npm test --silent) >"$log" 2>&1 </dev/null || status=$?
  passed=$(node_count pass "$log") failed=$(node_count fail "$log") skipped=$(node_count skipped "$log")
  # Something besides the tests failed, the types, say.
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  count "$stage" "$passed" "$failed" "$skipped" "$started" "$log"
  [ "$failed" -eq 0 ] || tail -n 60 "$log" >&2
  if [ "$skipped" -gt 0 ]; then grep -aE '# (SKIP|missing)' "$log" | sort -u >&2 || true; fi
}

node_count() { # WORD LOG
  awk -v word="$1" '($1 == "#" || $1 == "ℹ") && $2 == word { sum += $3 } END { print sum + 0 }' "$2"
}

stage_web() { run_node web web; }

stage_browser() {
  install_modules tests/browser
  run_node browser tests/browser
}

stage_fuzz() {
  local started log=$SDR_LOGS/fuzz.log name passed=0 failed=0
  started=$(now)
  build_fuzzers
  : >"$log"
  for name in $(fuzzers); do
    progress fuzz "$name"
    if run_fuzzer "$name" "${SDR_FUZZ_SECONDS:-10}" >>"$log" 2>&1; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      printf '  fuzz: %s failed\n' "$name" >&2
      tail -n 30 "$log" >&2
    fi
  done
  count fuzz "$passed" "$failed" 0 "$started" "$log"
}

# Sanitizers change addresses and speed, not behaviour: the unit tests say enough. Fuzzers and these tests have the
# address and undefined-behaviour sanitizers, so that they share one build of the libraries.
stage_asan() {
  configure_fuzz
  build_native fuzz unit_tests
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
    run_ctest asan build/fuzz ctest -L unit -j "$(cores)"
}

# Those whose code has more than one thread. The rest are state machines that time and bytes are passed to.
TSAN_TESTS="base_test bus_test frames_test service_sdr_test service_sim_test service_transport_test video_test"

# The thread sanitizer wants addresses that newer kernels randomise away.
stage_tsan() {
  local fixed=()
  # shellcheck disable=SC2086
  build_native tsan $TSAN_TESTS
  setarch "$(uname -m)" -R true 2>/dev/null && fixed=(setarch "$(uname -m)" -R)
  TSAN_OPTIONS=second_deadlock_stack=1 run_ctest tsan build/tsan "${fixed[@]}" ctest -L unit -j "$(cores)"
}

stage_tidy() {
  if command -v clang-tidy-14 >/dev/null; then
    check tidy scripts/tidy.py build/release
  else
    leave_out tidy "clang-tidy 14 is not to be had here, and others warn of other things"
  fi
}

sdr_test() {
  local started stages=() word quick=
  for word in "$@"; do
    case " $TEST_STAGES " in *" $word "*) stages+=("$word") && continue ;; esac
    case $word in
      --help) test_usage && return ;;
      --quick) quick=1 ;;
      *) die "no such stage: $word (see ./sdr test --help)" ;;
    esac
  done
  [ ${#stages[@]} -gt 0 ] || read -ra stages <<<"$TEST_STAGES"
  [ -z "$quick" ] || stages=(lint unit integration web browser)
  started=$(now)
  check_machine
  make_logs
  ensure_packages build run mujoco test web
  build_for_tests
  for word in "${stages[@]}"; do "stage_$word"; done
  printf '\n  in %s s\n' "$(seconds_since "$started")" >&2
  printf '%d passed, %d failed, %d skipped\n' "$test_passed" "$test_failed" "$test_skipped"
  [ "$test_failed" -eq 0 ] && [ "$test_passed" -gt 0 ] || exit 1
}

build_for_tests() {
  start_background build_all
  build_page
  install_modules web
  finish_background build
}

build_all() {
  fetch_mujoco
  build_native test all
}
