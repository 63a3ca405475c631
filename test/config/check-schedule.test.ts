import { describe, expect, it } from "vitest";
import type { Definition } from "../../src/catalogue/definition.js";
import type { Source } from "../../src/catalogue/semantics.js";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { runUpdate } from "../../src/native/run-update.js";
import {
  momentumOf,
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import type { ScheduleConfig } from "../../src/schedules/schedules.js";

const dataset = { name: "some", count: 100, height: 8, width: 8, channels: 1, classes: 3 };
const model = { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] } as const;
/** Plans 20 steps in two epochs; returns the message if the config is rejected, and checks its code. */
function check(
  optimizer: OptimizerConfig,
  schedule: ScheduleConfig,
  { epochs = 2, code = "CONFIG" } = {},
): string | undefined {
  const config = { optimizer, schedule, model, split: { train: 80 }, batchSize: 8, epochs };
  try {
    planRun(parseTrainConfig(config), dataset);
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError", code });
    return (error as Error).message;
  }
  return undefined;
}

const definitions = OPTIMIZER_NAMES.flatMap((name) =>
  (Object.keys(OPTIMIZERS[name].defaults) as Source[]).map((semantics) => ({ name, semantics })),
);

describe("a schedule of the momentum", () => {
  const schedule = { name: "oneCycle", baseMomentum: 0, maxMomentum: 0.9 } as const;

  it.each(definitions)("changes only the momentum in $name of $semantics", ({ name, semantics }) => {
    const { momentum, hyperparameters }: Definition = OPTIMIZERS[name];
    const settings = momentum === "momentum" ? { momentum: 0.5 } : {};
    const config = { name, semantics, ...settings } as OptimizerConfig;
    const said = check(config, schedule);
    expect(momentumOf(resolveOptimizer(config, "keras3"))).toBe(momentum);
    if (momentum === undefined) {
      expect(said).toContain(`\`schedule\` changes the momentum, but \`optimizer\` (${name}) has none`);
      return;
    }
    expect(said).toBeUndefined();
    for (const value of [0, 0.999]) // values that a schedule may set
      expect(hyperparameters[momentum]!["~standard"].validate(value)).not.toHaveProperty("issues");
  });

  it.each([
    ["scheduleFreeSgd", "momentum"],
    ["scheduleFreeAdamw", "beta1"],
  ] as const)("is rejected by %s, whose %s recovers the average", (name, other) => {
    expect(check(name, schedule)).toBe(
      `\`schedule\` changes the momentum, but \`optimizer\` (${name}) has none. Its \`${other}\` is the point where the gradient is computed, from 0 (the newest point) to 1 (the average), and must stay constant. Use another optimizer, or omit \`schedule.baseMomentum\` and \`schedule.maxMomentum\`.`,
    );
  });

  it("asks for a momentum above 0 if the optimizer has one, and for its name in a custom formula", () => {
    expect(check("sgd", schedule)).toContain(
      "but `optimizer` (sgd) has none. Set its `momentum` above 0, or omit",
    );
    const custom = { name: "mine", formula: "theta = theta - learningRate * g" };
    expect(check(custom, schedule)).toContain(
      "but `optimizer` (mine) has none. Name a hyperparameter of its formula",
    );
  });
});

const REACHING_ZERO: readonly (readonly [ScheduleConfig, step: number, instead: string])[] = [
  [{ name: "constant", warmUpEpochs: 0.5 }, 0, "Set `schedule.warmUpFrom` above 0, such as 0.01."],
  [{ name: "reduceOnPlateau", warmUpEpochs: 1 }, 0, "Set `schedule.warmUpFrom` above 0, such as 0.01."],
  [{ name: "cosine", warmUpEpochs: 0.5 }, 0, "Set `schedule.warmUpFrom` above 0, such as 0.01."],
  [{ name: "cosine", decayEpochs: 1 }, 10, "Set `schedule.alpha` above 0, such as 0.01."],
  [
    { name: "polynomial", endLearningRate: 0, decaySteps: 7 },
    7,
    "Set `schedule.endLearningRate` above 0, such as 1e-6.",
  ],
  [{ name: "piecewise", boundaries: [4], values: [1, 0] }, 5, "Set `schedule.values` above 0."],
  [{ name: "step", stepSize: 1, gamma: 1e-322 }, 10, "Make the schedule reduce the rate less."],
  [
    { name: "mine", formula: "learningRate * (step < 3)" },
    3,
    "Keep `schedule.formula` above 0, such as with maximum(..., 1e-6).",
  ],
];

describe("a custom schedule", () => {
  it.each([
    ["learningRate * (1 - step / 16)", -0.000625, 17],
    ["learningRate / (19 - step)", "Infinity", 19],
    ["learningRate * log(step)", "-Infinity", 0],
  ])("is rejected before the run if it gives an invalid rate: %s", (formula, rate, step) => {
    expect(check("sgd", { name: "mine", formula }, { code: "FORMULA" })).toBe(
      `The schedule "mine" gives ${rate} at step ${step}. A learning rate must be a finite number of at least 0.`,
    );
  });
});

describe("a rate of 0", () => {
  it.each(REACHING_ZERO)(
    "is rejected if the update divides by it: ftrl with %j",
    (schedule, step, instead) => {
      for (const semantics of ["keras3", "keras2"] as const)
        expect(check({ name: "ftrl", semantics }, schedule)).toBe(
          `\`optimizer\` (ftrl) does not stay finite at a learning rate of 0, which \`schedule\` reaches at step ${step} (counted from 0). ${instead}`,
        );
      expect(check("adam", schedule)).toBeUndefined();
    },
  );

  it("includes a rate that float32 rounds to 0", () => {
    expect(check("ftrl", { name: "exponential", decayRate: 1e-10, decaySteps: 1 })).toContain(
      "`optimizer` (ftrl) does not stay finite at a learning rate of 1e-193, which `schedule` reaches at step 19",
    );
  });

  it("is checked at a limited number of steps of a very long run, including the last", () => {
    const epochs = 100_000; // of ten steps each
    const schedule = { name: "polynomial", endLearningRate: 0, decaySteps: 999_999 } as const;
    expect(check("ftrl", schedule, { epochs })).toContain("reaches at step 999999 (counted from 0)");
  });

  it("is rejected in custom formulas that divide by it", () => {
    const zero = { name: "cosine", warmUpEpochs: 0.5 } as const;
    const custom = (formula: string) => check({ name: "mine", formula }, zero);
    expect(custom("theta = theta - learningRate * log(learningRate) * g")).toContain(
      "`optimizer` (mine) does not stay finite at a learning rate of 0",
    );
    expect(custom("theta = theta - g / (1 / learningRate)")).toBeUndefined();
    expect(
      custom("total = total + learningRate; theta = theta - where(total > 0, learningRate / total, 0) * g"),
    ).toBeUndefined();
  });

  it("is not reported for a schedule that stays above it", () => {
    for (const schedule of [
      { name: "cosine", warmUpEpochs: 0.5, warmUpFrom: 0.01 },
      { name: "cosine", decayEpochs: 1, alpha: 0.01 },
      { name: "oneCycle" },
      { name: "exponential" },
    ] as const)
      expect(check("ftrl", schedule)).toBeUndefined();
  });

  it.each(definitions.filter(({ name }) => name !== "ftrl"))(
    "keeps weights unchanged at the first step and finite afterwards: $name of $semantics",
    ({ name, semantics }) => {
      const update = updateGraph(resolveOptimizer({ name, semantics } as OptimizerConfig, "keras3"));
      const theta = Float32Array.from({ length: 33 }, (_, i) => Math.sin(1 + i));
      const steps = [0, 0.1, 0, 0.1, 0, 0].map((learningRate, t) => ({
        gradient: theta.map((_, i) => (i % 7 === 3 ? 0 : Math.cos(3 * t + i))),
        learningRate,
      }));
      const shapes = [[2, 2, 2, 1], [2], [3, 4], [3], [2, 3], [2]];
      for (const evaluation of [false, true]) {
        const path = runUpdate(update, theta, steps, { shapes, evaluation });
        for (const [i, value] of path[0]!.entries()) expect(value).toBeCloseTo(theta[i]!, 6);
        for (const each of path) expect(each.every(Number.isFinite)).toBe(true);
      }
    },
  );
});
