#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Stick to acknowledgement in headless Chromium; control.mjs says how it is measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -d tests/browser/node_modules/playwright-core ] || npm ci --prefix tests/browser --no-audit --no-fund --silent
exec node bench/control/control.mjs "$@"
