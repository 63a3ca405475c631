import { interleaved } from "../interleaved.mjs";
import { toFasterPeer } from "../row.mjs";

/** A training step with Adam, against the peers. */
export async function trainingStep({ model, batch, goal, steps, untimed, rounds, session, peers }) {
  const times = await interleaved(
    `step, ${model}, batch ${batch}`,
    {
      optimbench: () => session.train(steps, untimed),
      ...Object.fromEntries(
        Object.entries(peers).map(([name, peer]) => [name, () => peer.train(batch, steps, untimed)]),
      ),
    },
    rounds,
  );
  return {
    what: `training step, \`${model}\`, Adam, batch ${batch}, relative to the fastest peer`,
    ...{ measure: "step", model, batch },
    goal: { atMost: goal },
    unit: "",
    ...toFasterPeer(times),
    measured: times,
    measuredUnit: "ms",
  };
}
