import { interleaved } from "../interleaved.mjs";
import { IMAGES } from "../reference-session.mjs";
import { toFasterPeer } from "../row.mjs";

const BATCHES = [64, 256, 1000];
/** The images that are evaluated before each measurement, which wake all threads. */
const UNTIMED = 3000;

/** Loss and accuracy of 12,000 images, against the peers, each with its fastest batch size. */
export async function evaluation({ model, goal, rounds, session, peers }) {
  const timed = (evaluate) => async () => {
    await evaluate(UNTIMED);
    return evaluate(IMAGES);
  };
  const cases = { optimbench: timed(session.evaluate) };
  const batches = {};
  for (const [name, peer] of Object.entries(peers)) {
    if (name.includes("compiled")) continue; // it would recompile for each shape
    batches[name] = await bestBatch(peer);
    cases[name] = timed((images) => peer.evaluate(batches[name], images));
  }
  const times = await interleaved(`evaluation, ${model}`, cases, rounds);
  return {
    what: `evaluation of 12,000 images, \`${model}\`, relative to the fastest peer`,
    ...{ measure: "evaluation", model },
    goal: { atMost: goal },
    unit: "",
    ...toFasterPeer(times),
    measured: times,
    measuredUnit: "ms",
    batches,
  };
}

/** The batch size with the fastest of two tries, after one warm-up. */
async function bestBatch(peer) {
  const tried = [];
  for (const batch of BATCHES) {
    const times = [];
    for (let i = 0; i < 3; i++) times.push(await peer.evaluate(batch, 2000));
    tried.push({ batch, milliseconds: Math.min(...times.slice(1)) });
  }
  return tried.sort((a, b) => a.milliseconds - b.milliseconds)[0].batch;
}
