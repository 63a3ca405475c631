import { join } from "node:path";
import { train } from "../../dist/index.js";
import { MODELS } from "../models.mjs";
import { imagesOf } from "../reference-session.mjs";

const SAMPLES = 64;
/** Probabilities differ by rounding only. */
const TOLERANCE = 1e-4;

/**
 * Proves that the peers compute the same as optimbench: as many parameters, and the same probabilities with the weights and running
 * statistics of a model that optimbench trained.
 *
 * @throws if they do not
 */
export async function checkSameNet({ model: name, parameters, peers, folder }) {
  const { images, labels, height, width, channels } = imagesOf(name);
  const pixels = images.subarray(0, SAMPLES * height * width * channels);
  const { model: trained } = await train({
    dataset: { images: pixels, labels: labels.subarray(0, SAMPLES), height, width, channels },
    split: { train: SAMPLES / 2, validation: SAMPLES / 2 },
    model: MODELS[name],
    batchSize: SAMPLES / 4,
    epochs: 2,
    untimedSteps: false,
  });
  const weights = join(folder, `${name}.safetensors`);
  await trained.save(weights);
  const ours = await trained.predict(pixels);
  trained.dispose();
  for (const [peer, { parameters: count, predict }] of Object.entries(peers)) {
    if (count !== parameters)
      throw new Error(`${name} has ${parameters} parameters, but ${count} in ${peer}.`);
    const theirs = (await predict(weights, SAMPLES)).flat();
    const difference = theirs.reduce((most, each, i) => Math.max(most, Math.abs(each - ours[i])), 0);
    if (theirs.length !== ours.length || !(difference < TOLERANCE))
      throw new Error(`${name}: the probabilities of ${peer} differ by up to ${difference}.`);
  }
}
