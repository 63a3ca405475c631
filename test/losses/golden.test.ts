import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import {
  LOSS_NAMES,
  LOSSES,
  type LossConfig,
  type LossName,
  lossGraph,
  resolveLoss,
} from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";
import { relativeError } from "../relative-error.js";

/** The output of test/golden/losses.py. */
interface Golden {
  readonly loss: LossName;
  readonly semantics: Source;
  readonly classes: number;
  readonly logits: readonly number[];
  readonly cases: readonly {
    readonly settings: object;
    readonly kind: string;
    readonly targets: readonly number[];
    readonly values: readonly number[];
    readonly gradient: readonly number[];
  }[];
}

const folder = new URL("../golden/losses/", import.meta.url);
const goldens = readdirSync(folder).map(
  (file): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);

it("there is a golden file for every loss of every source", () => {
  const wanted = LOSS_NAMES.flatMap((name) =>
    Object.keys(LOSSES[name].defaults).map((source) => `${source} ${name}`),
  );
  expect(goldens.map(({ semantics, loss }) => `${semantics} ${loss}`).sort()).toEqual(wanted.sort());
});

describe.each(goldens)("$semantics $loss", ({ loss, semantics, classes, logits, cases }) => {
  it.each(cases)("has the framework's values and gradients for $kind targets and $settings", (golden) => {
    const graph = lossGraph(
      resolveLoss({ name: loss, semantics, ...golden.settings } as LossConfig, "keras3"),
    );
    const { runLoss } = loadNative();
    const inDouble = runLoss(graph, Float64Array.from(logits), Float64Array.from(golden.targets), classes);
    expect(relativeError(inDouble.values, golden.values, 1e-9)).toBeLessThan(1e-10);
    expect(relativeError(inDouble.gradient, golden.gradient, 1e-6)).toBeLessThan(1e-9);
    const inSingle = runLoss(graph, Float32Array.from(logits), Float32Array.from(golden.targets), classes);
    expect(relativeError(inSingle.values, golden.values, 1)).toBeLessThan(1e-6);
    expect(relativeError(inSingle.gradient, golden.gradient, 1)).toBeLessThan(1e-6);
  });
});
