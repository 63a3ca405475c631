import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { packageRoot } from "../../dist/system/package-root.js";
import { single } from "../row.mjs";

/** Prints the milliseconds of the import, and a line after one training step. */
const PROGRAM = `
const start = performance.now();
const { train } = await import("optimbench");
console.log(performance.now() - start);
const labels = Uint8Array.from({ length: 64 }, (_, i) => i % 10);
const dataset = { images: new Uint8Array(64 * 784), labels };
await train({ dataset, split: { train: 32, validation: 32 }, batchSize: 32, epochs: 1, untimedSteps: false });
console.log("trained");
`;

/** The time from process start to the end of the first step, and of the import. All files are in the page cache. */
export async function start({ rounds }) {
  const starts = [];
  const imports = [];
  for (let round = 0; round <= rounds; round++) {
    const { seconds, importMilliseconds } = await once();
    if (round === 0) continue; // warms the page cache
    starts.push(seconds);
    imports.push(importMilliseconds);
  }
  process.stderr.write("start: measured\n");
  return [
    {
      what: "process start to the first training step",
      goal: { atMost: 1 },
      unit: "s",
      ...single(starts),
      measured: { start: starts },
      measuredUnit: "s",
    },
    {
      what: '`import("optimbench")`',
      goal: { atMost: 60 },
      unit: "ms",
      ...single(imports),
      measured: { import: imports },
      measuredUnit: "ms",
    },
  ];
}

async function once() {
  const begin = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    cwd: packageRoot,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let importMilliseconds;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "trained") return { seconds: (performance.now() - begin) / 1000, importMilliseconds };
    importMilliseconds = Number(line);
  }
  throw new Error("The process ended before it trained.");
}
