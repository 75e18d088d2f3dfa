# SPDX-License-Identifier: Apache-2.0
# `./sdr up`: everything that a robot in the browser takes, then build/release/bin/sdr, which runs it.

. scripts/packages.sh
. scripts/build.sh
. scripts/web.sh

sdr_up() {
  case " $* " in
    *' --help '*)
      cat <<'TEXT'
usage: ./sdr up [options]

Installs what is missing from the distribution, builds, and starts NATS, the simulator and the transport. The last line
is the address to open. Ctrl-C ends everything. Logs lie in run/logs. Can be repeated; the second start takes seconds.
TEXT
      [ -x build/release/bin/sdr ] && exec build/release/bin/sdr up --help
      echo "The options are listed here once it is built."
      return
      ;;
  esac
  check_machine
  if [ -f .deps/mujoco/stamp ]; then ensure_packages build run; else ensure_packages build run mujoco; fi
  build_everything
  exec build/release/bin/sdr up "$@"
}

# What no package can mend.
check_machine() {
  [ -d /dev/shm ] || die "there is no /dev/shm: mount a tmpfs there (mount -t tmpfs tmpfs /dev/shm)"
  [ -w /dev/shm ] || die "/dev/shm cannot be written to: pictures travel through it"
  [ -w "$SDR_ROOT" ] || die "$SDR_ROOT cannot be written to"
  [ -x build/release/bin/sdr ] || need_space "$SDR_ROOT" 600 "the build"
}

# The page and its packages are fetched and installed while the compiler works.
build_everything() {
  local started
  if [ -f build/release/build.ninja ] && [ -f web/dist/.sdr-stamp ]; then
    fetch_mujoco
    build_native release sdr sdr-sim sdr-transport
    build_page
    return
  fi
  started=$(now)
  start_background build_programs
  build_page
  finish_background build
  done_step build "build/release in $(seconds_since "$started") s"
}

build_programs() {
  fetch_mujoco
  build_native release sdr sdr-sim sdr-transport
}
