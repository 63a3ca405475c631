import { describe, expect, it } from "vitest";
import { parseUpdate } from "../../src/formula/parse-update.js";

const none = { hyperparameters: {} };
/** The block of an update with one block. */
const parseOne = (...given: Parameters<typeof parseUpdate>) => parseUpdate(...given).blocks[0]!;

describe("parseUpdate", () => {
  it("makes a graph whose nodes follow their arguments", () => {
    expect(parseOne("theta = theta - learningRate * g", none)).toEqual({
      on: "all",
      nodes: [
        { op: "input", name: "theta" },
        { op: "input", name: "learningRate" },
        { op: "input", name: "g" },
        { op: "multiply", args: [1, 2] },
        { op: "subtract", args: [0, 3] },
      ],
      offsets: [0, 0, 0, 29, 14],
      state: [],
      assign: [{ target: "theta", node: 4, offset: 0 }],
    });
  });

  it("makes hyperparameters constants, folds them in double precision and drops unused nodes", () => {
    const { nodes } = parseOne("theta = theta - (1 - beta) * g", { hyperparameters: { beta: 0.9 } });
    const constants = nodes.filter(({ op }) => op === "constant");
    expect(constants).toEqual([{ op: "constant", value: 1 - 0.9 }]);
  });

  it("keeps the rate and the step as inputs", () => {
    const { nodes } = parseOne("theta = theta - learningRate / (1 - 0.5 ** t) * g", none);
    expect(nodes).toContainEqual({ op: "input", name: "learningRate" });
    expect(nodes).toContainEqual({ op: "input", name: "t" });
  });

  it("shares equal subexpressions", () => {
    const { nodes } = parseOne("theta = theta - sqrt(g * g) / (sqrt(g * g) + 1)", none);
    expect(nodes.filter(({ op }) => op === "sqrt")).toHaveLength(1);
  });

  it("treats a name that is read before it is assigned as a state that starts at 0", () => {
    const { state, assign } = parseOne("m = 0.9 * m + g; step = 2 * m; theta = theta - step", none);
    expect(state).toEqual([{ name: "m", kind: "vector", initial: 0, startsAsTheta: false }]);
    expect(assign.map(({ target }) => target)).toEqual(["theta", "m"]);
  });

  it("starts a declared state as declared", () => {
    const { state } = parseOne("a = a + g ** 2; theta = theta - g / sqrt(a)", {
      ...none,
      state: { a: 0.1 },
    });
    expect(state).toEqual([{ name: "a", kind: "vector", initial: 0.1, startsAsTheta: false }]);
  });

  it("reads what was assigned above, including theta and states", () => {
    const { nodes, assign } = parseOne("theta = theta - g; m = m + theta; theta = 2 * m", none);
    const theta = { op: "input", name: "theta" };
    expect(nodes.map((node) => ("args" in node ? [node.op, ...node.args] : node))).toEqual([
      theta,
      { op: "input", name: "g" },
      ["subtract", 0, 1],
      { op: "input", name: "m" },
      ["add", 3, 2],
      { op: "constant", value: 2 },
      ["multiply", 5, 4],
    ]);
    expect(assign).toEqual([
      { target: "theta", node: 6, offset: 34 },
      { target: "m", node: 4, offset: 19 },
    ]);
  });

  it.each([
    ["statements a line", "m = g\n\n  theta = theta - m\n"],
    ["statements by semicolons", "m = g; theta = theta - m;"],
    ["Windows' line ends", "m = g\r\ntheta = theta - m\r\n"],
    ["comments", "m = g // the gradient; kept\n/* and\nthen */ theta = theta - m"],
    ["lines that go on", "m = (g\n)\ntheta = theta -\n  m"],
  ])("takes %s", (_, text) => {
    const { nodes, state, assign } = parseOne("m = g; theta = theta - m", none);
    const targets = assign.map(({ target, node }) => expect.objectContaining({ target, node }));
    expect(parseOne(text, none)).toMatchObject({ nodes, state, assign: targets });
  });

  it("ends a statement with its line, whatever the next line starts with", () => {
    expect(() => parseUpdate("m = g\n(theta) = theta - m", none)).not.toThrow(/call/);
  });

  it("stores a state that depends on no vector as a number", () => {
    const { state } = parseOne("p = p * 0.9; q = p; m = m + q * g; theta = theta - m", {
      ...none,
      state: { p: 1, m: "theta" },
    });
    expect(
      state.map(({ name, kind, initial, startsAsTheta }) => [name, kind, initial, startsAsTheta]),
    ).toEqual([
      ["p", "number", 1, false],
      ["m", "vector", 0, true],
    ]);
  });

  it("makes a block of each label, and of the statements between", () => {
    const { blocks } = parseUpdate(
      "g = clip(g, -1, 1)\nmatrices: {\n  theta = theta - matmul(g, transpose(g))\n}\nvectors: { theta = theta - g }\nevaluation = theta",
      none,
    );
    expect(blocks.map(({ on, assign }) => [on, ...assign.map(({ target }) => target)])).toEqual([
      ["all", "g"], // later blocks read it
      ["matrices", "theta"],
      ["vectors", "theta"],
      ["all", "evaluation"],
    ]);
  });

  it("stores a changed gradient only for blocks to come", () => {
    expect(parseOne("g = 2 * g; theta = theta - g", none).assign.map(({ target }) => target)).toEqual([
      "theta",
    ]);
  });

  it("does not resolve names of JavaScript's objects", () => {
    const { state } = parseOne("toString = toString + g; theta = theta - toString", none);
    expect(state).toEqual([{ name: "toString", kind: "vector", initial: 0, startsAsTheta: false }]);
  });
});
