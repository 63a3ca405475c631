import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const library = JSON.stringify(pathToFileURL(join(packageRoot, "dist", "index.js")).href);

/** Weights of 8 x 6,272, 6,000 x 8 and 10 x 6,000, after a convolution. */
const LAYERS = [
  { type: "conv2d", filters: 32, kernelSize: 3, padding: "same", activation: "relu" },
  { type: "maxPool2d" },
  { type: "flatten" },
  { type: "dense", units: 8, activation: "relu" },
  { type: "dense", units: 6000, activation: "relu" },
  { type: "dense", units: 10 },
];

/** The peak memory of a process that trains for three steps, in MiB. */
function peakMemory(optimizer: object): number {
  const program = `
    import { readFileSync } from "node:fs";
    import { train } from ${library};
    const { status } = await train({
      dataset: "mnist-10k", split: { train: 96, validation: 32 }, batchSize: 32, epochs: 1, untimedSteps: false, threads: 1,
      model: { layers: ${JSON.stringify(LAYERS)} }, optimizer: ${JSON.stringify(optimizer)},
    });
    if (status !== "completed") throw new Error(status);
    console.log(/VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 50_000, // products along the long sides would take minutes
  });
  expect(stderr).toBe("");
  return Number(stdout) / 1024;
}

describe("a step of Muon on matrices with one long side takes about as much memory as one of Adam", () => {
  const adam = peakMemory({ name: "adam" });

  it.each(["keras3", "pytorch", "author"])("in %s", (semantics) => {
    // The product of a long side with itself would have 137 MiB.
    expect(peakMemory({ name: "muon", semantics })).toBeLessThan(adam + 64);
  });
});
