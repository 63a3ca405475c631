import fc from "fast-check";
import { expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";
import { LOSS_NAMES } from "../../src/losses/losses.js";
import { MODEL_NAMES } from "../../src/models/models.js";
import { OPTIMIZER_NAMES } from "../../src/optimizers/optimizers.js";

const DATASET = { name: "some", count: 1000, height: 28, width: 28, channels: 1, classes: 3 };
const plan = (config: object) =>
  planStudy(studyArms(parseCompareConfig(config as CompareConfig)), () => DATASET);
const optimizers = (...list: unknown[]) =>
  plan({ optimizers: list }).arms.map(({ plan }) => plan.config.optimizer);
const losses = (...list: unknown[]) =>
  plan({ optimizers: ["sgd"], losses: list }).arms.map(({ plan }) => plan.config.loss);

const problem = (config: object) => {
  try {
    plan(config);
  } catch (error) {
    const { message, path } = error as { message: string; path: string };
    return { message, path };
  }
  throw new Error("was accepted");
};

it.each(["__proto__", "constructor", "toString"])(
  "rejects a setting named %s, which every object inherits",
  (key) => {
    const config = JSON.parse(`{ "optimizers": [{ "name": "sgd", "${key}": 1 }] }`);
    expect(problem(config)).toMatchObject({
      message: expect.stringContaining(`Unknown key \`optimizers[0].${key}\`.`),
      path: `optimizers[0].${key}`,
    });
  },
);

it("stands for one optimizer per value of a list or a range", () => {
  expect(optimizers("adam", { name: "sgd", learningRate: [0.1, 0.01] })).toMatchObject([
    { name: "adam" },
    { name: "sgd", learningRate: 0.1 },
    { name: "sgd", learningRate: 0.01 },
  ]);
  expect(optimizers({ name: "adam", learningRate: { from: 1e-4, to: 1e-1, points: 4 } })).toMatchObject(
    [1e-4, 1e-3, 1e-2, 1e-1].map((learningRate) => ({ learningRate })),
  );
  expect(optimizers({ name: "sgd", momentum: [0.5, 0.9], nesterov: [false, true] })).toMatchObject([
    { momentum: 0.5, nesterov: false },
    { momentum: 0.5, nesterov: true },
    { momentum: 0.9, nesterov: false },
    { momentum: 0.9, nesterov: true },
  ]);
});

it("stands for the same arms as a list of them", () => {
  const values = fc.uniqueArray(fc.double({ min: 0.01, max: 0.9, noNaN: true }), {
    minLength: 1,
    maxLength: 3,
  });
  const settings = fc.dictionary(fc.constantFrom("learningRate", "momentum", "clipNorm"), values);
  fc.assert(
    fc.property(fc.array(settings, { minLength: 1, maxLength: 2 }), (items) => {
      const listed = items.flatMap((item) =>
        Object.entries(item).reduce<object[]>(
          (before, [key, list]) => before.flatMap((each) => list.map((value) => ({ ...each, [key]: value }))),
          [{}],
        ),
      );
      fc.pre(
        new Set(listed.map((each) => JSON.stringify(Object.entries(each).sort()))).size === listed.length,
      );
      const named = (list: readonly object[], name: string) => list.map((each) => ({ name, ...each }));
      expect(plan({ optimizers: named(items, "sgd") })).toEqual(plan({ optimizers: named(listed, "sgd") }));
    }),
  );
});

it("takes several values of a custom formula's hyperparameters", () => {
  const mine = { name: "mine", formula: "theta = theta - k * g" };
  expect(optimizers({ ...mine, hyperparameters: { k: [0.1, 0.2] } })).toMatchObject([
    { hyperparameters: { k: 0.1 } },
    { hyperparameters: { k: 0.2 } },
  ]);
  const range = { from: 0, to: 1, points: 3 };
  expect(optimizers({ ...mine, learningRate: [1, 2], hyperparameters: { k: range } })).toHaveLength(6);
});

it("takes a list as one value of a setting that is a list, and a list of lists as several", () => {
  expect(losses({ name: "sparseCategoricalCrossentropy", classWeights: [1, 2, 3] })).toMatchObject([
    { classWeights: [1, 2, 3] },
  ]);
  const several = [[], [1, 2, 3]];
  expect(losses({ name: "sparseCategoricalCrossentropy", classWeights: several })).toMatchObject([
    { classWeights: [] },
    { classWeights: [1, 2, 3] },
  ]);
  const mine = { name: "mine", formula: "sum(w * z)" };
  expect(losses({ ...mine, hyperparameters: { w: [1, 2, 3] } })).toHaveLength(1);
  expect(losses({ ...mine, hyperparameters: { w: [2, [1, 2, 3]] } })).toMatchObject([
    { hyperparameters: { w: 2 } },
    { hyperparameters: { w: [1, 2, 3] } },
  ]);
});

it("takes all for every built-in optimizer, loss, model and schedule", () => {
  const { arms } = plan({ optimizers: "all", losses: "all" });
  expect(arms).toHaveLength(OPTIMIZER_NAMES.length * LOSS_NAMES.length);
  expect(new Set(arms.map(({ plan }) => plan.config.optimizer.name))).toEqual(new Set(OPTIMIZER_NAMES));
  expect(new Set(arms.map(({ plan }) => plan.config.loss.name))).toEqual(new Set(LOSS_NAMES));
  const of = (vary: object) => plan({ optimizers: ["sgd"], vary }).arms.map(({ plan }) => plan.config);
  expect(of({ model: "all" }).map(({ model }) => model.name)).toEqual(MODEL_NAMES);
  const schedules = of({ schedule: "all" }).map(({ schedule }) => schedule.name);
  expect(schedules).toEqual(expect.arrayContaining(["constant", "cosine"]));
  expect(schedules).not.toContain("piecewise");
});

it.each([
  [[{ name: "sgd", learningRate: [0.1, 0] }], "optimizers[0].learningRate[1]", "a number greater than 0"],
  [["adam", { name: "sgd", momentum: 2 }], "optimizers[1].momentum", "of at least 0 and less than 1"],
  [["adam", { name: "sgd", momentum: [0, 2] }], "optimizers[1].momentum[1]", "of at least 0 and less than 1"],
  [
    [{ name: "sgd", momentum: { from: 0, to: 2 } }],
    "optimizers[0].momentum",
    "of at least 0 and less than 1",
  ],
  [
    [{ name: "sgd", momentum: { from: 0, too: 2 } }],
    "optimizers[0].momentum.to",
    "optimizers[0].momentum.too",
  ],
  [[{ name: "sgd", momentum: { from: 1, to: 1 } }], "optimizers[0].momentum", "has equal ends"],
  [[{ name: "sgd", momentum: [] }], "optimizers[0].momentum", "at least 1 item"],
  [
    [{ name: "sgd", momentum: [0.5, 0.5] }],
    "optimizers[0].momentum[1]",
    "is the same as `optimizers[0].momentum[0]`",
  ],
  [[{ name: ["sgd", "adam"] }], "optimizers[0].name", "got"],
  [[{ name: "sgd", nesterov: { from: 0, to: 1 } }], "optimizers[0].nesterov", "true or false"],
  [[{ name: "sgd", momentum: "big" }], "optimizers[0].momentum", "Expected a number for"],
  [
    [{ name: "sgd", dampening: [0, 1] }],
    "optimizers[0].dampening[0]",
    "has no such hyperparameter in keras3",
  ],
  ["adam", "optimizers", 'Expected a list or "all" for `optimizers`, got "adam"'],
])("rejects the optimizers %j, and says where", (list, path, text) => {
  const { message, path: found } = problem({ optimizers: list });
  expect(message).toContain(text);
  expect(found).toBe(path);
});

it.each<[CompareConfig, string, string]>([
  [{ optimizers: ["all"] } as never, "optimizers[0]", 'optimizers: "all"'],
  [{ losses: ["huber", "all"] } as never, "losses[1]", 'losses: "all"'],
  [{ vary: { model: ["all"] } }, "vary.model[0]", 'vary: { model: "all" }'],
  [{ vary: { schedule: ["cosine", "all"] } }, "vary.schedule[1]", 'vary: { schedule: "all" }'],
])("rejects all in a list, and says what to write: %j", (config, path, instead) => {
  expect(problem(config)).toEqual({
    message: `\`${path}\` is "all", which stands for all values and cannot be part of a list. Write \`${instead}\`.`,
    path,
  });
});

it("rejects all of a path that has no names", () => {
  expect(problem({ vary: { batchSize: "all" } })).toEqual({
    message:
      '`vary.batchSize` is "all", which stands for the values of model or schedule only. Give a list or a range.',
    path: "vary.batchSize",
  });
});

it("rejects more combinations than a study may have, before it makes them", () => {
  const range = { from: 0.001, to: 0.9, points: 4096 };
  const sgd = { name: "sgd", momentum: range, learningRate: range, clipNorm: range };
  expect(problem({ optimizers: [sgd] })).toMatchObject({
    message: expect.stringMatching(/^`optimizers\[0\]` stands for 68,\d+,\d+,\d+ choices/) as string,
  });
  expect(problem({ vary: { "optimizer.learningRate": range, "optimizer.clipNorm": range } })).toMatchObject({
    path: "vary.optimizer.clipNorm",
  });
});
