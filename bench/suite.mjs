import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeInfo } from "../dist/native/addon.js";
import { checkSameNet } from "./peers/same-net.mjs";
import { startTrainingPeers } from "./peers/training-peers.mjs";
import { IMAGES, imagesOf, referenceSession } from "./reference-session.mjs";
import { median } from "./row.mjs";
import { numberText, rowCells } from "./row-text.mjs";
import { evaluation } from "./rows/evaluation.mjs";
import { geometricMean } from "./rows/geometric-mean.mjs";
import { peakMemory } from "./rows/peak-memory.mjs";
import { threadScaling } from "./rows/thread-scaling.mjs";
import { trainingStep } from "./rows/training-step.mjs";

/** What is measured for every model, in the order of the tables. */
export const SUITE_MEASURES = ["step", "evaluation", "threads", "memory"];
const WITH_PEERS = ["step", "evaluation", "memory"];

/** The goal of a measure: "at least" for threads, "at most" for all others. */
const GOALS = {
  step: (model) => (model === "paper-cnn" ? (nativeInfo().kernels === "avx512" ? 0.3 : 0.25) : 0.7),
  evaluation: (model) => (model === "paper-cnn" ? 0.3 : 0.6),
  threads: () => 1.7,
  memory: () => 1,
};
const GEOMETRIC_MEAN_GOAL = 0.4;

/** The milliseconds of our timed steps in a round, and of the untimed ones before, which wake all threads. */
const ROUND = { timed: 200, untimed: 60 };
/** Keras runs this many steps at once. */
const GROUP = 4;
/** The largest batch: a round needs three groups of steps. */
export const MOST_BATCH = IMAGES / (3 * GROUP);

/**
 * Measures models against the peers, each model and batch size with processes of its own, so that their memory is that of this
 * training.
 *
 * @param {{ models: string[], batchSizes: number[], measures: string[], peers: string[], threads: number, rounds: number }} options
 * @returns the rows, and the versions of the peers
 */
export async function suite({ models, batchSizes, measures, ...options }) {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  const rows = [];
  const versions = {};
  try {
    for (const model of models)
      for (const batch of batchSizes) {
        const isLast = batch === batchSizes.at(-1);
        const chosen = measures.filter((measure) => measure !== "evaluation" || isLast);
        const measured = await measureModel({ ...options, model, batch, measures: chosen, folder });
        Object.assign(versions, measured.versions);
        rows.push(...measured.rows);
        for (const row of measured.rows) process.stderr.write(`${progressText(row)}\n`);
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const steps = rows.filter(({ measure }) => measure === "step");
  return {
    rows: [
      ...SUITE_MEASURES.flatMap((name) => rows.filter(({ measure }) => measure === name)),
      ...(steps.length > 1 ? [geometricMean(steps, GEOMETRIC_MEAN_GOAL)] : []),
    ],
    versions,
  };
}

async function measureModel({ model, batch, measures, peers: names, threads, rounds, folder }) {
  if (measures.length === 0) return { rows: [], versions: {} };
  const session = await referenceSession({ model, batchSize: batch, threads });
  const needsPeers = measures.some((measure) => WITH_PEERS.includes(measure));
  const peers = needsPeers ? await startTrainingPeers(names, netOf(model, session, folder), threads) : {};
  try {
    if (needsPeers) await checkSameNet({ model, parameters: session.memory().parameters, peers, folder });
    const has = (measure) => measures.includes(measure);
    const of = (measure) => ({ model, batch, goal: GOALS[measure](model), threads, rounds, session, peers });
    const steps = await stepsOf(session, batch);
    const rows = [];
    if (has("step") || has("memory")) {
      const step = await trainingStep({ ...of("step"), ...steps, rounds: has("step") ? rounds : 1 });
      if (has("step")) rows.push(step);
      if (has("memory")) rows.push(await peakMemory({ ...of("memory"), ...steps, fastest: step.against }));
    }
    if (has("evaluation")) rows.push(await evaluation(of("evaluation")));
    if (has("threads")) rows.push(await threadScaling({ ...of("threads"), ...steps }));
    return { rows, versions: Object.assign({}, ...Object.values(peers).map((peer) => peer.versions)) };
  } finally {
    session.dispose();
    await Promise.all(Object.values(peers).map((peer) => peer.end()));
  }
}

/** A row in one line, in case the command is interrupted. */
function progressText(row) {
  const medians = Object.entries(row.measured).map(([name, list]) => `${name} ${numberText(median(list))}`);
  return `${rowCells(row).join("; ")} (${row.measuredUnit}: ${medians.join("; ")})`;
}

/** The steps of a round: a multiple of GROUP, and so few that every image is used at most once. */
async function stepsOf(session, batch) {
  const milliseconds = await session.train(GROUP, GROUP);
  const most = IMAGES / batch / GROUP;
  const groups = Math.ceil(Math.min(ROUND.timed / milliseconds / GROUP, most / 2));
  return { steps: groups * GROUP, untimed: Math.ceil(Math.min(ROUND.untimed / milliseconds, most)) };
}

/** What the peers need to know to build a model, with a file of its images. */
function netOf(model, { layers }, folder) {
  const { images, labels, height, width, channels, count } = imagesOf(model);
  const path = join(folder, `images-${height}-${width}-${channels}`);
  writeFileSync(path, images);
  writeFileSync(path, labels, { flag: "a" });
  return { layers, shape: [height, width, channels], images: path, count };
}
