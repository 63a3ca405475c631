import { describe, expect, it } from "vitest";
import { parseLoss } from "../../src/formula/parse-loss.js";

const none = { hyperparameters: {} };

describe("parseLoss", () => {
  it("makes a graph of the last statement", () => {
    expect(parseLoss("p = softmax(z); mean(abs(p - y))", none)).toMatchObject({
      nodes: [
        { op: "input", name: "z" },
        { op: "softmax", args: [0] },
        { op: "input", name: "y" },
        { op: "subtract", args: [1, 2] },
        { op: "abs", args: [3] },
        { op: "mean", args: [4] },
      ],
      result: 5,
    });
  });

  it("parses a last line that starts with a minus as a separate statement", () => {
    const { nodes, result } = parseLoss("l = logSoftmax(z)\n-sum(y * l)", none);
    expect(nodes[result]!.op).toBe("negate");
  });

  it("makes hyperparameters constants", () => {
    const { nodes } = parseLoss("sum(abs(z - y) ** power)", { hyperparameters: { power: 1.5 } });
    expect(nodes).toContainEqual({ op: "constant", value: 1.5 });
  });

  it("accepts arithmetic of one number per sample with rows of classes", () => {
    expect(() => parseLoss("mean((z - mean(z)) ** 2) + 0 * sum(y)", none)).not.toThrow();
  });
});
