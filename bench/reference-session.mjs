import { resolveTrainConfig } from "../dist/config/resolve-train-config.js";
import { loadNative } from "../dist/native.js";
import { placeOnDevice, sessionSpec } from "../dist/session.js";

const COUNT = 8192;

/** Random images like MNIST's: the time of a step does not depend on what they show. */
const dataset = {
  name: "random",
  count: COUNT,
  height: 28,
  width: 28,
  channels: 1,
  classes: 10,
  images: Uint8Array.from({ length: COUNT * 784 }, (_, i) => (Math.imul(i, 2654435761) >>> 24) & 255),
  labels: Uint8Array.from({ length: COUNT }, (_, i) => i % 10),
};

/**
 * The paper's CNN, ready to train on random images.
 *
 * @param {object} options as for `train`: optimizer, batchSize, threads ...
 */
export function referenceSession(options) {
  const native = loadNative();
  const config = placeOnDevice(resolveTrainConfig(options, dataset));
  const session = new native.Session(sessionSpec(config, dataset));
  const images = new native.Dataset({ ...dataset, shape: [1, 28, 28], device: config.device });
  const { batchSize } = config;
  const { learningRate } = config.optimizer;
  return {
    config,
    /** Trains `steps` steps; resolves with the milliseconds of each. */
    async train(steps) {
      const order = Uint32Array.from({ length: steps * batchSize }, (_, i) => i % COUNT);
      const learningRates = new Float64Array(steps).fill(learningRate);
      const { seconds } = await session.train(images, { order, batchSize, learningRates, epoch: 1 });
      return (seconds / steps) * 1000;
    },
    /** Updates `steps` times with one gradient; resolves with the milliseconds of each. */
    async update(steps) {
      const { seconds } = await session.repeatUpdate({ steps, learningRate });
      return (seconds / steps) * 1000;
    },
    /** The parameters' shapes and number, and the bytes that an update must read and write. */
    memory() {
      const { parameters, evaluation, optimizer } = session.readState();
      const state = Object.values(optimizer).reduce((sum, { length }) => sum + length, 0);
      return {
        shapes: session.parameters().map(({ shape }) => shape),
        parameters: parameters.length,
        bytes: 4 * (3 * parameters.length + 2 * state + (evaluation?.length ?? 0)),
      };
    },
    dispose() {
      session.dispose();
      images.dispose();
    },
  };
}
