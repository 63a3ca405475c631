// Answers the paper's question: runs the studies of this folder one after another, and writes each finished one to docs/answer.
// It continues where it was interrupted, so it can run in parts. All are estimated to take six hours on two fast cores
// (`--dry-run`).
// Usage: npm run answer [-- mnist-defaults fashion-mnist-losses ...] [--device cuda]
// It needs the full MNIST and Fashion-MNIST. --device replaces the device of the configs: the CPU for optimizers, a GPU for losses.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { STUDIES } from "./studies.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { device: { type: "string" } },
});
const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const unknown = positionals.filter((name) => !STUDIES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no study ${unknown.join(", ")}. Choose from ${STUDIES.join(", ")}.\n`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : STUDIES) {
  process.stderr.write(`${name}\n`);
  const folder = path(`build/answer/${name}`);
  const config = path(`scripts/answer/${name}.json`);
  const args = ["compare", "--config", config, "--out", folder];
  if (values.device !== undefined) args.push("--device", values.device);
  const { status, signal } = spawnSync(process.execPath, [path("dist/cli/main.js"), ...args], {
    stdio: "inherit",
  });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    process.stderr.write(
      `${name} is not finished${signal === null ? "" : ` (${signal})`}. The same command continues it.\n`,
    );
    break;
  }
  publish(folder, path(`docs/answer/${name}`));
}
await import("./page.mjs");

/** Copies what a reader needs. The figures are in the page, and every other file can be made from study.json. */
function publish(folder, to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of ["study.json", "index.html", "table.md"])
    copyFileSync(join(folder, name), join(to, name));
}
