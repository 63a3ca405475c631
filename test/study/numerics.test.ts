import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { nativeInfo } from "../../src/native/addon.js";
import { NUMERICS, numericsOf } from "../../src/study/cell.js";
import { environment } from "../../src/study/environment.js";
import { runTraining } from "../../src/training/train.js";
import { bands, smallModel } from "../small-task.js";

const normalised = {
  layers: [
    { type: "flatten" },
    { type: "dense", units: 8 },
    { type: "batchNorm2d" },
    { type: "dense", units: 3 },
  ],
} as const;

const RUNS = [
  { model: smallModel, optimizer: "adam" },
  { model: smallModel, optimizer: "sgd", augmentation: { shift: 1 }, gradientAccumulation: 2 },
  { model: normalised, optimizer: "muon", schedule: "cosine", loss: "meanSquaredError" },
] as const;

/** The final losses, on any machine up to rounding. */
const LOSSES = [1.028588, 1.079974, 0.267996];

/** The hash of all final parameters, by vendor of the processor, libtorch's version, its vector instructions, and kernels. */
const HASHES: Readonly<Record<string, string>> = {
  "AMD 2.15.0 DEFAULT reference": "44a7b68440de5f54fcd1f92c1c19a33f6984a8d403a7a1b90c5d38341910c643",
  "AMD 2.15.0 DEFAULT baseline": "f176e4161e3ce35ae97ecbea25cfb7da356cc9d14f4ab41dfbfd3f2b0706757e",
  "AMD 2.15.0 DEFAULT avx2": "e306996631ad5d100fa2dfcc29aa2987d299f70af1b495a4dacb5f2b885750f6",
  "AMD 2.15.0 DEFAULT avx512": "69a75b53179407e804b02e1ab332c2ca29f70a7921008115fd056c08821e0e98",
  "AMD 2.15.0 AVX2 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX2 baseline": "0323e0fbe09dce3aae3f8b6ec5673bf894c4a81a9fd07ee6fd423e37458fb24f",
  "AMD 2.15.0 AVX2 avx2": "569e7d91c4a65718d5811cd91b807212838f9244a4ab89882edd342059079a44",
  "AMD 2.15.0 AVX2 avx512": "da649bcb6c19eb8ccfcdc683d242f0adb9328e88825707d11951954b151e58bb",
  "AMD 2.15.0 AVX512 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX512 baseline": "0323e0fbe09dce3aae3f8b6ec5673bf894c4a81a9fd07ee6fd423e37458fb24f",
  "AMD 2.15.0 AVX512 avx2": "569e7d91c4a65718d5811cd91b807212838f9244a4ab89882edd342059079a44",
  "AMD 2.15.0 AVX512 avx512": "da649bcb6c19eb8ccfcdc683d242f0adb9328e88825707d11951954b151e58bb",
};

// If this fails on purpose, increase NUMERICS and replace the values: results of before must not be mixed with new ones.
it(`trains as numerics version ${NUMERICS} does`, async () => {
  const dataset = await bands();
  const losses: number[] = [];
  const hash = createHash("sha256");
  for (const config of RUNS) {
    const run = await runTraining(
      { ...config, dataset, epochs: 3, batchSize: 16, seed: 1, device: "cpu" },
      () => {},
    );
    run.model.dispose();
    losses.push(run.history.at(-1)!.validation.loss!);
    hash.update(run.parametersSha256.final);
  }
  const { processor, libtorch, instructionSet, kernels } = numericsOf(environment(nativeInfo()));
  const found = hash.digest("hex");
  // On a machine that is not listed, the losses must do.
  const known = HASHES[`${processor} ${libtorch} ${instructionSet} ${kernels}`] ?? found;
  expect([NUMERICS, found]).toEqual([1, known]);
  for (const [index, loss] of losses.entries())
    expect(Math.abs(loss / LOSSES[index]! - 1)).toBeLessThan(1e-4);
});
