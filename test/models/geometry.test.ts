import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { type Model, resolveModel } from "../../src/models/models.js";
import type { Pair, Shape } from "../../src/models/native-layer.js";

const MNIST: Shape = [1, 28, 28];

const lower = (model: Model, { input = MNIST, classes = 10, semantics = "keras3" as Semantics } = {}) =>
  lowerModel(resolveModel(model, { classes, semantics }), { input, classes, semantics });

const HEAD = [{ type: "flatten" }, { type: "dense", units: 10 }] as const;

describe("geometry", () => {
  const size = fc.integer({ min: 1, max: 9 });
  const sizes = fc.tuple(size, size);
  const input = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 9, max: 30 }),
    fc.integer({ min: 9, max: 30 }),
  );

  it("gives the shapes defined by 'valid' and 'same'", () => {
    fc.assert(
      fc.property(
        input,
        sizes,
        sizes,
        fc.constantFrom("valid", "same"),
        (shape, kernel, strides, padding) => {
          const outputs = [0, 1].map((i) => countWindows(shape[i + 1]!, kernel[i]!, strides[i]!, padding));
          for (const layer of [
            { type: "conv2d", filters: 2, kernelSize: kernel, strides, padding },
            { type: "depthwiseConv2d", kernelSize: kernel, strides, padding },
            { type: "maxPool2d", poolSize: kernel, strides, padding },
          ] as const) {
            const lowered = lower({ layers: [layer, ...HEAD] }, { input: shape }).layers[0]!;
            expect(lowered.output.slice(1)).toEqual(outputs);
          }
        },
      ),
    );
  });

  it("treats a dilated window like one of the size that it spans", () => {
    const small = fc.integer({ min: 1, max: 3 });
    const smalls = fc.tuple(small, small);
    fc.assert(
      fc.property(
        input,
        smalls,
        smalls,
        smalls,
        fc.constantFrom("valid", "same"),
        (shape, kernel, strides, dilationRate, padding) => {
          const span: Pair = [(kernel[0] - 1) * dilationRate[0] + 1, (kernel[1] - 1) * dilationRate[1] + 1];
          const of = (layer: Layer) => {
            const lowered = lower({ layers: [layer, ...HEAD] }, { input: shape }).layers[0]!;
            return "padding" in lowered ? { output: lowered.output, padding: lowered.padding } : undefined;
          };
          const conv = { type: "conv2d", filters: 2, strides, padding } as const;
          const plain = of({ ...conv, kernelSize: span });
          expect(plain).toBeDefined();
          expect(of({ ...conv, kernelSize: kernel, dilationRate })).toEqual(plain);
        },
      ),
    );
  });

  it("pads so that the last window ends exactly at the padded edge, with the extra row at the bottom or right", () => {
    fc.assert(
      fc.property(input, sizes, sizes, (shape, kernel: Pair, strides: Pair) => {
        const layers = [{ type: "maxPool2d", poolSize: kernel, strides, padding: "same" } as const, ...HEAD];
        const layer = lower({ layers }, { input: shape }).layers[0]!;
        if (layer.kind !== "maxPool2d") throw new Error(layer.kind);
        const [top, bottom, left, right] = layer.padding;
        for (const [axis, before, after] of [[0, top, bottom] as const, [1, left, right] as const]) {
          const reach = (layer.output[axis + 1]! - 1) * strides[axis] + kernel[axis];
          expect(before + after).toBe(Math.max(0, reach - shape[axis + 1]!));
          expect([0, 1]).toContain(after - before);
        }
      }),
    );
  });
});

/** Output positions counted one by one, from the definition. */
function countWindows(input: number, kernel: number, stride: number, padding: "valid" | "same"): number {
  let count = 0;
  for (let start = 0; padding === "valid" ? start + kernel <= input : start < input; start += stride) count++;
  return count;
}
