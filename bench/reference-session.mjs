import { openBenchSession } from "../dist/bench/bench-session.js";
import { randomImages } from "../dist/bench/random-images.js";
import { resolveTrainConfig } from "../dist/config/resolve-train-config.js";
import { resolveDevice } from "../dist/training/device.js";

const images = randomImages(12_000);

/**
 * The paper's CNN with Adam on the CPU, unless `options` say otherwise, ready to train on random images; all its times are
 * milliseconds.
 *
 * @param {object} options as for `train`: model, optimizer, batchSize, threads ...
 */
export async function referenceSession(options) {
  const config = resolveDevice(resolveTrainConfig({ device: "cpu", ...options }, images));
  const session = await openBenchSession(config, images);
  return {
    /** Milliseconds of a step. */
    train: async (steps) => ((await session.train(steps)) / steps) * 1000,
    /** Milliseconds of an update, with the last step's gradient. */
    update: async (steps) => ((await session.update(steps)) / steps) * 1000,
    /** Milliseconds of all images. */
    evaluate: async (count) => (await session.evaluate(count)) * 1000,
    /** The parameters' shapes and number, and the bytes that an update must read and write. */
    memory: () => ({
      shapes: session.parameterShapes,
      parameters: session.parameterCount,
      bytes: session.updateBytes(),
    }),
    dispose: () => session.dispose(),
  };
}
