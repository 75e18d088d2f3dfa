// SPDX-License-Identifier: Apache-2.0
//
// Compiles every src/**/*_test.ts and hands them to node's own test runner. Leaves nothing behind.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));

function filesEndingIn(suffix, folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesEndingIn(suffix, path);
    return entry.name.endsWith(suffix) ? [path] : [];
  });
}

const out = mkdtempSync(join(tmpdir(), "sdr-web-test-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: filesEndingIn("_test.ts", join(root, "src")),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node18",
    define: { "process.env.SDR_ROOT": JSON.stringify(join(root, "..")) },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const tests = filesEndingIn("_test.mjs", out);
  process.exitCode = spawnSync(process.execPath, ["--test", ...tests], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
