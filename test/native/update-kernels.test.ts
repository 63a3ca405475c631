import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { runUpdate } from "../../src/native/run-update.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { path } from "./update-path.js";

const BLOCK = 1024;
const LENGTHS = [1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 9 * BLOCK + 5]; // the last is longer than a range
const SETS = ["avx512", "avx2", "baseline"]; // the widest allowed: a processor without it uses the next narrower one

// Only exact expressions decide branches, since rounding must not.
const exact = fc.constantFrom(
  "theta",
  "g",
  "m",
  "abs(g)",
  "-theta",
  "maximum(theta, g)",
  "minimum(m, 0.25)",
  "t",
);
const numbers = fc.constantFrom("0.5", "2", "0.3", "t", "learningRate", "beta ** t", "(1 - beta ** t)");
const comparisons = fc.constantFrom("<", "<=", ">", ">=", "==", "!=");
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const x = tie("expression");
  const write =
    (make: (...parts: string[]) => string) =>
    (parts: string[]): string =>
      `(${make(...parts)})`;
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      exact,
      numbers,
      fc.tuple(x, x).map(write((a, b) => `${a} + ${b}`)),
      fc.tuple(x, x).map(write((a, b) => `${a} - ${b}`)),
      fc.tuple(numbers, x).map(write((c, a) => `${c} * ${a}`)),
      fc.tuple(numbers, x).map(write((c, a) => `${a} - ${c} * ${a}`)),
      fc.tuple(numbers, x).map(write((c, a) => `${a} / (${c} + 0.5)`)),
      fc.tuple(exact, x).map(write((a, b) => `${a} * ${b}`)),
      fc.tuple(x, x).map(write((a, b) => `${a} / (abs(${b}) + 0.5)`)),
      fc.tuple(x, x).map(write((a, b) => `${a} / (sqrt(abs(${b}) + 0.1) + 0.2)`)),
      fc.tuple(x, numbers).map(write((a, c) => `0.1 / (${c} * sqrt(abs(${a}) / 2 + ${c}) + 1)`)),
      fc.tuple(numbers, exact).map(write((c, a) => `3 * ((${a}) ** 2 + 0.1) ** 0.5 - ${c}`)),
      exact.map((a) => `(-((${a}) ** 2))`),
      fc
        .tuple(exact, comparisons, exact, x, x)
        .map(([a, is, b, c, d]) => `where(${a} ${is} ${b}, ${c}, ${d})`),
      fc.tuple(x, x).map(([a, b]) => `maximum(${a}, ${b})`),
      x.map((a) => `clip(${a}, -0.7, relu(theta))`),
      exact.map((a) => `sign(${a})`),
      x.map((a) => `tanh(${a})`), // has no kernel
      x.map((a) => `mean(${a} + 0 * theta)`),
      x.map((a) => `norm(${a} - 0 * g) / sqrt(sum(0 * theta + 1))`),
      exact.map((a) => `max(${a} + 0 * g)`),
    ),
  };
});

describe("kernels and libtorch's operators agree", () => {
  const formulas = fc.record({
    m: expression,
    old: fc.constantFrom("m", "theta", "v", "v * 0.5 + g"),
    theta: expression,
    on: fc.constantFrom("", "parameters"),
    order: fc.constantFrom("m, v", "v, m"),
  });

  it.each([[[3]], [[2, 3], [5]], [[2, 3, 1, 2], [BLOCK + 1]]])(
    "on any formula, on shapes %j",
    (...shapes) => {
      fc.assert(
        fc.property(formulas, ({ m, old, theta, on, order }) => {
          const states = [`m = tanh(0.9 * m + ${m})`, `v = ${old}`];
          if (order === "v, m") states.reverse();
          const text = [...states, `theta = theta - 0.1 * tanh(${theta} + v + 0 * beta * g)`].join("\n");
          const update = parseUpdate(on === "" ? text : `${on}: {\n${text}\n}`, {
            hyperparameters: { beta: 0.9 },
          });
          const expected = path(update, "reference", shapes);
          for (const [i, found] of path(update, "", shapes).entries())
            expect(relativeError(found, expected[i]!, 1)).toBeLessThan(2e-4);
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each(LENGTHS)("on a vector of %i, with every instruction set", (length) => {
    const text = `
      old = m
      m = beta * m + (1 - beta) * g
      v = beta * v + (1 - beta) * g ** 2
      n = n + norm(g) / mean(abs(g))
      theta = theta - m / (1 - beta ** t) / (sqrt(v / (1 - beta ** t)) + 1e-3) - 1e-4 * n + old
      evaluation = where(g > 0, theta, 2 * v)`;
    const update = parseUpdate(text, { hyperparameters: { beta: 0.9 }, state: { n: 0.5 } });
    for (const evaluation of [false, true]) {
      const expected = path(update, "reference", [[length]], { evaluation });
      for (const set of SETS)
        for (const [i, found] of path(update, set, [[length]], { evaluation }).entries())
          expect(relativeError(found, expected[i]!, 1)).toBeLessThan(2e-6);
    }
  });

  const definitions = OPTIMIZER_NAMES.flatMap((name) =>
    Object.keys(OPTIMIZERS[name].defaults).map((semantics) => [name, semantics] as const),
  );
  const shapes = [[4, 3, 3, 1], [4], [8, 3, 3, 4], [8], [130, 72], [130], [10, 130], [10]];
  it.each(definitions)("on %s of %s", (name, semantics) => {
    for (const gradientTransforms of [{}, { clipNorm: 0.5, globalClipNorm: 1, weightAverage: 0.9 }]) {
      if (name.startsWith("scheduleFree") && "weightAverage" in gradientTransforms) continue;
      const config = resolveOptimizer(
        { name, semantics, ...gradientTransforms } as OptimizerConfig,
        "keras3",
      );
      const update = updateGraph(config);
      const expected = path(update, "reference", shapes, { evaluation: true });
      for (const [i, found] of path(update, "", shapes, { evaluation: true }).entries())
        expect(relativeError(found, expected[i]!, 1)).toBeLessThan(2e-6);
    }
  });
});

describe("NaN, infinities, zeros and extreme values", () => {
  const special = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
    1,
    -2.5,
    3e38,
    1e-40,
  ];
  const pairs = special.flatMap((x) => special.map((y) => [x, y] as const));
  const step = (text: string, kernels: string) => {
    process.env.OPTIMBENCH_KERNELS = kernels;
    const update = parseUpdate(`theta = ${text}`, { hyperparameters: {} });
    const [theta] = runUpdate(
      update,
      Float32Array.from(pairs, ([x]) => x),
      [{ gradient: Float32Array.from(pairs, ([, y]) => y), learningRate: 1 }],
    );
    return [...theta!].map((value) => value + 0); // -0 equals 0
  };

  it.each([
    ..."theta + g|theta - g|theta * g|theta / g|-theta + 0 * g|sqrt(theta) + 0 * g|theta ** 2 * g".split("|"),
    ..."theta ** 0.5 + 0 * g|theta - 2 * g|3 * theta / g|1 / theta + 0 * g|theta / 4 - g|0 * theta + g".split(
      "|",
    ),
    ..."abs(theta) - 0 * g|sign(theta) + 0 * sign(g)|relu(theta) - abs(g)|minimum(theta, g)|maximum(theta, g)".split(
      "|",
    ),
    ..."clip(theta, -1, g)|clip(theta, g, 1)|where(theta, g, 1)|where(g, 2, theta)|theta < g|theta <= g".split(
      "|",
    ),
    ..."theta > g|theta >= g|theta == g|theta != g|theta > 1 + 0 * sign(g)|theta - g / (sqrt(theta) + 1)".split(
      "|",
    ),
  ])("give what libtorch's operators give: %s", (text) => {
    expectSame(text, 2 ** -23); // libtorch's square root is not always correctly rounded
  });

  it.each([
    "theta / sqrt(g)",
    "theta / sqrt(abs(g))",
    "theta / sqrt(4 * g + 1e-30)",
    "theta / sqrt(theta * g)",
    "g / sqrt(maximum(theta * g, 1e-30))",
    "g / sqrt(maximum(theta * g, 0))",
    "g / sqrt(maximum(theta * g, sqrt(-t)))", // the bound is NaN
    "1 / sqrt(theta) + 0 * g",
  ])("give what libtorch's operators give, within two units in the last place: %s", (text) => {
    expectSame(text, 2 ** -22); // AVX-512 estimates the reciprocal root
  });

  function expectSame(text: string, tolerance: number) {
    const expected = step(text, "reference");
    const same = (a: number, b: number) => Object.is(a, b) || Math.abs(a / b - 1) <= tolerance;
    for (const set of SETS)
      for (const [i, found] of step(text, set).entries())
        if (!same(found, expected[i]!)) expect([pairs[i], found]).toEqual([pairs[i], expected[i]]);
  }
});
