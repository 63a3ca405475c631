#!/usr/bin/env node
// prebuildify drives node-gyp; this stands in for it, takes node-gyp's arguments and runs cmake-js.
"use strict";

const { spawnSync } = require("node:child_process");
const { parseArgs } = require("node:util");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    target: { type: "string" },
    devdir: { type: "string" },
    arch: { type: "string" },
    runtime: { type: "string" },
    debug: { type: "boolean" },
    release: { type: "boolean" },
  },
});

async function main() {
  const { findCudaHeaders } = await import("../dist/install/cuda-headers.js");
  const { findLibtorch } = await import("../dist/install/find-libtorch.js");
  const libtorch = findLibtorch({ forBuild: true });
  if (libtorch === undefined) throw new Error("No libtorch found. Run `npm run setup` first.");
  // --target and --devdir are dropped on purpose: Node-API needs neither, and cmake-js reads --target as CMake's.
  const command = [require.resolve("cmake-js/bin/cmake-js"), positionals[0] ?? "rebuild"];
  command.push("--config", values.debug ? "Debug" : "Release", `--CDLIBTORCH_ROOT=${libtorch.root}`);
  command.push(`--CDCUDA_HEADERS=${findCudaHeaders(libtorch) ?? ""}`);
  if (values.arch) command.push("--arch", values.arch);
  process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
