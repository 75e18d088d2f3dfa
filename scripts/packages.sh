# SPDX-License-Identifier: Apache-2.0
# What each need takes from the distribution, and its installation. A tool that is there already, from wherever, is
# used; libraries are asked of dpkg. Set SDR_SKIP_PACKAGES=1 where something else looks after packages.

# need_of NAME: one entry per line. "lib:PACKAGE" is looked up in dpkg, "COMMAND:PACKAGE" in the PATH; alternatives to
# a package are written A|B, the first that the distribution has is taken; what ends in |none may be missing, and who
# needs it then says so and is left out: Ubuntu has its browsers as snaps, which are no packages.
need_of() {
  case $1 in
    build) # compiler and libraries of what `up` runs
      printf '%s\n' g++:g++ cmake:cmake ninja:ninja-build pkg-config:pkg-config python3:python3 \
        lib:libtomlplusplus-dev lib:libsimdjson-dev lib:libnats-dev lib:libssl-dev lib:zlib1g-dev lib:libusrsctp-dev \
        lib:libavcodec-dev lib:libavutil-dev lib:libturbojpeg0-dev lib:libegl-dev lib:libgl-dev
      ;;
    run) # EGL with a software renderer, and the bus
      printf '%s\n' nats-server:nats-server lib:libegl1 lib:libgl1-mesa-dri
      ;;
    mujoco) printf '%s\n' lib:python3-pip ;;
    web) printf '%s\n' node:nodejs npm:npm ;;
    test)
      printf '%s\n' lib:libgtest-dev ccache:ccache shellcheck:shellcheck
      need_of clang
      need_of browser
      need_of srtp
      need_of player
      printf '%s\n' 'firefox-esr:firefox-esr|none'
      ;;
    clang) # versions in the order of preference; formatting and tidying want 14
      printf '%s\n' 'clang++-14:clang-14|clang' 'lib:libclang-rt-14-dev|libclang-rt-dev' 'lib:clang-tidy-14|clang-tidy' \
        'lib:clang-format-14|clang-format' 'lib:llvm-14|llvm'
      ;;
    format) printf '%s\n' 'clang-format-14:clang-format-14|clang-format' ;;
    browser) printf '%s\n' 'chromium:chromium|none' lib:fonts-dejavu-core openssl:openssl ;;
    srtp) printf '%s\n' lib:libsrtp2-dev ;; # what ours is compared with
    player) # what plays our WHEP endpoint, and is not ours
      printf '%s\n' lib:python3-gi lib:gir1.2-gst-plugins-bad-1.0 lib:gstreamer1.0-plugins-good lib:gstreamer1.0-plugins-bad \
        lib:gstreamer1.0-nice lib:gstreamer1.0-libav
      ;;
    iceoryx) printf '%s\n' lib:libiceoryx-posh-dev ;;
    *) die "no such need: $1" ;;
  esac
}

is_installed() { # PACKAGE
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing_packages NEED...: those that have to be installed, alternatives resolved.
missing_packages() {
  local need entry probe choice option
  for need in "$@"; do
    while IFS= read -r entry; do
      probe=${entry%%:*} choice=${entry#*:}
      [ "$probe" != lib ] && command -v "$probe" >/dev/null && continue
      for option in ${choice//|/ }; do
        is_installed "$option" && continue 2
      done
      [ "$(offered "$choice")" != none ] || continue
      printf '%s\n' "$choice"
    done < <(need_of "$need")
  done | sort -u
}

# offered A|B|C: the first that the distribution has as a package, or "none" where it may be missing; nothing where it
# must not, or the lists of packages were not fetched yet.
offered() {
  local option
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || return 0
  for option in ${1//|/ }; do
    # Of a package that others only speak of it says nothing, and that this is no error.
    if [ "$option" = none ] || [ -n "$(apt-cache show --no-all-versions "$option" 2>/dev/null)" ]; then
      printf '%s\n' "$option"
      return
    fi
  done
}

distribution() {
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-unknown}") || printf 'unknown'
}

# Debian 12, Ubuntu 24.04 and what is built on them; a Debian without a number is testing or unstable.
supported_distribution() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 1
  local id='' version=''
  # shellcheck disable=SC1091
  id=$(. /etc/os-release && printf '%s' "${ID:-}")
  # shellcheck disable=SC1091
  version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
  case $id in
    debian) [ -z "$version" ] || [ "${version%%.*}" -ge 12 ] ;;
    ubuntu) [ "${version%%.*}" -ge 24 ] ;;
    *) return 0 ;; # a derivative: its packages decide
  esac
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo -E -p 'sdr: password for sudo, to install packages: ' "$@"
  else
    sudo -n -E "$@"
  fi
}

# ensure_packages NEED...
ensure_packages() {
  [ -n "${SDR_SKIP_PACKAGES:-}" ] && return
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return
  supported_distribution || die "packages are missing (${missing[*]}), and $(distribution) is neither Debian 12 or later \
nor Ubuntu 24.04 or later: install their like, then set SDR_SKIP_PACKAGES=1"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "packages are missing (${missing[*]}): run this as root, or install sudo"
    clear_progress
    as_root true 2>/dev/null || die "packages are missing (${missing[*]}) and sudo refused: run this as root once"
  fi
  install_packages "${missing[@]}"
}

install_packages() {
  local log=$SDR_LOGS/packages.log started wanted=() choice found count had_nats=
  started=$(now)
  make_logs
  is_installed nats-server && had_nats=1
  if [ -z "${packages_listed:-}" ]; then
    need_space /var/cache/apt 100 "a package list"
    progress packages "reading the distribution's lists"
    as_root apt-get update -o Acquire::Languages=none -o Acquire::Retries=2 -o DPkg::Lock::Timeout=300 >"$log" 2>&1 || explain_apt "$log"
    packages_listed=1
  fi
  for choice in "$@"; do
    found=$(offered "$choice")
    case $found in
      none) done_step packages "no ${choice%%|*} here: what needs it is left out" ;;
      '') die "this distribution ($(distribution)) has no package ${choice//|/ or }" ;;
      *) wanted+=("$found") ;;
    esac
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  count=$(as_root apt-get install -s --no-install-recommends "${wanted[@]}" 2>>"$log" | grep -c '^Inst' || true)
  need_space /usr "$((count * 5 + 100))" "installing $count packages"
  run_apt "$log" "$count" "${wanted[@]}" || explain_apt "$log"
  [ -n "$had_nats" ] || stop_packaged_nats
  done_step packages "$count installed (${wanted[*]}) in $(seconds_since "$started") s"
}

# apt tells its progress on a descriptor of its own: "pmstatus:PACKAGE:PERCENT:WORDS", "dlstatus:..." while fetching.
run_apt() {
  local log=$1 count=$2 kind rest percent
  shift 2
  progress packages "installing $count"
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o APT::Status-Fd=1 \
      -o Acquire::Retries=2 -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-unsafe-io "$@" </dev/null 2>&1 ||
      echo sdr-apt-failed
  } | {
    local failed=0
    while IFS=: read -r kind _ percent rest; do
      case $kind in
        dlstatus) progress packages "fetching $count: ${percent%%.*} %" ;;
        pmstatus) progress packages "installing $count: ${percent%%.*} %" ;;
        sdr-apt-failed) failed=1 ;;
        *) printf '%s:%s:%s\n' "$kind" "$percent" "$rest" >>"$log" ;;
      esac
    done
    return $failed
  }
}

explain_apt() {
  local log=$1
  grep -qi 'no space left\|enough free space' "$log" && die "the disk is full: packages could not be installed" "$log"
  grep -qi 'lock-frontend\|could not get lock' "$log" && die "another program is installing packages: try again when it is done" "$log"
  grep -qiE 'resolv|unable to connect|connection (failed|refused|timed out)|could not connect|network is unreachable|failed to fetch' "$log" &&
    die "the distribution's packages cannot be fetched: no network, or its servers do not answer" "$log"
  die "packages could not be installed: $(grep -E '^(E|W):' "$log" | tail -n 1)" "$log"
}

# The package starts a server of its own on every interface; ours runs on loopback and only while `up` does.
stop_packaged_nats() {
  [ -d /run/systemd/system ] && is_installed nats-server || return 0
  as_root systemctl disable --now nats-server >/dev/null 2>&1 &&
    done_step nats "the package's own service was stopped: sdr starts the server itself, on loopback"
  return 0
}
