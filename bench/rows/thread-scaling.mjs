import { interleaved } from "../interleaved.mjs";
import { referenceSession } from "../reference-session.mjs";
import { ratio } from "../row.mjs";

/** How much faster one run is with two threads than with one. */
export async function threadScaling({ model, batch, goal, steps, untimed, rounds }) {
  const sessions = {};
  for (const [name, threads] of Object.entries({ "1 thread": 1, "2 threads": 2 }))
    sessions[name] = await referenceSession({ model, batchSize: batch, threads });
  const times = await interleaved(
    `threads, ${model}, batch ${batch}`,
    Object.fromEntries(
      Object.entries(sessions).map(([name, session]) => [name, () => session.train(steps, untimed)]),
    ),
    rounds,
  );
  for (const session of Object.values(sessions)) session.dispose();
  return {
    what: `training step with 2 threads, \`${model}\`, batch ${batch}, throughput relative to 1 thread`,
    ...{ measure: "threads", model, batch },
    goal: { atLeast: goal },
    unit: "",
    ...ratio(times["1 thread"], times["2 threads"]),
    measured: times,
    measuredUnit: "ms",
  };
}
