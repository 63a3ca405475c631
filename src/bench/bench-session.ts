import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import type { Profile } from "../history/profile.js";
import { loadNative, type Measured } from "../native/addon.js";
import { residentDataset } from "../native/resident-dataset.js";
import { freeSession, openSession, sessionSpec } from "../training/session.js";

/** A session whose pieces of work can be timed one by one; each resolves with its seconds, by the native clock. */
export interface BenchSession {
  readonly parameterCount: number;
  /** As they are stored in memory. */
  readonly parameterShapes: readonly (readonly number[])[];
  /** What an update reads and writes at least: parameters and state in both directions, the gradient in one. */
  updateBytes(): number;
  /** The state after one step from the initial weights: with a gradient to update with, and far from where repeated updates lead. */
  prepare(): Promise<void>;
  /** Steps of training. */
  train(steps: number): Promise<number>;
  /** The same, and where the time went. */
  profile(steps: number): Promise<Profile>;
  /** Updates of the parameters, with one gradient. */
  update(steps: number): Promise<number>;
  /** Loss and metrics of this many images. */
  evaluate(images: number): Promise<number>;
  /** Ends what is being done, which then rejects with code ABORTED. */
  cancel(): void;
  dispose(): void;
}

/**
 * The training that is planned, stopped before its first step.
 *
 * @param learningRate of all steps; by default the optimizer's
 */
export async function openBenchSession(
  plan: RunPlan,
  dataset: Dataset,
  learningRate = plan.config.optimizer.learningRate,
): Promise<BenchSession> {
  const spec = sessionSpec(plan);
  const session = await openSession(spec);
  const { images } = await residentDataset(dataset, plan.config.device);
  const { batchSize } = plan.config;
  const first = (count: number) => Uint32Array.from({ length: count }, (_, i) => i % dataset.count);
  const train = (steps: number, profile: boolean) =>
    whole(
      session.train(images, {
        order: first(steps * batchSize),
        batchSize,
        learningRates: new Float64Array(steps).fill(learningRate),
        epoch: 1,
        profile,
      }),
    );
  return {
    parameterCount: session.parameterCount,
    parameterShapes: session.parameters().map(({ shape }) => shape),
    updateBytes() {
      const { parameters, states, evaluation } = loadNative().memoryNeeds(spec, {
        batchSize,
        trains: [dataset.count],
        evaluates: [],
      });
      return 3 * parameters + 2 * states + evaluation;
    },
    async prepare() {
      await session.restart();
      await train(1, false);
    },
    train: async (steps) => (await train(steps, false)).seconds,
    profile: async (steps) => (await train(steps, true)).profile as Profile,
    update: async (steps) => (await whole(session.repeatUpdate({ steps, learningRate }))).seconds,
    evaluate: async (count) => (await whole(session.evaluate(images, first(count)))).seconds,
    cancel: () => session.cancel(),
    dispose: () => freeSession(session),
  };
}

/** The training diverged while it was timed: there is no net left to time. */
export class Diverged extends Error {}

/** Work that was cut short has no time to speak of. */
async function whole(work: Promise<Measured>): Promise<Measured> {
  const measured = await work;
  if (measured.status === "cancelled") throw new OptimbenchError("ABORTED", "The measurement was cancelled.");
  if (measured.status === "diverged") throw new Diverged();
  return measured;
}
