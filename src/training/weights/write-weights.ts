import type { RunPlan } from "../../config/run-plan.js";
import { writeTensor } from "../../inference/write-tensor.js";
import type { NativeSession } from "../../native/addon.js";
import { matchWeights } from "./match-weights.js";

/** Gives a session the weights that its run starts from, if they are not random. */
export async function writeInitialWeights(session: NativeSession, plan: RunPlan): Promise<void> {
  if (plan.weights === undefined) return;
  const matched = matchWeights(plan, plan.weights);
  const open = await plan.weights.open();
  try {
    const all = [
      ...session.parameters().map((tensor) => ({ tensor, vector: tensor.frozen ? "frozen" : "parameters" })),
      ...session.statistics().map((tensor) => ({ tensor, vector: "statistics" })),
    ];
    for (const { tensor, vector } of all) {
      const name = matched.get(tensor.name);
      if (name !== undefined) await writeTensor(session, vector, tensor, open.values(name));
    }
  } finally {
    await open.close();
  }
  await session.startUpdate();
}
