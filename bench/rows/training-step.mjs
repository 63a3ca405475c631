import { interleaved } from "../interleaved.mjs";
import { referenceSession } from "../reference-session.mjs";
import { toFasterPeer } from "../row.mjs";

const STEPS = { 32: 40, 256: 8 };

/** A training step with Adam, against the peers. */
export async function trainingStep({ batch, goal, threads, rounds, peers }) {
  const steps = STEPS[batch];
  const session = await referenceSession({ batchSize: batch, threads });
  const times = await interleaved(
    `step, batch ${batch}`,
    {
      optimbench: () => session.train(steps),
      ...Object.fromEntries(
        Object.entries(peers).map(([name, peer]) => [name, () => peer.train(batch, steps)]),
      ),
    },
    rounds,
  );
  session.dispose();
  return {
    what: `training step, \`paper-cnn\`, Adam, batch ${batch}, relative to the fastest peer`,
    goal: { atMost: goal },
    unit: "",
    ...toFasterPeer(times),
    measured: times,
    measuredUnit: "ms",
  };
}
