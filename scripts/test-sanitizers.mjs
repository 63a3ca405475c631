// `npm run test:sanitizers`: compiles the native code with AddressSanitizer and UndefinedBehaviorSanitizer, then with
// ThreadSanitizer, each into a folder of its own, and runs the tests that use it. Only our code is instrumented: errors within
// libtorch and Node are not seen. It needs GCC with its sanitizers, which are part of Debian's g++.
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findLibtorch } from "../dist/install/find-libtorch.js";
import { packageRoot as root } from "../dist/system/package-root.js";

/** Native code is in the forefront of these tests. */
const TESTS = ["test/native", "test/training/train.test.ts", "test/training/checkpoint/resume.test.ts"];
const THREAD_TESTS = [
  "test/native/threads.test.ts",
  "test/native/interrupted-pass.test.ts",
  "test/native/session.test.ts",
];

const SANITIZERS = {
  address: {
    flags: "address,undefined",
    libraries: ["libasan.so", "libubsan.so"],
    tests: TESTS,
    // They limit and measure memory, of which the sanitizer takes much.
    except: "refuses more threads|frees the memory",
    env: {
      // V8 handles its own faults, and frees its memory with the process.
      ASAN_OPTIONS: "detect_leaks=0:handle_segv=0:allocator_may_return_null=1:strict_string_checks=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  thread: {
    flags: "thread",
    libraries: ["libtsan.so"],
    tests: THREAD_TESTS,
    env: {
      // Node, libtorch and Vitest's bundler synchronise in ways that are not seen.
      TSAN_OPTIONS:
        "ignore_noninstrumented_modules=1:report_signal_unsafe=0:allocator_may_return_null=1:halt_on_error=1",
    },
    // ThreadSanitizer needs memory in places that randomisation may give to others.
    before: ["setarch", "--addr-no-randomize"],
  },
};

const { values, positionals } = parseArgs({
  options: { only: { type: "string" }, help: { type: "boolean", default: false } },
  allowPositionals: true,
});
const names = Object.keys(SANITIZERS);
const chosen = values.only === undefined ? names : values.only.split(",");
if (values.help || chosen.some((name) => !names.includes(name))) {
  console.error(`npm run test:sanitizers -- [--only ${names.join(",")}] [test files]`);
  process.exit(values.help ? 0 : 2);
}

for (const name of chosen) {
  build(name);
  if (!test(name)) process.exitCode = 1;
}

/** Where the addon is looked for if OPTIMBENCH_PREBUILD names this folder. */
function folderOf(name) {
  return join(root, "build", name);
}

function build(name) {
  const program = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  const options = ["--out", join(folderOf(name), "build"), "--generator", "Ninja", "--CDCUDA_HEADERS="];
  options.push(`--CDLIBTORCH_ROOT=${findLibtorch().root}`, `--CDSANITIZE=${SANITIZERS[name].flags}`);
  const env = { CMAKE_BUILD_PARALLEL_LEVEL: String(availableParallelism()), ...process.env };
  for (const command of ["configure", "build"])
    execFileSync(process.execPath, [program, command, ...options], { cwd: root, env, stdio: "inherit" });
}

function test(name) {
  const { libraries, tests, env, except, before = [] } = SANITIZERS[name];
  const pathOf = (library) =>
    execFileSync("g++", [`-print-file-name=${library}`], { encoding: "utf8" }).trim();
  const [program, ...args] = [
    ...before,
    process.execPath,
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    ...(except ? ["--testNamePattern", `^(?!.*(${except}))`] : []),
  ];
  console.log(`\nTests with ${SANITIZERS[name].flags}:`);
  const { status } = spawnSync(program, [...args, ...(positionals.length > 0 ? positionals : tests)], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      ...env,
      OPTIMBENCH_PREBUILD: folderOf(name),
      // The sanitizer replaces functions of libstdc++, so that must be there when it starts.
      LD_PRELOAD: [...libraries, "libstdc++.so.6"].map(pathOf).join(" "),
    },
  });
  return status === 0;
}
