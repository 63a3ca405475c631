import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { relativeError } from "../relative-error.js";
import { path, type Shapes } from "./update-path.js";

const LAYOUTS = ["keras", "pytorch"] as const;
/** [filters, height, width, channels] and [units, inputs], some with axes of length 1, the last longer than a range. */
const SHAPES: Shapes = [
  [6, 5],
  [3, 2, 3, 4],
  [1, 7],
  [7, 1],
  [4, 3, 3, 1],
  [70, 130],
];

const update = (text: string, layout: (typeof LAYOUTS)[number]) =>
  parseUpdate(text, { hyperparameters: { beta: 0.9 }, layout });

function checkAlike(text: string, layout: (typeof LAYOUTS)[number], tolerance: number): void {
  const parsed = update(text, layout);
  const expected = path(parsed, "reference", SHAPES);
  for (const threads of [1, 2])
    for (const [i, found] of path(parsed, "", SHAPES, { threads }).entries())
      expect(relativeError(found, expected[i]!, 1)).toBeLessThan(tolerance);
}

const whole = fc.constantFrom("g", "theta", "m", "g ** 2", "theta * g", "abs(m)", "(theta - m)");
const mixed = fc.oneof(whole, fc.constantFrom("(r * c)", "(g - c)", "(m + r)"));
const rows = fc.oneof(
  mixed.map((x) => `rowMean(${x})`),
  fc.constantFrom("r", "rowMean(r * c)", "columnMean(r)", "rowMean(c) * r", "norm(m) * r", "mean(theta) + r"),
);
const columns = fc.oneof(
  mixed.map((x) => `columnMean(${x})`),
  fc.constantFrom("c", "columnMean(r * c)", "rowMean(c)", "(columnMean(r) + c)", "c / (1 + norm(g))"),
);
const formula = fc
  .record({
    m: fc.constantFrom("g", "theta * g", "rowMean(g) * columnMean(theta) + 0 * g"),
    r: whole,
    c: whole,
    u: fc.tuple(mixed, rows, columns).map(([x, r, c]) => `${x} / (sqrt(abs(${r} / 2 * ${c})) + 0.3) + 0 * g`),
    again: fc.constantFrom(
      "u",
      "u / maximum(1, norm(u))",
      "(u + m) / (1 + norm(u - m))",
      "u * rowMean(u) + columnMean(u)",
    ),
  })
  .map(
    ({ m, r, c, u, again }) => `
      matrices: {
        m = beta * m + 0.1 * ${m}
        r = tanh(beta * r + 0.1 * rowMean(${r}))
        c = tanh(beta * c + 0.1 * columnMean(${c}))
        u = ${u}
        theta = theta - learningRate * (${again})
      }`,
  );

describe("an update in stages", () => {
  it.each(LAYOUTS)("agrees with libtorch on any formula with rows and columns, in %s's layout", (layout) => {
    fc.assert(
      fc.property(formula, (text) => checkAlike(text, layout, 2e-4)),
      { numRuns: 100 },
    );
  });

  it.each(LAYOUTS)(
    "agrees with libtorch if a value is recomputed from states stored since, in %s's layout",
    (layout) => {
      checkAlike(
        `parameters: {
        old = abs(w)
        m = beta * m + 0.1 * g
        v = beta * v + m ** 2
        w = m
        u = m / (sqrt(v) + 1)
        theta = theta - learningRate * (u / (1 + norm(u)) + old / (1 + norm(old))) * norm(theta)
      }`,
        layout,
        2e-6,
      );
    },
  );

  it("gives the same bits for any number of threads, on parameters long enough for prefetching", () => {
    const text =
      "matrices: { r = beta * r + rowMean(g ** 2); c = c + columnMean(g * theta); theta = theta - r * c * mean(r * c - g) - 1e-7 * matmul(matmul(g, transpose(g)), theta) }";
    const shapes = [
      [1500, 1500],
      [20, 3, 3, 300],
    ];
    const of = (kernels: string, threads: number) =>
      path(update(text, "keras"), kernels, shapes, { threads });
    const one = of("", 1);
    for (const threads of [2, 3])
      for (const [i, theta] of of("", threads).entries())
        expect(Buffer.from(theta.buffer).equals(Buffer.from(one[i]!.buffer))).toBe(true);
    for (const [i, expected] of of("reference", 1).entries())
      expect(relativeError(one[i]!, expected, 1)).toBeLessThan(2e-6);
  });

  it("agrees with libtorch on a vector long enough for prefetching", () => {
    const text =
      "u = tanh(g) * theta; m = beta * m + (1 - beta) * u / (abs(g) + 1); theta = theta - m / norm(m)";
    const parsed = parseUpdate(text, { hyperparameters: { beta: 0.9 } });
    const shapes = [[1_500_007]];
    const [expected, found] = [path(parsed, "reference", shapes), path(parsed, "", shapes, { threads: 2 })];
    for (const [i, theta] of found.entries())
      expect(relativeError(theta, expected[i]!, 1)).toBeLessThan(2e-6);
  });
});
