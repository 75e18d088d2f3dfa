# SPDX-License-Identifier: Apache-2.0
# `./sdr lint`: what can be said of the sources without running them.

. scripts/packages.sh
. scripts/build.sh
. scripts/format.sh

format_check() { cxx_sources | xargs -0 clang-format-14 --dry-run --Werror; }

shell_check() {
  # SC2034, SC2154: the scripts are pieces of one program, that they use each other's variables is the point.
  shellcheck -s bash -e SC1091,SC2034,SC2154 sdr .ci/run scripts/*.sh
}

sdr_lint() {
  if [ "${1:-}" = --help ]; then
    echo "usage: ./sdr lint"
    echo
    echo "Checks format, layers, sizes and shell scripts, and runs clang-tidy where sources changed. Changes nothing."
    return
  fi
  . scripts/test.sh
  sdr_test lint tidy
}
