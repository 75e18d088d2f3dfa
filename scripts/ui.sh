# SPDX-License-Identifier: Apache-2.0
# How the scripts speak: one line per step that is done, one line that moves while it is being done, and one clear line
# when something is missing. In colour on a terminal, plain elsewhere. What tools print goes to build/logs.

SDR_LOGS=$SDR_ROOT/build/logs

ui_terminal=
if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then ui_terminal=1; fi
if [ -n "$ui_terminal" ] && [ -z "${NO_COLOR:-}" ]; then
  ui_dim=$'\e[2m' ui_good=$'\e[32m' ui_bad=$'\e[31m' ui_plain=$'\e[0m'
else
  ui_dim='' ui_good='' ui_bad='' ui_plain=''
fi

# done_step NAME TEXT: a line that stays.
done_step() {
  clear_progress
  printf '  %s%-11s%s %s\n' "$ui_good" "$1" "$ui_plain" "$2" >&2
}

# progress NAME TEXT: the line that moves. In a file only its first words of each step appear, once.
progress() {
  if [ -n "${SDR_PROGRESS_FILE:-}" ]; then
    printf '%s\n' "$2" >"$SDR_PROGRESS_FILE"
  elif [ -n "$ui_terminal" ]; then
    local width text
    width=$(($(tput cols 2>/dev/null || echo 80) - 15))
    text="$2$(ui_beside)"
    printf '\r\e[K  %s%-11s %s%s' "$ui_dim" "$1" "${text:0:$width}" "$ui_plain" >&2
  elif [ "${ui_last_step:-}" != "$1" ]; then
    ui_last_step=$1
    printf '  %-11s %s ...\n' "$1" "$2" >&2
  fi
}

# What runs in the background at the same time says so on the same line.
ui_beside() {
  [ -n "${ui_background:-}" ] && [ -s "$ui_background/progress" ] || return 0
  printf ' · %s' "$(tail -n 1 "$ui_background/progress")"
}

clear_progress() {
  if [ -n "$ui_terminal" ] && [ -z "${SDR_PROGRESS_FILE:-}" ]; then printf '\r\e[K' >&2; fi
}

# die LINE [LOG]: ends with one line that says what is missing and what to do.
die() {
  clear_progress
  local line=$1
  [ -n "${2:-}" ] && line="$line (log: ${2#"$SDR_ROOT"/})"
  if [ -n "${SDR_ERROR_FILE:-}" ]; then
    printf '%s\n' "$line" >"$SDR_ERROR_FILE"
  else
    printf '%ssdr:%s %s\n' "$ui_bad" "$ui_plain" "$line" >&2
  fi
  exit 1
}

make_logs() {
  mkdir -p "$SDR_LOGS" 2>/dev/null || die "cannot write to $SDR_ROOT: not allowed, or the disk is full"
}

# seconds_since START, with one decimal; START as now() gives it.
now() { date +%s%N; }
seconds_since() {
  local ms=$((($(now) - $1) / 1000000))
  printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# free_mb FOLDER: what the file system under the (perhaps missing) folder has left.
free_mb() {
  local folder=$1
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  df -Pm "$folder" | awk 'NR == 2 { print $4 }'
}

# need_space FOLDER MB WHAT
need_space() {
  local free
  free=$(free_mb "$1")
  [ "$free" -ge "$2" ] || die "the disk is full: $3 needs $2 MB at $1, $free MB are free"
}

# Ctrl-C is no failure: it ends without a word of what was interrupted.
trap 'stop_background; exit 130' INT
trap 'stop_background; exit 143' TERM

# Runs a function of ours in the background, in a process group of its own; finish_background waits for it, shows what
# it does, and ends as it ended.
start_background() {
  ui_background=$(mktemp -d)
  set -m
  (
    set +m
    SDR_PROGRESS_FILE=$ui_background/progress SDR_ERROR_FILE=$ui_background/error
    "$@"
  ) </dev/null >"$ui_background/out" 2>&1 &
  ui_background_pid=$!
  set +m
  trap stop_background EXIT
}

stop_background() {
  clear_progress
  if [ -n "${ui_background_pid:-}" ]; then kill -TERM -- "-$ui_background_pid" 2>/dev/null || true; fi
  if [ -n "${ui_background:-}" ]; then rm -rf "$ui_background"; fi
  ui_background='' ui_background_pid=''
}

finish_background() {
  local name=$1 status=0 error=''
  while kill -0 "$ui_background_pid" 2>/dev/null; do
    if [ -s "$ui_background/progress" ]; then
      progress "$name" ""
    fi
    sleep 0.2
  done
  wait "$ui_background_pid" || status=$?
  [ -s "$ui_background/error" ] && error=$(cat "$ui_background/error")
  [ "$status" -eq 0 ] || [ -n "$error" ] || error="$name failed: $(tail -n 1 "$ui_background/out")"
  ui_background_pid=''
  stop_background
  trap - EXIT
  [ "$status" -eq 0 ] || die "$error"
}
