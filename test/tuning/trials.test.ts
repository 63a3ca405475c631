import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type SearchRange, shareOf, valueAt } from "../../src/catalogue/search-range.js";
import { parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import type { Trial } from "../../src/config/tuning-config.js";
import { OPTIMIZER_NAMES, type OptimizerConfig } from "../../src/optimizers/optimizers.js";
import { searchSpaces } from "../../src/tuning/search-space.js";
import { edgeOf, selectTrial } from "../../src/tuning/select-trial.js";
import { trialsOf } from "../../src/tuning/trial-values.js";
import "../property-seed.js";

type Space = Readonly<Record<string, Readonly<Record<string, SearchRange>>>>;

function spacesOf(optimizers: readonly OptimizerConfig[], space?: Space) {
  const asked = studyArms(
    parseCompareConfig({ question: "tuned", optimizers, ...(space && { tuning: { space } }) }),
  );
  return searchSpaces(asked.arms, asked.tuning!);
}

describe("the default space", () => {
  it("of every optimizer has the learning rate over four decades, centred on its default", () => {
    const spaces = spacesOf(OPTIMIZER_NAMES);
    expect(spaces).toHaveLength(OPTIMIZER_NAMES.length);
    for (const { learningRate } of spaces) {
      expect(learningRate!.scale).toBe("log");
      expect(learningRate!.to / learningRate!.from).toBeCloseTo(1e4, 6);
    }
    const { learningRate, ...others } = spacesOf(["adam"])[0]!;
    expect(learningRate).toEqual({ from: 1e-5, to: 0.1, scale: "log" });
    expect(Object.keys(others)).toEqual(["beta1", "beta2", "epsilon"]);
  });

  it("contains momentum and a large epsilon, so that special cases are reachable", () => {
    for (const space of spacesOf(["adam", "adamw", "rmsprop", "nadam", "radam", "amsgrad"]))
      expect(space.epsilon!.to).toBeGreaterThanOrEqual(0.1);
    expect(spacesOf(["sgd", "rmsprop"]).map(({ momentum }) => momentum!.from)).toEqual([0, 0]);
  });

  it("keeps settings that were chosen, and centres on a chosen learning rate", () => {
    expect(spacesOf([{ name: "sgd", momentum: 0.9, learningRate: 0.5 }])).toEqual([
      { learningRate: { from: 0.005, to: 50, scale: "log" } },
    ]);
  });

  it("of a custom formula has the learning rate", () => {
    const sign = { name: "sign", formula: "theta = theta - learningRate * sign(g)" };
    expect(Object.keys(spacesOf([sign])[0]!)).toEqual(["learningRate"]);
  });
});

describe("a given space", () => {
  it("replaces the default one of its optimizer", () => {
    const given: Space = { adam: { epsilon: { from: 1e-9, to: 1e-3, scale: "log" } } };
    const [adam, sgd] = spacesOf(["adam", "sgd"], given);
    expect(adam).toEqual(given.adam);
    expect(Object.keys(sgd!)).toEqual(["learningRate", "momentum"]);
  });

  it.each<[Space, string]>([
    [
      { adamm: { epsilon: { from: 1e-9, to: 1, scale: "log" } } },
      '`tuning.space.adamm` is a space of an optimizer that the study does not have. Did you mean "adam"?',
    ],
    [
      { adam: { epsilom: { from: 1e-9, to: 1, scale: "log" } } },
      '`tuning.space.adam.epsilom` is not a setting of adam. Did you mean "epsilon"?',
    ],
    [
      { adam: { epsilon: { from: 1, to: 0.1, scale: "log" } } },
      "`tuning.space.adam.epsilon` is empty: `from` must be less than `to`.",
    ],
    [{ adam: { epsilon: { from: 0, to: 0.1, scale: "log" } } }, "needs positive ends"],
    [{ adam: { beta1: { from: 0, to: 1, scale: "decay" } } }, "needs ends below 1"],
    [{ adam: {} }, "`tuning.space.adam` names no setting to search."],
  ])("is rejected if it does not fit: %j", (space, message) => {
    expect(() => spacesOf(["adam"], space)).toThrow(message);
  });
});

const ranges = fc.oneof(
  fc.record({
    from: fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
    to: fc.double({ min: 1e-2, max: 10, noNaN: true }),
    scale: fc.constant("log" as const),
  }),
  fc.record({
    from: fc.double({ min: 0, max: 0.5, noNaN: true }),
    to: fc.double({ min: 0.6, max: 0.9999, noNaN: true }),
    scale: fc.constantFrom("decay" as const, "linear" as const),
  }),
);

test("a value lies at its share of the range, apart from rounding", () => {
  fc.assert(
    fc.property(ranges, fc.double({ min: 0, max: 1, noNaN: true }), (range, share) => {
      expect(shareOf(range, valueAt(range, share))).toBeCloseTo(share, 2);
    }),
  );
});

describe("trials", () => {
  const [space] = spacesOf(["adam"]);
  const tuning = { trials: 12, seed: 0, extensions: [] };
  const of = (changes: object = {}) => trialsOf(space!, { ...tuning, ...changes }, 0).values;

  it("begin with the given settings, and differ from each other", () => {
    expect(of()).toHaveLength(12);
    expect(of()[0]).toEqual({});
    expect(new Set(of().map((each) => JSON.stringify(each))).size).toBe(12);
    expect(new Set(of({ trials: 256 }).map((each) => JSON.stringify(each))).size).toBe(256);
  });

  it("depend on the seed only, and more trials begin with the same ones", () => {
    expect(of()).toEqual(of());
    expect(of({ seed: 1 })).not.toEqual(of());
    expect(of({ trials: 30 }).slice(0, 12)).toEqual(of());
  });

  it("cover each quarter of the learning rate's decades", () => {
    const shares = of({ trials: 9 })
      .slice(1)
      .map(({ learningRate }) => shareOf(space!.learningRate!, learningRate!));
    expect(shares.map((share) => Math.floor(4 * share)).sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it("of an extension lie beyond the edge, and other arms get as many within their space", () => {
    const extensions = [{ trials: 3, sides: ["upper", "none"] as const }];
    const [first, second] = [0, 1].map((arm) => trialsOf(space!, { ...tuning, extensions }, arm));
    expect(first!.values.slice(0, 12)).toEqual(of());
    expect([first!.values.length, second!.values.length]).toEqual([15, 15]);
    expect(first!.space.learningRate).toEqual({ from: 1e-5, to: 1, scale: "log" });
    expect(second!.space).toEqual(space);
    for (const { learningRate } of first!.values.slice(12)) {
      expect(learningRate).toBeGreaterThanOrEqual(0.1);
      expect(learningRate).toBeLessThanOrEqual(1);
    }
  });
});

describe("the selected trial", () => {
  const trial = (accuracy: number | null, loss: number | null = null): Trial => ({
    values: {},
    accuracy,
    loss,
  });

  it("has the highest accuracy, then the lowest loss, then comes first", () => {
    expect(selectTrial([trial(0.5, 1), trial(0.9, 2), trial(0.9, 1), trial(0.9, 1)])).toBe(2);
  });

  it("diverged only if all did, and then has the given settings", () => {
    expect(selectTrial([trial(null), trial(0.1, 9), trial(null)])).toBe(1);
    expect(selectTrial([trial(null), trial(null)])).toBe(0);
  });

  it("is on the edge if its learning rate is in the outer tenth of the range", () => {
    const space = { learningRate: { from: 1e-5, to: 0.1, scale: "log" } } as const;
    expect([2e-5, 3e-5, 1e-3, 0.03, 0.05].map((rate) => edgeOf(space, rate))).toEqual([
      "lower",
      "none",
      "none",
      "none",
      "upper",
    ]);
    expect(edgeOf({}, 1e9)).toBe("none");
  });
});
