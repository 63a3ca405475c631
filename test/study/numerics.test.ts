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
  "AMD 2.15.0 DEFAULT baseline": "d381b161c114a795740e2198f36bec9348194db7a540a760efab54b9cab07aaf",
  "AMD 2.15.0 DEFAULT avx2": "bbf42218562cd94a777dc5a56a99e503ad22eacc54d1f665d7e720a746dacdd7",
  "AMD 2.15.0 DEFAULT avx512": "575c08cb6620e90b9689bda2047f76f49ad191063510fc1356a3e8f2c7fefa34",
  "AMD 2.15.0 AVX2 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX2 baseline": "fbc03980684ca337622cc2b7a6198117c1f135522610308cd52f596cc7600258",
  "AMD 2.15.0 AVX2 avx2": "699865168e27612df0c82a718fc7faf39d6517dc59cb52985f12b70ae576d407",
  "AMD 2.15.0 AVX2 avx512": "f4f17f4a05070d2b6c382827900de1efd0f5daeb912e2bdb62595cd5a2a54d4c",
  "AMD 2.15.0 AVX512 reference": "6b18706f798952115184c02a4cf1b9369b919ed0231296c887f7cbbf18f47bbe",
  "AMD 2.15.0 AVX512 baseline": "fbc03980684ca337622cc2b7a6198117c1f135522610308cd52f596cc7600258",
  "AMD 2.15.0 AVX512 avx2": "699865168e27612df0c82a718fc7faf39d6517dc59cb52985f12b70ae576d407",
  "AMD 2.15.0 AVX512 avx512": "f4f17f4a05070d2b6c382827900de1efd0f5daeb912e2bdb62595cd5a2a54d4c",
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
