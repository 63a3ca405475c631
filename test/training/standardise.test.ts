import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { standardisationOf } from "../../src/data/standardisation.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { compare, train } from "../../src/index.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { distinctLabels } from "../../src/study/labels.js";
import { native, spec } from "../native/tiny-session.js";
import { relativeError } from "../relative-error.js";
import { GPU } from "../simulated-gpu.js";
import { bands, smallModel } from "../small-task.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

/** The output of test/golden/standardisation.py. */
interface Golden extends Readonly<Record<"trainImages" | "side" | "learningRate", number>> {
  readonly pixels: readonly number[];
  readonly labels: readonly number[];
  readonly initial: readonly number[];
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly final: readonly number[];
  readonly probabilities: readonly number[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/standardisation.json", import.meta.url), "utf8"),
);
const CLASSES = 3;
const range = (start: number, end: number) => Uint32Array.from({ length: end - start }, (_, i) => start + i);

describe("standardised images", () => {
  const { trainImages, side } = golden;
  const images = Uint8Array.from(golden.pixels);
  const measure = () =>
    standardisationOf({ images, height: side, width: side, channels: 3 }, range(0, trainImages));

  it("have the shift and scale to which Keras' Normalization adapts", async () => {
    const { mean, standardDeviation } = await measure();
    expect(relativeError(mean, golden.mean, 1)).toBeLessThan(1e-12);
    expect(relativeError(standardDeviation, golden.standardDeviation, 1)).toBeLessThan(1e-12);
  });

  it.each(["cpu", GPU])("train, validate and predict as in Keras on %s", async (device) => {
    const { Dataset } = loadNative();
    const shape = [3, side, side] as const;
    const data = { images, labels: Int32Array.from(golden.labels), shape, classes: CLASSES, device };
    const dataset = new Dataset(data);
    const model = {
      layers: [
        { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" },
        { type: "flatten" },
        { type: "dense", units: CLASSES, useBias: false },
      ],
    } as const;
    const semantics = "keras3";
    const { layers, parameters } = lowerModel(resolveModel(model, { classes: CLASSES, semantics }), {
      input: shape,
      classes: CLASSES,
      semantics,
    });
    const session = await openSession({
      device,
      threads: 1,
      seed: 0,
      microBatch: 7,
      input: shape,
      classes: CLASSES,
      layers,
      loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
      update: planUpdate(updateGraph(resolveOptimizer("sgd", semantics)), parameters),
      standardisation: await measure(),
    });
    session.writeState({ ...session.readState(), parameters: Float32Array.from(golden.initial) });
    const [trained, held] = [range(0, trainImages), range(trainImages, golden.labels.length)];
    const losses = { train: [] as number[], validation: [] as number[] };
    for (const epoch of golden.train.keys()) {
      const pass = { order: trained, batchSize: trainImages, epoch: epoch + 1 };
      const learningRates = Float64Array.of(golden.learningRate);
      losses.train.push((await session.train(dataset, { ...pass, learningRates })).loss / trainImages);
      losses.validation.push((await session.evaluate(dataset, held)).loss / held.length);
    }
    expect(relativeError(losses.train, golden.train, 1)).toBeLessThan(1e-5);
    expect(relativeError(losses.validation, golden.validation, 1)).toBeLessThan(1e-5);
    expect(relativeError(session.readState().parameters, golden.final, 1)).toBeLessThan(1e-5);
    const probabilities = await session.predict(images.slice(trainImages * side * side * 3));
    expect(relativeError(probabilities, golden.probabilities, 1)).toBeLessThan(1e-5);
    await session.dispose();
    dataset.dispose();
  });

  it("are only shifted in channels of one value", async () => {
    const pixels = Uint8Array.from([10, 51, 20, 51, 30, 51]);
    const one = { images: pixels, height: 1, width: 1, channels: 2 };
    const { mean, standardDeviation } = await standardisationOf(one, range(0, 3));
    expect(mean).toEqual([20 / 255, 0.2]);
    expect(standardDeviation).toEqual([Math.sqrt(200 / 3) / 255, 1]);
  });

  it("are rejected by native code unless each channel has a finite shift and a scale above 0", () => {
    const problem = (mean: number[], standardDeviation: number[]) => () =>
      new native.Session({ ...spec, standardisation: { mean, standardDeviation } });
    const shift = "Expected one finite number per channel for `session.standardisation.mean`";
    for (const mean of [[], [0, 0], [Number.NaN]]) expect(problem(mean, [1])).toThrow(shift);
    const scale =
      "Expected one finite number above 0 per channel for `session.standardisation.standardDeviation`";
    for (const deviation of [[], [1, 1], [0], [-1], [Number.POSITIVE_INFINITY]])
      expect(problem([0], deviation)).toThrow(scale);
  });
});

describe("a run with `standardise`", () => {
  const config = { model: smallModel, epochs: 1, batchSize: 16, device: "cpu" } as const;

  it("measures the training images only, and records and saves what it did", async () => {
    const { images, labels, height, width } = await bands();
    const bright = { images: images.map((value) => 255 - value), labels };
    const given = {
      name: "bands",
      images,
      labels,
      height,
      width,
      classes: 3,
      validation: bright,
      test: bright,
    };
    const run = await train({ ...config, dataset: given, standardise: true });
    const expected = await standardisationOf({ images, height, width, channels: 1 }, range(0, labels.length));
    expect(run.config.standardise).toBe(true);
    expect(run.standardisation).toEqual(expected);
    const file = join(mkdtempSync(join(tmpdir(), "standardise-")), "model.safetensors");
    await run.model.save(file);
    const bytes = readFileSync(file);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
    expect(JSON.parse(header.__metadata__.standardisation)).toEqual(expected);
    run.model.dispose();
  });

  it("changes nothing if it is false", async () => {
    const dataset = await bands();
    const [plain, off] = [
      await train({ ...config, dataset }),
      await train({ ...config, dataset, standardise: false }),
    ];
    expect(off.config).toEqual(plain.config);
    expect(off).not.toHaveProperty("standardisation");
    expect(off.parametersSha256).toEqual(plain.parametersSha256);
  });

  it("distorts images before it standardises them, so that the surroundings of an image are black", async () => {
    const model = { layers: [{ type: "flatten" }, { type: "dense", units: 3, useBias: false }] } as const;
    const options = { ...config, model, optimizer: { name: "sgd", learningRate: 0.5 } } as const;
    const weights = async (more: object) => {
      const run = await train({ ...options, dataset: await bands(), standardise: true, ...more });
      return (await run.model.parameters())[0]!.values;
    };
    const before = await weights({ epochs: 0 });
    // Far outside the images every input is black, so all weights of a unit change alike.
    const after = await weights({ augmentation: { shift: 10_000 } });
    for (const unit of [0, 1, 2]) {
      const steps = range(144 * unit, 144 * (unit + 1)).map((i) => 1e6 * (after[i]! - before[i]!));
      expect(Math.abs(steps[0]!)).toBeGreaterThan(1e3);
      for (const step of steps) expect(Math.abs(step - steps[0]!)).toBeLessThan(10);
    }
  });

  it("can be compared with one without", async () => {
    const study = await compare({
      ...config,
      dataset: await bands(),
      optimizers: ["adam"],
      vary: { standardise: [null, true] },
    });
    const configs = study.runs.map((run) => run.config);
    expect(configs.map(({ standardise }) => standardise)).toEqual([undefined, true]);
    expect(distinctLabels(configs)).toEqual(["adam, not standardised", "adam, standardised"]);
    const [plain, standardised] = study.runs;
    expect(plain!.parametersSha256.initial).toBe(standardised!.parametersSha256.initial);
    expect(plain!.parametersSha256.final).not.toBe(standardised!.parametersSha256.final);
  });
});
