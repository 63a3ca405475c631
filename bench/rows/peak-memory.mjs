import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageRoot } from "../../dist/system/package-root.js";
import { single } from "../row.mjs";

/** One epoch of the paper's run with Adam, on the data that this machine has: later epochs ask for the same memory. */
const PROGRAM = `
const { loadDataset, train } = await import("optimbench");
const dataset = await loadDataset();
const part = dataset.count / 5;
await train({ dataset, split: { train: 4 * part, validation: part }, epochs: 1, threads: Number(process.argv[1]) });
console.log(JSON.stringify({ dataset: dataset.name, bytes: process.resourceUsage().maxRSS * 1024 }));
`;

/** The most memory that a process held while it trained as the paper does, libtorch's code included. */
export async function peakMemory({ threads }) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", String(threads)],
    { cwd: packageRoot },
  );
  const { dataset, bytes } = JSON.parse(stdout);
  // The fewer images, the less memory.
  const data = dataset === "mnist" ? dataset : `${dataset} alone: the full MNIST is not on this disk`;
  process.stderr.write(`peak memory: measured with ${data}\n`);
  return {
    what: `peak memory during one epoch of the paper's run (Adam, batch 32, ${data})`,
    goal: { atMost: 800 },
    unit: "MB",
    ...single([bytes / 1e6]),
    measured: { memory: [bytes / 1e6] },
    measuredUnit: "MB",
  };
}
