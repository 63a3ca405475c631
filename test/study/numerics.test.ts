import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { nativeInfo } from "../../src/native/addon.js";
import { NUMERICS, numericsOf } from "../../src/native/numerics.js";
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
  "AMD 2.15.0 DEFAULT baseline": "d4f810a1dd52c9d112dfe2c4dc0f4f1a610cb7885427abc5230d8dc3cc661d2d",
  "AMD 2.15.0 DEFAULT avx2": "1a5f4167b63145d5dee4873fb92a1ac49c094f48337d36554c07eaa35eeec2c4",
  "AMD 2.15.0 DEFAULT avx512": "a936093490a02bb43041e24295aada31f056c0c43c51c618efa52be1ec1a9f13",
  "AMD 2.15.0 AVX2 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX2 baseline": "ee9ddcb3f0d279ce795825745d4527910f6d7d31c0b9fc6f5ce8f5549ff007a8",
  "AMD 2.15.0 AVX2 avx2": "d945e4276c0159cb6cdb211d26909a8adcb24ffea9d834c6e8ec0c2912a4f177",
  "AMD 2.15.0 AVX2 avx512": "7877138a50f87374788a098b4ffaa077db81c3d643e838fb1b15cb2ee948a337",
  "AMD 2.15.0 AVX512 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX512 baseline": "ee9ddcb3f0d279ce795825745d4527910f6d7d31c0b9fc6f5ce8f5549ff007a8",
  "AMD 2.15.0 AVX512 avx2": "d945e4276c0159cb6cdb211d26909a8adcb24ffea9d834c6e8ec0c2912a4f177",
  "AMD 2.15.0 AVX512 avx512": "7877138a50f87374788a098b4ffaa077db81c3d643e838fb1b15cb2ee948a337",
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
  expect([NUMERICS, found]).toEqual([3, known]);
  for (const [index, loss] of losses.entries())
    expect(Math.abs(loss / LOSSES[index]! - 1)).toBeLessThan(1e-4);
});
