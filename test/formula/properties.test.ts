import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type FormulaFunction, FUNCTIONS, OPERATORS } from "../../src/formula/functions.js";
import { OPERATIONS, type UpdateBlock } from "../../src/formula/graph.js";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { runUpdate } from "../../src/native/run-update.js";
import { noise } from "../native/noise.js";
import { relativeError } from "../relative-error.js";

const VECTOR = [0, 0.25, -0.75, 1.5, -2, 3];
const GRADIENT = [0.5, -0.1, 0, 2, -1.25, 1];

/** An expression as text, with its value computed without the parser. */
interface Known {
  readonly text: string;
  readonly values: readonly number[];
}

const elementwise = Object.entries<FormulaFunction>(FUNCTIONS).flatMap(([name, found]) =>
  found.family === "elementwise" ? [{ name, ...found }] : [],
);
const each = (fold: (...values: number[]) => number, args: readonly Known[]) =>
  VECTOR.map((_, i) => fold(...args.map(({ values }) => values[i]!)));

/** NaN has no sign and no order, so what native code computes from it is unspecified. */
const isOrdered = ({ values }: Known) => !values.some(Number.isNaN);

/** Expressions of the given leaves, with every operator and every elementwise function. Every subexpression satisfies `kept`. */
const expressions = (leaves: fc.Arbitrary<Known>, kept: (part: Known) => boolean = () => true) =>
  fc.letrec<{ expression: Known }>((tie) => ({
    expression: fc
      .oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaves,
        fc
          .tuple(fc.constantFrom(...OPERATORS), tie("expression"), tie("expression"))
          .map(([[symbol, { fold }], a, b]) => ({
            text: `(${a.text}) ${symbol} (${b.text})`,
            values: each((x, y) => fold(x!, y!), [a, b]),
          })),
        tie("expression").map((a) => ({ text: `-(${a.text})`, values: each((x) => -x!, [a]) })),
        fc
          .tuple(fc.constantFrom(...elementwise), fc.array(tie("expression"), { minLength: 3, maxLength: 3 }))
          .map(([{ name, arity, fold }, all]) => {
            const args = all.slice(0, arity);
            return { text: `${name}(${args.map(({ text }) => text).join(", ")})`, values: each(fold, args) };
          }),
      )
      .filter(kept),
  })).expression;

const constants = fc.constantFrom(0, 0.5, 1, 2, 3, 1e-3).map((value) => ({
  text: String(value),
  values: VECTOR.map(() => value),
}));
const vectors = fc.constantFrom({ text: "theta", values: VECTOR }, { text: "g", values: GRADIENT });

describe("expressions", () => {
  it("of constants are folded to their value", () => {
    fc.assert(
      fc.property(expressions(constants), ({ text, values }) => {
        const { blocks } = parseUpdate(`c = ${text}; theta = theta - c + g`, { hyperparameters: {} });
        const [{ nodes, assign }] = blocks as [UpdateBlock];
        const constant = nodes.find(({ op }) => op === "constant");
        expect(assign).toHaveLength(1);
        expect(constant).toEqual({ op: "constant", value: values[0] });
      }),
    );
  });

  it("of vectors have their value when native code runs them", () => {
    fc.assert(
      fc.property(expressions(fc.oneof(constants, vectors), isOrdered), ({ text, values }) => {
        // Extreme values differ in rounding; golden files cover them.
        fc.pre(values.every((value) => Math.abs(value) < 1e6));
        const update = parseUpdate(`theta = (${text}) + 0 * g`, { hyperparameters: {} });
        const [theta] = runUpdate(update, Float64Array.from(VECTOR), [
          { gradient: Float64Array.from(GRADIENT), learningRate: 1 },
        ]);
        expect(relativeError(theta!, values, 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 300 },
    );
  });
});

describe("shapes", () => {
  const kernels = process.env.OPTIMBENCH_KERNELS;
  afterEach(() => {
    if (kernels === undefined) delete process.env.OPTIMBENCH_KERNELS;
    else process.env.OPTIMBENCH_KERNELS = kernels;
  });

  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const x = tie("expression");
    const pair = fc.tuple(x, x);
    return {
      expression: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom("theta", "g", "s", "m", "rowMean(g)", "columnMean(theta)", "transpose(g)"),
        fc.constantFrom("0.5", "t", "rows(g)", "mean(g)"),
        pair.map(([a, b]) => `(${a} + ${b})`),
        pair.map(([a, b]) => `where(t < 2, ${a}, ${b})`),
        pair.map(([a, b]) => `where(${a} > ${b}, ${b}, 1)`),
        pair.map(([a, b]) => `where(rows(g) > columns(g), ${a}, ${b})`),
        pair.map(([a, b]) => `matmul(${a}, ${b})`),
        pair.map(([a, b]) => `matmul(${a}, transpose(${b}))`),
        pair.map(([a, b]) => `reshape(${a}, ${b})`),
        x.map((a) => `reshape(flatten(${a}), ${a})`),
        fc
          .tuple(fc.constantFrom("transpose", "flatten", "rowMean", "columnMean"), x)
          .map(([f, a]) => `${f}(${a})`),
        fc.tuple(fc.constantFrom("tanh", "sum", "norm", "max"), x).map(([f, a]) => `${f}(${a})`),
      ),
    };
  });
  const PARAMETERS = [[[3, 5]], [[4, 4]], [[1, 6]], [[2, 3, 2, 2]]];

  it("are inferred as native code, which checks each value's, computes them", () => {
    process.env.OPTIMBENCH_KERNELS = "reference"; // computes every node separately
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.record({ s: expression, m: expression, layout: fc.constantFrom("keras", "pytorch") }),
        fc.constantFrom(...PARAMETERS),
        ({ s, m, layout }, shapes) => {
          const text = `matrices: { s = 0.5 * s + ${s}; m = 0.5 * m + 0 * mean(g) + ${m}; theta = theta - g }`;
          const parse = () =>
            parseUpdate(text, { hyperparameters: {}, layout: layout as "keras" | "pytorch" });
          const count = shapes[0]!.reduce((size, each) => size * each, 1);
          const steps = [1, 2, 3].map((seed) => ({
            gradient: Float64Array.from(noise(count, seed)),
            learningRate: 1,
          }));
          let update: ReturnType<typeof parse>;
          try {
            update = parse();
            planUpdate(update, [{ name: "w", shape: shapes[0]! }]);
          } catch (error) {
            expect(error).toMatchObject({ name: "OptimbenchError", code: "FORMULA" });
            return;
          }
          accepted++;
          expect(runUpdate(update, new Float64Array(count), steps, { shapes })).toHaveLength(3);
        },
      ),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe("any text", () => {
  const pieces = fc.constantFrom(
    ..."theta g z y t m learningRate softmax ( ) ( ) , = == + - * / ** < ? : ; \n // /* */ 0.5 1e3 \" ` ${ } [ ] { . ... => await \\u0061 # ' \u2028 §".split(
      " ",
    ),
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((list) => list.join(" ")),
    fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );

  it.each([parseUpdate, parseLoss])("is parsed or rejected with an OptimbenchError: %o", (parse) => {
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parse(text, { hyperparameters: {} });
        } catch (error) {
          expect(error).toMatchObject({ name: "OptimbenchError", code: "FORMULA" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["(", "-", "- (", "sqrt(", "1 + (", "g **", "[", "{", "`${", "a = "])(
    "nested as deeply as its length allows: %s",
    (piece) => {
      const text = `theta = ${piece.repeat(9_900 / piece.length)}`;
      expect(() => parseUpdate(text, { hyperparameters: {} })).toThrowError(
        expect.objectContaining({ code: "FORMULA" }),
      );
    },
  );
});

it("every operation has a place in the language", () => {
  const reachable = [...Object.keys(FUNCTIONS), ...[...OPERATORS.values()].map(({ operation }) => operation)];
  expect([...reachable, "negate"].sort()).toEqual([...OPERATIONS].sort());
});
