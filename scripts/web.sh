# SPDX-License-Identifier: Apache-2.0
# The page: npm and esbuild, only when what they read has changed. A page that is built needs neither again.

node_is_recent() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge 18 ]
}

ensure_node() {
  ensure_packages web
  command -v node >/dev/null || die "node is missing: install Node.js 18 or later"
  command -v npm >/dev/null || die "npm is missing: install Node.js 18 or later with npm"
  node_is_recent || die "Node.js 18 or later is needed, $(command -v node) is $(node --version)"
}

hash_of() { # FILES AND FOLDERS...
  { find "$@" -type f -not -path '*/generated/*' -not -name '*.pyc' -print0 2>/dev/null || true; } | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

page_hash() {
  hash_of web/src web/package.json web/package-lock.json web/tsconfig.json web/build.mjs schema/bus.json schema/runtime.ts \
    schema/generate.py schema/generator
}

# install_modules FOLDER: what its lock file names.
install_modules() {
  local folder=$1 stamp log=$SDR_LOGS/npm-${1//\//-}.log
  stamp=$(hash_of "$folder/package.json" "$folder/package-lock.json")
  [ -f "$folder/node_modules/.sdr-stamp" ] && [ "$(cat "$folder/node_modules/.sdr-stamp")" = "$stamp" ] && return
  ensure_node
  progress page "fetching modules"
  make_logs
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null || explain_npm "$log"
  printf '%s\n' "$stamp" >"$folder/node_modules/.sdr-stamp"
}

explain_npm() {
  local log=$1
  grep -q 'ENOSPC' "$log" && die "the disk is full: the page's modules could not be installed" "$log"
  grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network' "$log" &&
    die "npm's modules cannot be fetched: no network, or the npm registry does not answer" "$log"
  grep -q 'CERT' "$log" && die "the npm registry's certificate is not trusted here: set NODE_EXTRA_CA_CERTS to your network's authority" "$log"
  die "npm failed: $(grep -m 1 -iE 'err' "$log" || tail -n 1 "$log")" "$log"
}

build_page() {
  local stamp started log=$SDR_LOGS/page.log
  stamp=$(page_hash)
  [ -f web/dist/index.html ] && [ -f web/dist/.sdr-stamp ] && [ "$(cat web/dist/.sdr-stamp)" = "$stamp" ] && return
  started=$(now)
  install_modules web
  ensure_node
  progress page "building"
  make_logs
  (cd web && npm run --silent build) >"$log" 2>&1 </dev/null || die "the page could not be built: $(grep -m 1 -iE 'error' "$log" || tail -n 1 "$log")" "$log"
  printf '%s\n' "$stamp" >web/dist/.sdr-stamp
  done_step page "built in $(seconds_since "$started") s"
}
