import { describe, expect, it } from "vitest";
import { FOLDS, FUNCTIONS, OPERATORS } from "../../src/formula/functions.js";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { runUpdate } from "../../src/native/run-update.js";
import { relativeError } from "../relative-error.js";

const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, 2, 3, 1e300, -1e300, 1e-300];
const pairs = SPECIAL.flatMap((x) => SPECIAL.map((y) => [x, y] as const));

/** Each function as text, with the fold that TypeScript uses for constants. */
const functions = [
  ...Array.from(OPERATORS, ([sign, { operation }]) => [`x ${sign} y`, operation, ["x", "y"]] as const),
  ["-x", "negate", ["x"]] as const,
  ...Object.entries(FUNCTIONS).flatMap(([name, found]) => {
    if (found.family !== "elementwise") return [];
    const lists =
      found.arity === 1
        ? [["x"]]
        : found.arity === 2
          ? [["x", "y"]]
          : [
              ["x", "y", "3"],
              ["x", "-1", "y"],
              ["1", "x", "y"],
            ];
    return lists.map((args) => [`${name}(${args.join(", ")})`, name, args] as const);
  }),
];

/** Whether numbers are equal: NaN equals NaN, and 0 equals -0. */
function expectSame(found: ArrayLike<number>, expected: readonly number[]): void {
  for (const [i, value] of expected.entries())
    if (!Object.is(found[i]! + 0, value + 0) && !(relativeError([found[i]!], [value], 1e-300) < 1e-13))
      expect([...pairs[i]!, found[i]]).toEqual([...pairs[i]!, value]);
}

describe.each(functions)("%s", (text, name, args) => {
  const names = args.filter((each) => each === "x" || each === "y");
  const vectors = parseUpdate(
    `theta = ${text.replace(/\bx\b/g, "theta").replace(/\by\b/g, "g")}; evaluation = g`,
    { hyperparameters: {} },
  );
  const x = Float64Array.from(pairs, ([x]) => x);
  const y = Float64Array.from(pairs, ([, y]) => y);
  const ofVectors = [...runUpdate(vectors, x, [{ gradient: y, learningRate: 1 }])[0]!];

  it("gives the same for numbers as for vectors", () => {
    const scalarUpdate = parseUpdate(`theta = ${text}; evaluation = g`, {
      hyperparameters: Object.fromEntries(names.map((each) => [each, 1])),
      changing: names,
    });
    const nothing = Float64Array.of(0);
    const steps = pairs.map(([x, y]) => ({
      gradient: nothing,
      learningRate: 1,
      inputs: names.map((each) => (each === "x" ? x : y)),
    }));
    expectSame(
      runUpdate(scalarUpdate, nothing, steps).map(([value]) => value!),
      ofVectors,
    );
  });

  it("gives the same for constants as for vectors", () => {
    const fold = FOLDS.get(name)!;
    const folded = pairs.map(([x, y]) =>
      fold(...args.map((each) => (each === "x" ? x : each === "y" ? y : Number(each)))),
    );
    expectSame(folded, ofVectors);
  });
});
