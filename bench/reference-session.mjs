import { openBenchSession } from "../dist/bench/bench-session.js";
import { randomImages } from "../dist/bench/random-images.js";
import { planRun } from "../dist/config/run-plan.js";
import { parseTrainConfig } from "../dist/config/train-config.js";
import { planForDevice } from "../dist/native/device.js";
import { IMAGE_SIZES, MODELS } from "./models.mjs";

export const IMAGES = 12_000;

/**
 * Opens a session that trains on random images. The default is the paper's CNN with Adam on the CPU. All times are in
 * milliseconds.
 *
 * @param {object} options as for `train`: model (also a name in MODELS), optimizer, batchSize, threads ...; and a dataset, images
 */
export async function referenceSession({ model = "paper-cnn", images = imagesOf(model), ...options }) {
  const config = { device: "cpu", model: MODELS[model] ?? model, ...options };
  const plan = planForDevice(planRun(parseTrainConfig(config), images));
  const session = await openBenchSession(plan, images);
  return {
    /** The layers with every default filled in. */
    layers: plan.config.model.layers,
    /** Milliseconds per step, after untimed steps. */
    train: async (steps, untimed = 0) => {
      if (untimed > 0) await session.train(untimed);
      return ((await session.train(steps)) / steps) * 1000;
    },
    /** Where the seconds of so many steps go. */
    profile: (steps) => session.profile(steps),
    /** Milliseconds per update, with the last step's gradient. */
    update: async (steps) => ((await session.update(steps)) / steps) * 1000,
    /** Milliseconds for all images. */
    evaluate: async (count) => (await session.evaluate(count)) * 1000,
    /** The shapes and the number of parameters, and the bytes that an update must read and write. */
    memory: () => ({
      shapes: session.parameterShapes,
      parameters: session.parameterCount,
      bytes: session.updateBytes(),
    }),
    dispose: () => session.dispose(),
  };
}

const made = new Map();

/** The images that a model trains on. */
export function imagesOf(model) {
  const size = IMAGE_SIZES[model];
  const images = made.get(size) ?? randomImages(IMAGES, size);
  made.set(size, images);
  return images;
}
