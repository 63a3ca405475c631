import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageRoot } from "../../dist/system/package-root.js";
import { single } from "../row.mjs";

/** One epoch of the paper's run with Adam, on the data this machine has. Later epochs need the same memory. */
const PROGRAM = `
const { loadDataset, train } = await import("optimbench");
const dataset = await loadDataset();
const part = dataset.count / 5;
await train({ dataset, split: { train: 4 * part, validation: part }, epochs: 1, threads: Number(process.argv[1]) });
console.log(JSON.stringify({ dataset: dataset.name, bytes: process.resourceUsage().maxRSS * 1024 }));
`;

/** The peak memory of a process that trains the paper's network, including libtorch's code. */
export async function epochMemory({ threads }) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", String(threads)],
    { cwd: packageRoot },
  );
  const { dataset, bytes } = JSON.parse(stdout);
  // Fewer images need less memory, so the row names the dataset.
  const data = dataset === "mnist" ? dataset : `${dataset} alone: the full MNIST is not on this disk`;
  process.stderr.write(`memory of an epoch: measured with ${data}\n`);
  return {
    what: `peak memory during one epoch of the paper's run (Adam, batch 32, ${data})`,
    goal: { atMost: 800 },
    unit: "MB",
    ...single([bytes / 1e6]),
    measured: { memory: [bytes / 1e6] },
    measuredUnit: "MB",
  };
}
