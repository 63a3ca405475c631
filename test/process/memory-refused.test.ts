import { expect, it } from "vitest";
import { run } from "./program.js";

/** What no machine has, however large, and how it is refused. */
const CALLS: Readonly<Record<string, readonly [call: string, refusal: RegExp]>> = {
  "a model of 7.5 billion parameters": [
    `train({ ...short, model: layers(...Array(4).fill(dense(50000))) })`,
    /^CONFIG: The model has 7,539,900,010 parameters; at most 1,000,000,000 are supported\. Use fewer units/,
  ],
  "a layer of a million units": [
    `train({ ...short, model: layers(dense(1e6)) })`,
    /^CONFIG: Expected a number of at most 65536 for `model\.layers\[1\]\.units`/,
  ],
  "a batch of a billion, of which all 9,000 images need 3.7 TB": [
    `train({ ...short, split: { train: 9000, validation: 100 }, batchSize: 1e9, model: wide })`,
    /^MEMORY: This needs about 3,\d{3}\.\d GB of memory: activations of 9000 images .* Use a smaller `batchSize`\.$/,
  ],
  "an image that needs 3.3 TB": [
    `train({ ...short, ...large })`,
    /^MEMORY: This needs about 3,\d{3}\.\d GB of memory: activations of 1 image .* Use smaller images/,
  ],
  "a study of it, two runs at once": [
    `compare({ ...short, ...large, optimizers: ["adam", "sgd"], execution: "parallel", threads: 2 })`,
    /^MEMORY: This needs about 6,\d{3}\.\d GB of memory: activations of 1 image .* Use smaller images/,
  ],
  "ten thousand images of 65,536 pixels a side": [
    `train({ ...short, resize: 65536 })`,
    /^DATA: 10,000 images of mnist-10k, 65536 x 65536 x 1, need 42,949,673 MB; at most 1,073 MB are read\./,
  ],
  "a benchmark of a billion images": [
    `bench({ batchSizes: [1e9] })`,
    /^CONFIG: Expected a whole number of at least 1 and at most 8192 for `batchSizes\[0\]`/,
  ],
  "a billion threads": [
    `train({ ...short, threads: 1e9 })`,
    /^CONFIG: Expected a whole number of at least 1 and at most 1024 for `threads`/,
  ],
};

it("refuses in words what no machine has, before it takes memory", async () => {
  const program = `
    import { readFileSync } from "node:fs";
    const { bench, compare } = optimbench;
    const dense = (units) => ({ type: "dense", units });
    const layers = (...hidden) => ({ layers: [{ type: "flatten" }, ...hidden, dense(10)] });
    const wide = { layers: [{ type: "conv2d", filters: 65536, kernelSize: 1 }, { type: "batchNorm2d" }, { type: "globalAveragePool2d" }, dense(10)] };
    const dataset = { images: new Uint8Array(2 * 2048 ** 2), labels: [0, 9], height: 2048, width: 2048 };
    const large = { dataset, split: { train: 1, validation: 1 }, model: wide };
    const said = {};
    const tell = async (name, call) => {
      said[name] = await call.then(({ status }) => status, ({ code, message }) => code + ": " + message);
    };
    ${Object.entries(CALLS)
      .map(([name, [call]]) => `await tell(${JSON.stringify(name)}, ${call});`)
      .join("\n")}
    const peak = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1e3;
    console.log(JSON.stringify({ said, peak }));`;
  const { ended, stdout, stderr } = await run(program);
  expect({ ended, stderr }).toEqual({ ended: 0, stderr: "" });
  const { said, peak } = JSON.parse(stdout);
  expect(Object.keys(said)).toHaveLength(Object.keys(CALLS).length);
  for (const [name, text] of Object.entries(said)) expect(text).toMatch(CALLS[name]![1]);
  expect(peak).toBeLessThan(400); // MB; libtorch and the images alone need 250
});
