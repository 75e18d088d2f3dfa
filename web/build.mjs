// SPDX-License-Identifier: Apache-2.0
//
// Builds the page into dist/: types from the schema, two scripts (page and worker), one style sheet, one font, and
// nothing that is fetched from elsewhere. Fails when the scripts together pass the size that web.md allows.
//   --schema-only  only writes src/generated/schema.ts
//   --watch        builds again on every change

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { context, build } from "esbuild";

const kMaxScriptBytes = 120 * 1024;
const root = fileURLToPath(new URL(".", import.meta.url));
const path = (name) => `${root}${name}`;

const kOptions = {
  absWorkingDir: root,
  entryPoints: { main: "src/main.tsx", worker: "src/worker/worker.ts" },
  outdir: "dist",
  bundle: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  minify: true,
  sourcemap: false,
  legalComments: "none",
  logLevel: "warning",
};

function generateSchema() {
  mkdirSync(path("src/generated"), { recursive: true });
  execFileSync("python3", [path("../schema/generate.py"), "--typescript", path("src/generated/schema.ts")], { stdio: "inherit" });
}

function copyStatic() {
  for (const name of ["index.html", "icon.svg"]) copyFileSync(path(`src/${name}`), path(`dist/${name}`));
  copyFileSync(path("node_modules/@fontsource-variable/inter/LICENSE"), path("dist/inter-license.txt"));
}

/** Prints what each file weighs on the wire; throws where the scripts are too heavy. */
function weigh() {
  let scripts = 0;
  for (const name of ["main.js", "worker.js", "main.css"]) {
    const bytes = gzipSync(readFileSync(path(`dist/${name}`)), { level: 9 }).length;
    if (name.endsWith(".js")) scripts += bytes;
    console.log(`web: ${name} ${(bytes / 1024).toFixed(1)} KB compressed`);
  }
  console.log(`web: scripts ${(scripts / 1024).toFixed(1)} of ${kMaxScriptBytes / 1024} KB`);
  if (scripts > kMaxScriptBytes) throw new Error("web: the scripts are heavier than web.md allows");
}

const arguments_ = new Set(process.argv.slice(2));
generateSchema();
if (arguments_.has("--watch")) {
  rmSync(path("dist"), { recursive: true, force: true });
  mkdirSync(path("dist"));
  copyStatic();
  await (await context({ ...kOptions, minify: false, logLevel: "info" })).watch();
} else if (!arguments_.has("--schema-only")) {
  rmSync(path("dist"), { recursive: true, force: true });
  mkdirSync(path("dist"));
  await build(kOptions);
  copyStatic();
  weigh();
}
