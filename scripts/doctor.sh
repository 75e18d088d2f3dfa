# SPDX-License-Identifier: Apache-2.0
# `./sdr doctor`: builds the program that looks at this machine, and runs it.

. scripts/packages.sh
. scripts/build.sh

sdr_doctor() {
  ensure_packages build run
  fetch_mujoco
  build_native release sdr sdr-probe
  exec build/release/bin/sdr doctor "$@"
}
