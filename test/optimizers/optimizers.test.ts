import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Definition } from "../../src/catalogue/definition.js";
import { SEMANTICS, type Semantics, type Source } from "../../src/catalogue/semantics.js";
import { runUpdate } from "../../src/native/run-update.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  optimizerLabel,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { readGolden } from "./golden-files.js";

const all = OPTIMIZER_NAMES.flatMap((name) =>
  (Object.keys(OPTIMIZERS[name].defaults) as Source[]).map((semantics) => ({ semantics, name })),
);
const NAMES = OPTIMIZER_NAMES.map((name) => `"${name}"`).join(", ");
const message = (input: unknown, semantics: Semantics = "keras3"): string => {
  try {
    updateGraph(resolveOptimizer(input as OptimizerConfig, semantics));
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError" });
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
};

describe.each(all)("$name in $semantics", ({ name, semantics }) => {
  const { defaults }: Definition = OPTIMIZERS[name];
  const resolved = resolveOptimizer({ name, semantics } as OptimizerConfig, "keras3");

  it("has the framework's defaults", () => {
    expect(defaults[semantics]).toEqual(readGolden(`${semantics}-${name}.json`).defaults);
  });

  it("is resolved to plain data that resolves to itself, whatever the run's semantics", () => {
    expect(resolved).toMatchObject({ name, semantics, ...defaults[semantics] });
    for (const other of SEMANTICS)
      expect(resolveOptimizer(JSON.parse(JSON.stringify(resolved)), other)).toEqual(resolved);
  });

  it("descends on a quadratic", () => {
    const update = updateGraph(resolved);
    // With gradients of constant sign, every optimizer moves against the gradient.
    const step = { gradient: Float64Array.of(1, -2), learningRate: 0.1 };
    const [theta] = runUpdate(update, Float64Array.of(1, -1), [step]);
    expect(theta![0]).toBeLessThan(1);
    expect(theta![1]).toBeGreaterThan(-1);
  });
});

it("differs between frameworks if they differ", () => {
  for (const config of [
    "adam",
    "rmsprop",
    "adagrad",
    { name: "sgd", momentum: 0.9 },
    { name: "rmsprop", momentum: 0.9 },
  ] as const)
    expect(resolveOptimizer(config, "keras3").formula).not.toBe(resolveOptimizer(config, "pytorch").formula);
});

it("treats an undefined setting as omitted", () => {
  const open = { name: "adam", learningRate: undefined, l2: undefined, semantics: undefined };
  expect(resolveOptimizer(open as unknown as OptimizerConfig, "pytorch")).toStrictEqual(
    resolveOptimizer("adam", "pytorch"),
  );
});

it("prefers the semantics of the optimizer to those of the run", () => {
  const resolved = resolveOptimizer({ name: "adam", semantics: "pytorch" }, "keras3");
  expect(resolved).toMatchObject({ semantics: "pytorch", epsilon: 1e-8 });
});

it.each([
  ["radam", "keras3", "pytorch"],
  ["radam", "keras2", "pytorch"],
  ["ftrl", "pytorch", "keras3"],
  ["lion", "pytorch", "author"],
  ["lion", "keras2", "keras2"],
  ["adamw", "keras2", "keras2"],
  ["muon", "keras2", "keras3"],
] as const)("uses %s, if a run has the semantics %s, from %s", (name, run, source) => {
  const resolved = resolveOptimizer(name, run);
  expect(resolved).toMatchObject({ semantics: source, ...(OPTIMIZERS[name] as Definition).defaults[source] });
});

it("decays weights at the given rate, and not if it is 0", () => {
  const after = (config: OptimizerConfig) => {
    const step = { gradient: Float64Array.of(0), learningRate: 0.5 };
    const update = updateGraph(resolveOptimizer(config, "keras3"));
    return runUpdate(update, Float64Array.of(8), [step])[0]![0];
  };
  for (const semantics of ["keras3", "keras2", "pytorch"] as const) {
    expect(after({ name: "adamw", semantics, weightDecay: 0.25 })).toBe(7);
    expect(after({ name: "adamw", semantics, weightDecay: 0 })).toBe(8);
  }
  expect(after({ name: "lion", semantics: "author", weightDecay: 0.25 })).toBe(7);
  expect(after({ name: "lion", semantics: "author" })).toBe(8);
});

it.each([
  ["adma", `Expected one of ${NAMES} for \`optimizer\`, got "adma" (string). Did you mean "adam"?`],
  [
    { name: "adagard" },
    `Expected one of ${NAMES} for \`name\`, got "adagard" (string). Did you mean "adagrad"?`,
  ],
  [
    { name: "adam", beta: 0.5 },
    'Unknown key `beta`. Did you mean "beta1"? Known keys: name, label, semantics, learningRate, beta1, beta2, epsilon, l2, decoupledWeightDecay, clipValue, clipNorm, globalClipNorm, weightAverage, formula.',
  ],
  [{ name: "adam", learningRate: 0 }, "Expected a number greater than 0 for `learningRate`, got 0 (number)."],
  [
    { name: "adam", learningRate: Number.POSITIVE_INFINITY },
    "Expected a number for `learningRate`, got Infinity.",
  ],
  [
    { name: "adam", beta1: 1 },
    "Expected a number of at least 0 and less than 1 for `beta1`, got 1 (number).",
  ],
  [
    { name: "adam", beta2: -0.1 },
    "Expected a number of at least 0 and less than 1 for `beta2`, got -0.1 (number).",
  ],
  [{ name: "rmsprop", rho: "0.9" }, 'Expected a number for `rho`, got "0.9" (string).'],
  [
    { name: "sgd", nesterov: true },
    "sgd: `nesterov` has no effect without `momentum`. Set `momentum` above 0.",
  ],
  [
    { name: "sgd", momentum: 0.9, dampening: 0.1 },
    "Unknown key `dampening`: sgd has no such hyperparameter in keras3. Known there: learningRate, momentum, nesterov.",
  ],
  [
    { name: "adagrad", lrDecay: 0.1 },
    "Unknown key `lrDecay`: adagrad has no such hyperparameter in keras3. Known there: learningRate, initialAccumulator, epsilon.",
  ],
  [
    { name: "sgd", semantics: "pytorch", dampening: 0.1 },
    "sgd: `dampening` has no effect without `momentum`. Set `momentum` above 0.",
  ],
  [
    { name: "sgd", semantics: "pytorch", momentum: 0.9, nesterov: true, dampening: 0.1 },
    "sgd: `nesterov` and `dampening` cannot be combined.",
  ],
  [
    { name: "adamw", weightDecay: -0.1 },
    "Expected a number of at least 0 for `weightDecay`, got -0.1 (number).",
  ],
  [
    { name: "amsgrad", epsilon: 2 },
    "Expected a number of at least 0 and at most 1 for `epsilon`, got 2 (number).",
  ],
  [
    { name: "nadam", semantics: "pytorch", momentumDecay: -1 },
    "Expected a number of at least 0 for `momentumDecay`, got -1 (number).",
  ],
  [
    { name: "nadam", momentumDecay: 0.1 },
    "Unknown key `momentumDecay`: nadam has no such hyperparameter in keras3. Known there: learningRate, beta1, beta2, epsilon.",
  ],
  [
    { name: "radam", beta2: 1 },
    "Expected a number of at least 0 and less than 1 for `beta2`, got 1 (number).",
  ],
  [
    { name: "adamax", beta1: -0.5 },
    "Expected a number of at least 0 and less than 1 for `beta1`, got -0.5 (number).",
  ],
  [
    { name: "adadelta", rho: 1.5 },
    "Expected a number of at least 0 and less than 1 for `rho`, got 1.5 (number).",
  ],
  [
    { name: "ftrl", learningRatePower: 0.5 },
    "Expected a number of at most 0 for `learningRatePower`, got 0.5 (number).",
  ],
  [
    { name: "ftrl", initialAccumulator: -1 },
    "Expected a number of at least 0 for `initialAccumulator`, got -1 (number).",
  ],
  [{ name: "ftrl", l1Strength: -1 }, "Expected a number of at least 0 for `l1Strength`, got -1 (number)."],
  [
    { name: "lion", beta2: 1 },
    "Expected a number of at least 0 and less than 1 for `beta2`, got 1 (number).",
  ],
  [
    { name: "lion", weightDecay: 0.1 },
    "Unknown key `weightDecay`: lion has no such hyperparameter in keras3. Known there: learningRate, beta1, beta2.",
  ],
  [
    { name: "adamw", decoupledWeightDecay: 0.1 },
    "adamw: The optimizer already has a weight decay. Set `weightDecay` instead of `decoupledWeightDecay`.",
  ],
  [{ name: "radam", semantics: "keras3" }, 'Expected "pytorch" for `semantics`, got "keras3" (string).'],
  [
    { name: "adam", formula: "theta = theta - g" },
    "`formula` is not adam's formula for these settings. Change `name` to run a custom formula, or omit `formula`.",
  ],
  [
    { name: "mine", formula: "theta = theta - thetta" },
    'In the formula of optimizer "mine": Unknown name `thetta`. Did you mean "theta"? (line 1, column 17)\n' +
      "  theta = theta - thetta\n                  ^",
  ],
  [
    { name: "mine", formula: "theta = theta - g", hyperparameters: { mu: "1" } },
    'Expected a number for `hyperparameters.mu`, got "1" (string).',
  ],
  [
    { name: "mine", formula: "theta = theta - g", state: { m: "g" } },
    'Expected a number or "theta" for `state.m`, got "g" (string).',
  ],
])("rejects %j", (input, expected) => {
  expect(message(input)).toBe(expected);
});

describe.each(OPTIMIZER_NAMES)("%s", (name) => {
  const { properties } = z.toJSONSchema(z.object(OPTIMIZERS[name].hyperparameters));
  const bounded = Object.entries(properties as Record<string, Record<string, number>>).flatMap(
    ([key, { minimum, exclusiveMinimum, maximum, exclusiveMaximum }]) => {
      const least = exclusiveMinimum ?? minimum;
      const most = exclusiveMaximum ?? (maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum);
      const beyond = [exclusiveMinimum ?? minimum! - 1, exclusiveMaximum ?? most! + 1];
      const bounds = [least, most].filter((bound) => bound !== undefined);
      return beyond.filter(Number.isFinite).map((value) => [key, value, bounds] as const);
    },
  );

  it.each(bounded)("rejects %s = %d with the range in the message", (key, value, bounds) => {
    const said = message({ name, [key]: value });
    expect(said).toMatch(new RegExp(`^Expected a (whole )?number .* for \`${key}\`, got ${value} `));
    for (const bound of bounds) expect(said.slice(0, said.indexOf("for"))).toContain(` ${bound} `);
  });
});

describe("a custom optimizer", () => {
  const signMomentum = {
    name: "sign-momentum",
    formula: "m = beta * m + (1 - beta) * g; theta = theta - learningRate * sign(m)",
    learningRate: 0.25,
    hyperparameters: { beta: 0.5 },
    state: { m: 2 },
  };

  it("is resolved to plain data that resolves to itself", () => {
    const resolved = resolveOptimizer(signMomentum, "keras3");
    expect(resolved).toEqual({ ...signMomentum, semantics: "custom" });
    expect(resolveOptimizer(JSON.parse(JSON.stringify(resolved)), "pytorch")).toEqual(resolved);
  });

  it("has defaults", () => {
    expect(resolveOptimizer({ name: "plain", formula: "theta = theta - g" }, "keras3")).toEqual({
      name: "plain",
      semantics: "custom",
      learningRate: 0.001,
      hyperparameters: {},
      state: {},
      formula: "theta = theta - g",
    });
  });

  it("runs as written, with its state", () => {
    const update = updateGraph(resolveOptimizer(signMomentum, "keras3"));
    const gradient = Float64Array.of(-1, -3, -1);
    const steps = [1, 2].map(() => ({ gradient, learningRate: 0.25 }));
    // m: 2 -> 0.5, -0.5, 0.5 -> -0.25, -1.75, -0.25
    const [first, second] = runUpdate(update, Float64Array.of(0, 0, 1), steps);
    expect([...first!]).toEqual([-0.25, 0.25, 0.75]);
    expect([...second!]).toEqual([0, 0.5, 1]);
  });
});

it.each([
  ["adam", "adam"],
  [{ name: "sgd", learningRate: 0.1, momentum: 0.9 }, "sgd (learningRate 0.1, momentum 0.9)"],
  [{ name: "sgd", label: "mine", momentum: 0.9 }, "mine"],
  [{ name: "plain", formula: "theta = theta - g" }, "plain"],
] as const)("labels %j as %s", (input, label) => {
  expect(optimizerLabel(resolveOptimizer(input, "keras3"))).toBe(label);
});
