import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
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

/** The peak memory of a process, in MiB. */
function peakOf(work: string): number {
  const program = `
    import { readFileSync } from "node:fs";
    import { loadDataset, train } from ${library};
    ${work}
    console.log(/VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 50_000, // products along the long sides would take minutes
  });
  expect(stderr).toBe("");
  return Number(stdout) / 1024;
}

/** The peak memory of a process that trains for three steps, in MiB. */
const peakMemory = (optimizer: object) =>
  peakOf(`
    const { status } = await train({
      dataset: "mnist-10k", split: { train: 96, validation: 32 }, batchSize: 32, epochs: 1, untimedSteps: false, threads: 1,
      model: { layers: ${JSON.stringify(LAYERS)} }, optimizer: ${JSON.stringify(optimizer)},
    });
    if (status !== "completed") throw new Error(status);`);

describe("a step of Muon on matrices with one long side takes about as much memory as one of Adam", () => {
  const adam = peakMemory({ name: "adam" });

  it.each(["keras3", "pytorch", "author"])("in %s", (semantics) => {
    // The product of a long side with itself would have 137 MiB.
    expect(peakMemory({ name: "muon", semantics })).toBeLessThan(adam + 64);
  });
});

it("large images that cannot be decoded row by row need the memory of one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-memory-"));
  try {
    const large = { create: { width: 6000, height: 6000, channels: 3, background: "white" } } as const;
    const [first, ...others] = Array.from({ length: 8 }, (_, i) => join(folder, `${i % 2}`, `${i}.jpg`));
    for (const label of ["0", "1"]) mkdirSync(join(folder, label));
    await sharp(large).jpeg({ progressive: true }).toFile(first!);
    for (const path of others) copyFileSync(first!, path);
    const before = peakOf("");
    // Its coefficients have 103 MiB.
    expect(peakOf(`await loadDataset(${JSON.stringify(folder)}, { resize: 8 });`)).toBeLessThan(before + 300);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
