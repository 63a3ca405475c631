import { expect, it } from "vitest";
import { train } from "../../src/index.js";
import { ACTIVATIONS } from "../../src/models/native-layer.js";
import { openSession } from "../../src/native/session.js";
import { bands } from "../small-task.js";
import { noise } from "./noise.js";
import { lossOf } from "./tiny-session.js";

// Results depend on the config and the data, never on which thread computes them.
const dataset = await bands();
const head = [{ type: "flatten" }, { type: "dense", units: 3 }] as const;
const parameters = async (
  layers: readonly object[],
  threads: number,
  optimizer: object = { name: "sgd" },
) => {
  const { parametersSha256, history, model } = await train({
    ...{
      dataset,
      model: { layers } as never,
      threads,
      epochs: 2,
      batchSize: 24,
      optimizer: optimizer as never,
    },
  });
  model.dispose();
  return [parametersSha256, ...history.map((epoch) => [epoch.train, epoch.validation])];
};

it.each([
  ["conv2d", [{ type: "conv2d", filters: 8, kernelSize: 3, strides: 2, padding: "same" }, ...head]],
  ["averagePool2d", [{ type: "averagePool2d", poolSize: 5, strides: 2, padding: "same" }, ...head]],
  ["maxPool2d", [{ type: "maxPool2d", poolSize: 3, strides: 2, padding: "same" }, ...head]],
  ["batchNorm2d", [{ type: "conv2d", filters: 4, kernelSize: 3 }, { type: "batchNorm2d" }, ...head]],
  ["dropout", [{ type: "dropout", rate: 0.3 }, ...head]],
  ...ACTIVATIONS.map((kind) => [kind, [{ type: "activation", activation: kind }, ...head]] as const),
] as const)("%s gives the same bits with one thread and with three", async (_, layers) =>
  expect(await parameters(layers, 3)).toEqual(await parameters(layers, 1)),
);

// Their vectors are long enough to be divided among threads, and their norms are sums over all ranges.
it.each(["adam", "lamb"])("%s gives the same bits with one thread, with two and with three", async (name) => {
  const layers = [{ type: "flatten" }, { type: "dense", units: 300 }, { type: "dense", units: 3 }];
  const [one, ...more] = await Promise.all(
    [1, 2, 3].map((threads) => parameters(layers, threads, { name, globalClipNorm: 0.1 })),
  );
  for (const each of more) expect(each).toEqual(one);
});

it("gives the same bits with more threads than can share a batch", async () =>
  expect(await parameters(head, 300)).toEqual(await parameters(head, 1)));

it("predicts the same bits in the first call and later", async () => {
  const dense = (units: number) =>
    ({
      kind: "dense",
      name: `dense_${units}`,
      units,
      bias: false,
      weightLimit: 0.02,
      biasLimit: 0,
      output: [units, 1, 1],
    }) as const;
  const session = await openSession({
    ...{ device: "cpu", threads: 1, seed: 0, microBatch: 8, input: [1, 28, 28], classes: 10 },
    layers: [{ kind: "flatten", name: "flatten_0", output: [784, 1, 1] }, dense(512), dense(10)],
    loss: lossOf([{ op: "constant", value: 0 }], 0),
    update: { text: "", blocks: [], layout: "keras", inputs: [] },
  });
  // So few values that no elementwise operator asks for the number of threads before the matrix product runs.
  const images = Uint8Array.from(noise(5 * 784, 1), (value) => value * 256);
  const first = await session.predict(images);
  expect(await session.predict(images)).toEqual(first);
  await session.dispose();
});

it("trains through a flatten of a flat input", async () => {
  const dense = { type: "dense", units: 8, activation: "relu" } as const;
  const [, before, , after] = (await parameters([head[0], dense, ...head], 1)) as { loss: number }[][];
  expect(after![0]!.loss).toBeLessThan(before![0]!.loss);
});
