import { describe, expect, it } from "vitest";
import { MAX_THREADS } from "../../src/config/threads.js";
import { LARGEST_IMAGE } from "../../src/data/dataset.js";
import { block, conv, dense, flat, images, input, native, spec, updateOf } from "./tiny-session.js";

const gradient = { nodes: [], result: 0 };
const part = { axes: [0], nodes: [[10], [10], [10]], state: [] }; // the whole vector

// TypeScript validates before it calls; native code must survive callers that do not.
const session = (changes: object) => async () => {
  const one = new native.Session({ ...spec, ...changes });
  await one.open();
  return one;
};
const dataset = (changes: object) => () => new native.Dataset({ ...images, ...changes });

describe("a session rejects", () => {
  it.each([
    ["no spec", async () => new native.Session(undefined as never), /Expected an object for `session`/],
    ["no threads", session({ threads: 0 }), /a whole number from 1 to 1024 for `session.threads`/],
    ["more threads than a config may request", session({ threads: MAX_THREADS + 1 }), /`session.threads`/],
    ["half a micro-batch", session({ microBatch: 0.5 }), /`session.microBatch`/],
    ["a negative shape", session({ input: [1, -2, 2] }), /`session.input`/],
    ["a seed that is not a number", session({ seed: Number.NaN }), /`session.seed`/],
    ["no layers", session({ layers: [] }), /the last layer must output one logit per class/],
    [
      "an unknown layer",
      session({ layers: [{ ...flat, kind: "transformer" }] }),
      /unknown layer kind 'transformer'/,
    ],
    [
      "a layer with another output shape than declared",
      session({ layers: [{ ...flat, output: [5, 1, 1] }, dense] }),
      /layers\[0\] \(flatten_0\) outputs 4 x 1 x 1, not the declared shape/,
    ],
    [
      "a kernel larger than the image",
      session({ layers: [{ ...conv, kernel: [9, 9] }, flat, dense] }),
      /Kernel size: \(9 x 9\)\. Kernel size can't be greater than actual input size/,
    ],
    ["a stride of 0", session({ layers: [{ ...conv, strides: [0, 1] }] }), /`session.layers\[0\].strides`/],
    [
      "a layer too large for memory",
      session({
        layers: [
          flat,
          { ...dense, units: 2 ** 24, output: [2 ** 24, 1, 1] },
          { ...dense, units: 2 ** 24, output: [2 ** 24, 1, 1] },
          dense,
        ],
      }),
      /^Out of memory \(out of memory: cannot allocate \d+ bytes\)/,
    ],
    [
      "a layer without a name",
      session({ layers: [{ ...flat, name: undefined }, dense] }),
      /`session.layers\[0\].name`/,
    ],
    [
      "a layer that takes a later one",
      session({ layers: [{ ...flat, from: [1] }, dense] }),
      /layers\[0\] \(flatten_0\) takes the output of a layer that does not precede it/,
    ],
    [
      "a layer that takes one before the image",
      session({ layers: [{ ...flat, from: [-2] }, dense] }),
      /`session.layers\[0\].from`/,
    ],
    [
      "a sum of different shapes",
      session({
        layers: [flat, dense, { kind: "sum", name: "residual_0", from: [0, 1], output: [2, 1, 1] }],
      }),
      /layers\[2\] \(residual_0\) sums outputs of different shapes/,
    ],
    [
      "groups that do not divide the channels",
      session({ layers: [{ ...conv, groups: 3 }, flat, dense] }),
      /Given groups=3, expected weight to be at least 3 at dimension 0/,
    ],
    ["no groups", session({ layers: [{ ...conv, groups: 0 }] }), /`session.layers\[0\].groups`/],
    [
      "a rate of one",
      session({ layers: [{ kind: "dropout", name: "dropout_0", rate: 1, output: [1, 2, 2] }] }),
      /`session.layers\[0\].rate`/,
    ],
    [
      "a node that uses a later one",
      session({ loss: { nodes: [{ op: "mean", args: [1] }, input("z")], result: 0, gradient } }),
      /does not precede its use/,
    ],
    [
      "an unknown operation",
      session({ loss: { nodes: [{ op: "system", args: [] }], result: 0, gradient } }),
      /unknown operation 'system'/,
    ],
    [
      "a gradient that is not a node",
      session({ loss: { ...spec.loss, gradient: { nodes: [], result: 2 } } }),
      /the result or the gradient is not a node/,
    ],
    ["an unknown input", session({ update: updateOf({ nodes: [input("w")] }) }), /unknown input 'w'/],
    [
      "a row that is not a list of numbers",
      session({ loss: { nodes: [{ op: "row", values: ["1"] }], result: 0, gradient } }),
      /a list of numbers for `session\.loss\.nodes\[0\]\.values`/,
    ],
    [
      "a missing argument",
      session({ loss: { nodes: [input("z"), { op: "add", args: [0] }], result: 1, gradient } }),
      /wrong number of arguments for 'add'/,
    ],
    [
      "an assignment of something that is not a node",
      session({ update: updateOf({ assign: [{ target: "theta", node: 9 }] }) }),
      /not a node/,
    ],
    [
      "an unknown target",
      session({ update: updateOf({ assign: [{ target: "m", node: 2 }] }) }),
      /unknown target 'm'/,
    ],
    [
      "a part for a parameter that does not exist",
      session({ update: updateOf({ parts: [{ ...part, parameter: 2 }] }) }),
      /there is no parameter 2/,
    ],
    [
      "axes that are not a permutation of a parameter's axes",
      session({ update: updateOf({ parts: [{ ...part, axes: [1] }] }) }),
      /the axes are not a permutation/,
    ],
    [
      "a plan for parameters of other shapes",
      session({ update: updateOf({ parts: [{ ...part, parameter: 0 }] }) }),
      /the plan is for other parameters or for another formula/,
    ],
    [
      "a plan for another formula",
      session({ update: updateOf({ parts: [{ ...part, nodes: [[10], [10]] }] }) }),
      /the plan is for other parameters or for another formula/,
    ],
    [
      "a negative size in a shape",
      session({ update: updateOf({ parts: [{ ...part, nodes: [[10], [-1], [10]] }] }) }),
      /whole number.* for `session.update.blocks\[0\].parts\[0\].nodes.1`/,
    ],
    [
      "a state that starts as theta with another shape",
      session({
        update: updateOf({
          state: [{ name: "s", kind: "vector", initial: 0, startsAsTheta: true }],
          parts: [{ ...part, state: [[2]] }],
        }),
      }),
      /the plan gives the state 's' an invalid shape/,
    ],
    [
      "a scalar state with axes",
      session({
        update: updateOf({ state: [{ name: "s", kind: "number", initial: 0, startsAsTheta: false }] }),
      }),
      /the plan gives the state 's' an invalid shape/,
    ],
    [
      "a device that does not exist",
      session({ device: "cuda:3" }),
      /device 'cuda:3' is not available here; available: cpu/,
    ],
  ])("%s", (_, make, message) => expect(make()).rejects.toThrow(message));
});

describe("a step of an update rejects", () => {
  const step = (changes: object) => () =>
    native.runUpdate(
      updateOf(changes),
      new Float64Array(10),
      [{ gradient: new Float64Array(10), learningRate: 1 }],
      { shapes: [[10]] },
    );
  const nodes = [...block.nodes, { op: "transpose", args: [2] }];
  const number = { name: "s", kind: "number", initial: 0, startsAsTheta: false };

  it.each([
    [
      "a matrix function on the whole vector",
      step({ nodes }),
      /a matrix function needs a value with rows and columns/,
    ],
    [
      "a value with another shape than the inferred one",
      step({ parts: [{ ...part, nodes: [[10], [10], [5]] }] }),
      /formula node 2 \(subtract\): \[10\] is not the inferred shape \[5\]/,
    ],
    [
      "a number that becomes a tensor",
      step({
        nodes: [...block.nodes, input("s")],
        state: [number],
        assign: [{ target: "s", node: 2, offset: 0 }],
        parts: [{ ...part, nodes: [[10], [10], [10], []], state: [[]] }],
      }),
      /the number 's' is assigned a tensor/,
    ],
  ])("%s", (_, run, message) => expect(run).toThrow(message));
});

describe("a session accepts what a config may request", () => {
  it("the largest number of threads", async () => {
    const one = await session({ threads: MAX_THREADS })();
    one.dispose();
    expect(native.timeMatrixProduct({ size: 2, threads: MAX_THREADS })).toBeGreaterThanOrEqual(0);
    expect(() => native.timeMatrixProduct({ size: 2, threads: MAX_THREADS + 1 })).toThrow(/threads/);
  });

  it("the largest image, flattened, and as many filters of one channel each", async () => {
    const { side, channels } = LARGEST_IMAGE;
    const values = side * side * channels;
    const output = [values, 1, 1] as const;
    const each = { ...conv, groups: values, filters: values, kernel: [1, 1], output } as const;
    const layers = [{ ...flat, output }, each] as const;
    // This is read after the layers and before anything is allocated.
    const augmentation = { shift: 0, rotation: 0, scale: 2 };
    await expect(session({ input: [channels, side, side], layers, augmentation })()).rejects.toThrow(
      "Expected a number below 1 for `session.augmentation.scale`",
    );
  });
});

describe("a dataset rejects", () => {
  it.each([
    [
      "too few pixels",
      dataset({ images: new Uint8Array(11) }),
      /3 images of 4 bytes, one per label, for `dataset.images`/,
    ],
    [
      "another type of array",
      dataset({ images: new Float64Array(12) }),
      /Expected a Uint8Array for `dataset.images`/,
    ],
    [
      "a label out of range",
      dataset({ labels: Int32Array.of(0, 1, 2) }),
      /labels\[2\] is 2, but there are 2 classes/,
    ],
    [
      "targets of another length",
      dataset({ targets: new Float32Array(5) }),
      /3 x 2 numbers for `dataset.targets`/,
    ],
    ["a shape larger than the images", dataset({ shape: [2 ** 13, 2 ** 13, 2 ** 13] }), /`dataset.images`/],
    ["an image that overflows", dataset({ shape: [2 ** 24, 2 ** 24, 2 ** 24] }), /`dataset.shape`/],
  ])("%s", (_, make, message) => expect(make).toThrow(message));

  it.each(["images", "labels", "targets"] as const)("%s that a getter detaches during the read", (key) => {
    const arrays = { ...images, images: images.images.slice(), targets: new Float32Array(6) };
    arrays.labels = images.labels.slice();
    const hostile = Object.defineProperty(arrays, "device", {
      get: () => {
        const { buffer } = arrays[key] as { buffer: ArrayBuffer };
        structuredClone(buffer, { transfer: [buffer] });
        return "cpu";
      },
    });
    expect(() => new native.Dataset(hostile)).toThrow(/for `dataset\.(images|targets)`/);
  });
});

it("has no native getters, which would run on objects of another class", async () => {
  for (const { prototype } of [native.Dataset, native.Session])
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      expect([name, get]).toEqual([name, undefined]);
  expect((await session({})()).parameterCount).toBe(10);
  expect(new native.Dataset(images).bytes).toBeGreaterThan(12);
});
