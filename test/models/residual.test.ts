import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { type Model, resolveModel } from "../../src/models/models.js";
import type { Shape } from "../../src/models/native-layer.js";

const MNIST: Shape = [1, 28, 28];

const lower = (model: Model, { input = MNIST, classes = 10, semantics = "keras3" as Semantics } = {}) =>
  lowerModel(resolveModel(model, { classes, semantics }), { input, classes, semantics });

const HEAD = [{ type: "flatten" }, { type: "dense", units: 10 }] as const;

describe("residual", () => {
  const same = (filters: number): Layer => ({ type: "conv2d", filters, kernelSize: 3, padding: "same" });
  const wiring = (...layers: Layer[]) =>
    lower({ layers: [...layers, ...HEAD] }).layers.map(({ name, from }) => [name, ...(from ?? [])]);

  it("adds two branches, named by their position", () => {
    const block: Layer = {
      type: "residual",
      layers: [same(4), { type: "activation", activation: "relu" }, same(8)],
      shortcut: [{ type: "conv2d", filters: 8, kernelSize: 1 }],
      activation: "relu",
    };
    const inner: Layer = { type: "residual", layers: [same(8), same(8)] };
    expect(wiring(same(4), block, { type: "residual", layers: [inner, same(8)] })).toEqual([
      ["conv2d_0"],
      ["residual_0.conv2d_0"],
      ["residual_0.activation_0"],
      ["residual_0.conv2d_1"],
      ["residual_0.shortcut.conv2d_0", 0],
      ["residual_0", 3, 4],
      ["residual_0.activation"],
      ["residual_1.residual_0.conv2d_0"],
      ["residual_1.residual_0.conv2d_1"],
      ["residual_1.residual_0", 8, 6],
      ["residual_1.conv2d_0"],
      ["residual_1", 10, 6],
      ["flatten_0"],
      ["dense_0"],
    ]);
  });

  it("may start at the image", () => {
    expect(wiring({ type: "residual", layers: [same(1)] })[1]).toEqual(["residual_0", 0, -1]);
  });

  it("keeps a ReLU before branches that start with a max-pool, and moves one within a branch", () => {
    const pooled: Layer[] = [{ type: "maxPool2d" }, same(1)];
    const relu: Layer = { type: "activation", activation: "relu" };
    expect(
      wiring(relu, { type: "residual", layers: pooled, shortcut: [relu, { type: "maxPool2d" }] }),
    ).toEqual([
      ["activation_0"],
      ["residual_0.maxPool2d_0"],
      ["residual_0.conv2d_0"],
      ["residual_0.shortcut.maxPool2d_0", 0],
      ["residual_0.shortcut.activation_0"],
      ["residual_0", 2, 4],
      ["flatten_0"],
      ["dense_0"],
    ]);
  });

  it("counts the parameters of its branches", () => {
    const block: Layer = {
      type: "residual",
      layers: [
        { type: "depthwiseConv2d", kernelSize: 3, depthMultiplier: 2, padding: "same" },
        { type: "groupNorm", groups: 2 },
      ],
      shortcut: [{ type: "conv2d", filters: 6, kernelSize: 1, groups: 3, useBias: false }],
    };
    const counted = lower({ layers: [block, ...HEAD] }, { input: [3, 2, 2] }).parameterCount;
    expect(counted).toBe(6 * 9 + 6 + 12 + 6 * 1 + 6 * 4 * 10 + 10);
  });
});
