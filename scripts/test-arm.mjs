// `npm run test:arm`: compiles the kernels for 64-bit ARM and runs their tests in an emulator. On Debian and Ubuntu, the packages
// g++-aarch64-linux-gnu and qemu-user-static have both programs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "aarch64-linux-gnu-g++";
const EMULATOR = "qemu-aarch64-static";

const root = fileURLToPath(new URL("..", import.meta.url));
const kernels = join(root, "native", "core", "kernels");
const tests = join(root, "test", "native", "kernels");
const sources = [
  join(root, "native", "core", "runtime", "instruction_set.cc"),
  ...[kernels, tests].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".cc"))
      .map((name) => join(folder, name)),
  ),
];

function run(program, args) {
  const { error, status } = spawnSync(program, args, { stdio: "inherit" });
  if (error?.code === "ENOENT")
    console.error(`${program} is not installed: apt-get install g++-aarch64-linux-gnu qemu-user-static`);
  else if (error) console.error(`${program} did not start: ${error.message}`);
  return status === 0;
}

const folder = mkdtempSync(join(tmpdir(), "optimbench-arm-"));
const test = join(folder, "kernels");
try {
  const isCompiled = run(COMPILER, [
    ...[
      "-O3",
      "-std=c++20",
      "-Wall",
      "-Wextra",
      "-Werror",
      "-static",
      "-I",
      join(root, "native"),
      "-o",
      test,
    ],
    ...sources,
  ]);
  process.exitCode = isCompiled && run(EMULATOR, [test]) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
