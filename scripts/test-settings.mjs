// `npm run test:settings`: runs all tests under each setting that affects results or speed, and prints a table. Tests that pass
// on one processor must pass on every other.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, constants, cpus, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules", ".bin", "vitest");
const KERNELS = ["reference", "baseline", "avx2", "avx512"];
const SETTINGS = [
  { name: "as it is" },
  ...KERNELS.map((kernels) => ({ name: `kernels-${kernels}`, env: { OPTIMBENCH_KERNELS: kernels } })),
  ...["default", "avx2"].map((level) => ({ name: `aten-${level}`, env: { ATEN_CPU_CAPABILITY: level } })),
  { name: "one-core", before: ["taskset", "--cpu-list", "0"] },
  { name: "under-load", busy: 2 * availableParallelism() },
  { name: "without-mnist", env: { OPTIMBENCH_DATA: undefined } },
];

const { values, positionals } = parseArgs({
  options: { only: { type: "string" }, help: { type: "boolean", default: false } },
  allowPositionals: true,
});
const names = SETTINGS.map(({ name }) => name);
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.find((name) => !names.includes(name));
if (values.help || unknown !== undefined) {
  const wrong = unknown === undefined ? "" : `There is no setting "${unknown}".\n`;
  console.error(`${wrong}npm run test:settings -- [--only ${names.join(",")}] [test files]`);
  process.exit(values.help ? 0 : 2);
}

console.log(`${cpus()[0].model}, ${availableParallelism()} threads, ${process.version}\n`);
console.log("| setting | passed | failed | skipped | seconds |\n| --- | --- | --- | --- | --- |");
const failures = [];
for (const setting of SETTINGS.filter(({ name }) => chosen.includes(name))) await runUnder(setting);
if (failures.length > 0) {
  console.error(`\n${failures.join("\n")}`);
  process.exitCode = 1;
}

async function runUnder({ name, env = {}, before = [], busy = 0 }) {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  const others = Array.from({ length: busy }, keepBusy);
  try {
    const report = join(folder, "report.json");
    const [program, ...args] = [
      ...before,
      vitest,
      "run",
      "--reporter=json",
      `--outputFile=${report}`,
      ...positionals,
    ];
    const start = performance.now();
    await run(program, args, { ...process.env, ...env });
    const seconds = Math.round((performance.now() - start) / 1000);
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    console.log(`| ${[name, numPassedTests, numFailedTests, numPendingTests, seconds].join(" | ")} |`);
    for (const { name: file, message, assertionResults } of testResults) {
      if (message) failures.push(`${name}: ${file}: ${message}`); // the file itself failed
      for (const { status, fullName, failureMessages } of assertionResults)
        if (status === "failed")
          failures.push(`${name}: ${file}: ${fullName}\n  ${failureMessages[0]?.split("\n")[0]}`);
    }
  } finally {
    for (const other of others) other.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Resolves when the program ends, with any exit code, because the report lists failures. */
function run(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("exit", resolve);
  });
}

function keepBusy() {
  const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  return child;
}
