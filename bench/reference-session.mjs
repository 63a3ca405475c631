import { openBenchSession } from "../dist/bench/bench-session.js";
import { randomImages } from "../dist/bench/random-images.js";
import { resolveTrainConfig } from "../dist/config/resolve-train-config.js";
import { placeOnDevice } from "../dist/session.js";

const images = randomImages(12_000);

/** The paper's CNN with Adam on the CPU, on random images. */
export const referenceSession = (options) =>
  openBenchSession(placeOnDevice(resolveTrainConfig({ device: "cpu", ...options }, images)), images);
