import { interleaved } from "../interleaved.mjs";
import { referenceSession } from "../reference-session.mjs";
import { ratio } from "../row.mjs";

const BATCH = 256;
const STEPS = 8;

/** How much faster one run is with two threads than with one. */
export async function threadScaling({ rounds }) {
  const sessions = { "1 thread": 1, "2 threads": 2 };
  for (const [name, threads] of Object.entries(sessions))
    sessions[name] = await referenceSession({ batchSize: BATCH, threads });
  const times = await interleaved(
    "thread scaling",
    Object.fromEntries(Object.entries(sessions).map(([name, session]) => [name, () => session.train(STEPS)])),
    rounds,
  );
  for (const session of Object.values(sessions)) session.dispose();
  return {
    what: "one run with 2 threads, throughput relative to 1 thread",
    goal: { atLeast: 1.8 },
    unit: "",
    ...ratio(times["1 thread"], times["2 threads"]),
    measured: times,
    measuredUnit: "ms",
  };
}
