#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# WebRTC over a bad network in headless Chromium; loss.mjs says how it is measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -d tests/browser/node_modules/playwright-core ] || npm ci --prefix tests/browser --no-audit --no-fund --silent
exec node bench/loss/loss.mjs "$@"
