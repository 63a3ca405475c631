import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative, type NativeDataset } from "../../src/native/addon.js";
import { runUpdate } from "../../src/native/run-update.js";
import { openSession } from "../../src/native/session.js";
import {
  momentumOf,
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  type OptimizerName,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { parameters as learned, spec } from "../native/tiny-session.js";
import { relativeError } from "../relative-error.js";

interface Case {
  readonly optimizer: OptimizerName;
  readonly settings: { readonly learningRate: number; readonly [setting: string]: unknown };
  /** Whether the momentum changes from step to step. */
  readonly changing?: true;
  /** After the last step: the weights, and the evaluation weights if they differ. */
  readonly theta: readonly number[];
  readonly evaluation?: readonly number[];
}

/** The output of test/golden/transforms.py. */
interface Golden {
  readonly shapes: readonly (readonly number[])[];
  readonly theta: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** Shares of the learning rate, step by step. */
  readonly shares: readonly number[];
  readonly momenta: readonly number[];
  readonly cases: readonly Case[];
  /** The same in a session whose updates use the gradient of several batches. */
  readonly accumulated: {
    readonly pixels: readonly (readonly number[])[];
    readonly targets: readonly (readonly number[])[];
    readonly batchSize: number;
    readonly gradientAccumulation: number;
    readonly cases: readonly Case[];
  };
}

const SOURCES: readonly Source[] = ["keras3", "keras2", "pytorch", "author"];
const goldens = SOURCES.map((source) => {
  const file = new URL(`../golden/transforms/${source}.json`, import.meta.url);
  return { source, golden: JSON.parse(readFileSync(file, "utf8")) as Golden };
});
/** In double precision. Keras still rounds constants, such as the bound of a norm, to float32. */
const PRECISION: { readonly [source: string]: number } = {
  keras3: 1e-5,
  keras2: 1e-5,
  pytorch: 1e-11,
  author: 1e-11,
};
/** Each of 20 steps rounds a weight by up to 2^-24 of its size; sessions also round the sums of gradients. */
const ROUNDING = { update: 20 * 2 ** -24, session: 40 * 2 ** -24 };
const { Dataset } = loadNative();

const textOf = ({ settings, changing }: Case) =>
  JSON.stringify(settings) + (changing ? " and a changing momentum" : "");
const expectedOf = (each: Case, evaluation: boolean) =>
  evaluation ? (each.evaluation ?? each.theta) : each.theta;
const ratesOf = ({ shares }: Golden, { settings }: Case) =>
  shares.map((share) => Math.fround(settings.learningRate * share));

/** The momentum is an input if it changes. */
function updateOf(source: Source, { optimizer: name, settings, changing }: Case) {
  const optimizer = resolveOptimizer({ name, semantics: source, ...settings } as OptimizerConfig, "keras3");
  return updateGraph(optimizer, { changing: changing ? [momentumOf(optimizer)!] : [] });
}

describe.each(goldens)("$source", ({ source, golden }) => {
  const named = (each: Case) => [each.optimizer, textOf(each), each] as const;

  it("has every optimizer, with settings other than the defaults, with every transform that it accepts", () => {
    const names = OPTIMIZER_NAMES.filter((name) => Object.hasOwn(OPTIMIZERS[name].defaults, source));
    expect([...new Set(golden.cases.map(({ optimizer }) => optimizer))].sort()).toEqual([...names].sort());
    for (const name of names) {
      const own = golden.cases.filter(({ optimizer }) => optimizer === name);
      const has = (key: string) => own.some(({ settings }) => Object.hasOwn(settings, key));
      const taken = [
        "l2",
        "decoupledWeightDecay",
        "clipValue",
        "clipNorm",
        "globalClipNorm",
        "weightAverage",
      ].filter((key) =>
        own.some(({ settings }) => {
          const config = { name, semantics: source, ...settings, [key]: 0.5 };
          try {
            return resolveOptimizer(config as OptimizerConfig, "keras3") !== undefined;
          } catch {
            return false;
          }
        }),
      );
      expect([name, taken.filter((key) => !has(key))]).toEqual([name, []]);
      expect([name, own.some(({ changing }) => changing)]).toEqual([
        name,
        (OPTIMIZERS[name] as { momentum?: string }).momentum !== undefined,
      ]);
    }
  });

  it.each(golden.cases.map(named))("%s ends where its source ends with %s", (_, __, each) => {
    const rates = ratesOf(golden, each);
    const run = <Vector extends Float32Array | Float64Array>(
      vector: (values: readonly number[]) => Vector,
      evaluation: boolean,
    ) =>
      runUpdate(
        updateOf(source, each),
        vector(golden.theta),
        golden.gradients.map((gradient, i) => ({
          gradient: vector(gradient),
          learningRate: rates[i]!,
          ...(each.changing && { inputs: [golden.momenta[i]!] }),
        })),
        { shapes: golden.shapes, evaluation },
      ).at(-1)!;
    for (const evaluation of each.evaluation ? [false, true] : [false]) {
      const expected = expectedOf(each, evaluation);
      const inDouble = run((values) => Float64Array.from(values), evaluation);
      expect(relativeError(inDouble, expected, 1e-3)).toBeLessThan(PRECISION[source]!);
      const inSingle = run((values) => Float32Array.from(values), evaluation);
      expect(relativeError(inSingle, expected, 1)).toBeLessThan(ROUNDING.update);
    }
  });

  describe("over several batches", () => {
    const { pixels, targets, batchSize, gradientAccumulation, cases } = golden.accumulated;
    let dataset: NativeDataset;
    beforeAll(() => {
      dataset = new Dataset({
        images: Uint8Array.from(pixels.flat()),
        labels: new Int32Array(pixels.length),
        targets: Float32Array.from(targets.flat()),
        shape: [1, 2, 2],
        classes: 2,
        device: "cpu",
      });
    });
    afterAll(() => dataset.dispose());

    it.each(cases.map(named))("%s ends where its source ends with %s", async (_, __, each) => {
      const update = updateOf(source, each);
      const session = await openSession({
        ...spec,
        loss: lossGraph(resolveLoss({ name: "linear", formula: "sum(z * y)" }, "keras3")),
        update: planUpdate(update, learned),
      });
      const parameters = Float32Array.from(golden.theta.slice(0, session.parameterCount));
      const initial = session.readState();
      const asTheta = update.blocks.flatMap(({ state }) =>
        state.flatMap(({ name, startsAsTheta }) => (startsAsTheta ? [[name, parameters] as const] : [])),
      );
      session.writeState({
        ...initial,
        parameters,
        ...(initial.evaluation && { evaluation: parameters }),
        optimizer: { ...initial.optimizer, ...Object.fromEntries(asTheta) },
      });
      await session.train(dataset, {
        order: Uint32Array.from(pixels, (_, i) => i),
        batchSize,
        gradientAccumulation,
        learningRates: Float64Array.from(ratesOf(golden, each)),
        ...(each.changing && { inputs: [{ values: Float64Array.from(golden.momenta) }] }),
        epoch: 1,
      });
      const state = session.readState();
      await session.dispose();
      for (const evaluation of [false, true]) {
        const found = evaluation ? (state.evaluation ?? state.parameters) : state.parameters;
        expect(relativeError(found, expectedOf(each, evaluation), 1)).toBeLessThan(ROUNDING.session);
      }
    });
  });
});
