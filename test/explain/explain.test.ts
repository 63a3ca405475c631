import { describe, expect, it } from "vitest";
import { explain } from "../../src/explain/explain.js";
import type { LossExplanation, OptimizerExplanation } from "../../src/explain/explanation.js";
import { explanationText } from "../../src/explain/explanation-text.js";

const optimizer = (what: Parameters<typeof explain>[0]) => explain(what) as OptimizerExplanation;
const loss = (what: Parameters<typeof explain>[0]) => explain(what) as LossExplanation;

describe("explain an optimizer", () => {
  it("states that Adagrad's first step is 3160 times as long in PyTorch as in Keras", () => {
    const { definitions, differences, hyperparameters } = optimizer("adagrad");
    const step = Object.fromEntries(definitions.map(({ source, firstStep }) => [source, firstStep]));
    expect(step.keras3).toBeCloseTo((0.001 * 1e-3) / Math.sqrt(0.1 + 1e-6 + 1e-7), 12);
    expect(step.pytorch).toBeCloseTo(0.01, 6);
    expect(differences.at(-1)).toContain("3160 times");
    expect(differences).toContain("`initialAccumulator`: 0.1 in Keras 3 and Keras 2, 0 in PyTorch.");
    expect(differences).toContain("`lrDecay`: 0 in PyTorch; not available in Keras 3 and Keras 2.");
    expect(hyperparameters[0]).toMatchObject({
      name: "learningRate",
      range: "0 < x",
      defaults: { keras3: 0.001, pytorch: 0.01 },
    });
  });

  it("names the settings with which formulas differ that are equal by default", () => {
    expect(optimizer("sgd").differences).toContain(
      "The formula is the same by default, but differs with `momentum`.",
    );
  });

  it("counts the bytes of state", () => {
    expect(optimizer("sgd").definitions[0]!.stateBytes).toEqual({ all: {} });
    expect(optimizer({ name: "sgd", momentum: 0.9 }).definitions[0]!.stateBytes).toEqual({
      all: { parameter: 4 },
    });
    expect(optimizer("adam").definitions[0]!.stateBytes).toEqual({ all: { parameter: 8 } });
    const { states, stateBytes } = optimizer("adafactor").definitions[0]!;
    expect(stateBytes).toEqual({ matrices: { row: 4, column: 4 }, vectors: { parameter: 4 } });
    expect(states.map(({ name, per }) => [name, per])).toEqual([
      ["r", "row"],
      ["c", "column"],
      ["v", "parameter"],
    ]);
    const scheduleFree = optimizer({ name: "scheduleFreeSgd" }).definitions[0]!.states;
    expect(scheduleFree.find(({ name }) => name === "total")!.per).toBe("optimizer");
  });

  it("counts states of another shape than their parameter by that shape", () => {
    const { states, stateBytes } = optimizer({
      name: "kronecker",
      formula: `matrices: {
        l = l + matmul(g, transpose(g))
        r = r + matmul(transpose(g), g)
        theta = theta - learningRate * matmul(matmul(l, g), r)
      }
      vectors: { theta = theta - learningRate * g }`,
    }).definitions[0]!;
    expect(states.map(({ name, per }) => [name, per])).toEqual([
      ["l", "pair of rows"],
      ["r", "pair of columns"],
    ]);
    expect(stateBytes).toEqual({ matrices: { "pair of rows": 4, "pair of columns": 4 }, vectors: {} });
  });

  it("explains a formula for square matrices only", () => {
    const formula = "hidden: { m = m + matmul(g, g); theta = theta - m } others: { theta = theta - g }";
    const { stateBytes } = optimizer({ name: "square", formula }).definitions[0]!;
    expect(stateBytes).toEqual({ hidden: { parameter: 4 }, others: {} });
  });

  it("also gives the step in a matrix if matrices are treated differently", () => {
    expect(optimizer("muon").definitions[0]!.firstStepInMatrix).toBeGreaterThan(0);
    expect(optimizer("adam").definitions[0]!.firstStepInMatrix).toBeUndefined();
  });

  it("contains the note that neither formula nor defaults show", () => {
    const { note } = optimizer("adafactor");
    expect(note).toContain("underflows in float32");
    expect(explanationText(optimizer("adafactor"))).toContain(`Note\n  ${note}`);
    expect(explanationText(optimizer("adam"))).not.toContain("Note");
  });

  it("keeps only the sources that have the settings", () => {
    expect(optimizer({ name: "adagrad", lrDecay: 0.1 }).definitions.map(({ source }) => source)).toEqual([
      "pytorch",
    ]);
  });
});

describe("explain a loss", () => {
  it("gives the value and the gradient of an example", () => {
    const { value, gradient } = loss("categoricalCrossentropy").definitions[0]!.example;
    const total = Math.exp(2) + Math.exp(-1) + Math.exp(0.5);
    expect(value).toBeCloseTo(Math.log(total) - 2, 10);
    expect(gradient[0]).toBeCloseTo(Math.exp(2) / total - 1, 10);
    expect(gradient[1]).toBeCloseTo(Math.exp(-1) / total, 10);
  });
});

it("gives an example with as many classes as a list of weights", () => {
  const weighted = { name: "l", formula: "sum(w * (z - y) ** 2)", hyperparameters: { w: [1, 2, 3, 4] } };
  const { logits, gradient } = loss(weighted).definitions[0]!.example;
  expect(logits).toEqual([2, -1, 0.5, 2]);
  expect(gradient).toEqual([2, -4, 3, 16]);
});

describe("explain a custom formula", () => {
  it("distinguishes an update from a loss", () => {
    const mine = optimizer({
      name: "mine",
      formula: "m = b * m + g; theta = theta - learningRate * m",
      hyperparameters: { b: 0.9 },
      learningRate: 0.5,
    });
    expect(mine).toMatchObject({ kind: "optimizer", sources: [], differences: [] });
    expect(mine.definitions[0]).toMatchObject({
      source: "custom",
      firstStep: 0.0005,
      stateBytes: { all: { parameter: 4 } },
    });
    expect(loss({ name: "l", formula: "sum((z - y) ** 2)" }).definitions[0]!.example).toMatchObject({
      value: 2.25,
      gradient: [2, -2, 1],
    });
  });
});

it("suggests the nearest name, and shortens one that is too long", () => {
  expect(() => explain("x".repeat(1_000_000))).toThrow(/optimizer or loss "x{57}\.\.\."/);
  expect(() => explain("adagard")).toThrow(
    'There is no optimizer or loss "adagard". Did you mean "adagrad"?',
  );
});

it.each([
  [null, "got null"],
  [3, "got 3 (number)"],
  [{}, "got {} (object)"],
])("rejects %j, which has no name", (what, message) => {
  expect(() => explain(what as never)).toThrow(message);
});

it("is formatted for a terminal", () => {
  const text = explanationText(explain("adagrad"));
  expect(text).toContain("  Keras 3:\n    a = a + g ** 2\n");
  expect(text).toContain(
    "  epsilon = 1e-7 (Keras 3, Keras 2), 1e-10 (PyTorch)\n      0 <= x <= 1; constant added to the divisor",
  );
});
