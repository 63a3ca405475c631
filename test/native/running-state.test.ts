import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { channelsLast } from "../channels-last.js";
import { relativeError } from "../relative-error.js";

/** What test/golden/running_state.py wrote. */
interface Golden {
  readonly framework: Semantics;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly batches: readonly number[];
  readonly pixels: readonly number[];
  readonly cases: readonly {
    readonly layers: readonly Layer[];
    readonly weights: readonly (readonly number[])[];
    readonly states: readonly (readonly number[])[];
  }[];
}

const folder = new URL("../golden/running_state/", import.meta.url);
const goldens = readdirSync(folder).map(
  (file): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);
const CLASSES = 3;

it("has a golden file for each framework", () =>
  expect(goldens.map(({ framework }) => framework).sort()).toEqual(["keras2", "keras3", "pytorch"]));

describe.each(goldens)("running statistics in $framework", ({ framework, shape, batches, pixels, cases }) => {
  it.each(cases)("equal the framework's after each step", async ({ layers, weights, states }) => {
    const [height, width, channels] = shape;
    const input = [channels, height, width] as const;
    const model = resolveModel({ layers }, { classes: CLASSES, semantics: framework });
    const lowered = lowerModel(model, { input, classes: CLASSES, semantics: framework });
    const { Dataset } = loadNative();
    const session = await openSession({
      device: "cpu",
      threads: 1,
      seed: 0,
      microBatch: Math.max(...batches),
      input,
      classes: CLASSES,
      layers: lowered.layers,
      loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", framework)),
      update: planUpdate(updateGraph(resolveOptimizer("sgd", framework)), lowered.parameters),
    });
    const { parameters, ...state } = session.readState();
    const kernels = session.parameters().filter(({ shape }) => shape.length > 1);
    for (const [i, { shape, offset }] of kernels.entries())
      parameters.set(shape.length === 4 ? channelsLast(weights[i]!, shape) : weights[i]!, offset);
    session.writeState({ ...state, parameters });

    const dataset = new Dataset({
      images: Uint8Array.from(pixels),
      labels: new Int32Array(batches.reduce((sum, each) => sum + each)),
      shape: input,
      classes: CLASSES,
      device: "cpu",
    });
    let next = 0;
    for (const [step, batchSize] of batches.entries()) {
      const order = Uint32Array.from({ length: batchSize }, () => next++);
      const learningRates = Float64Array.of(0); // the weights do not change
      await session.train(dataset, { order, batchSize, learningRates, epoch: 1 });
      expect(relativeError(session.readState().statistics, states[step]!, 1)).toBeLessThan(1e-5);
    }
    await session.dispose();
    dataset.dispose();
  });
});
