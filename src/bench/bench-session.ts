import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import type { Profile } from "../history/profile.js";
import { loadNative, type Measured } from "../native/addon.js";
import { residentDataset } from "../native/resident-dataset.js";
import { freeSession, openSession, sessionSpec } from "../native/session.js";

/** A session whose parts can be timed separately. Each method resolves with the seconds that native code measured. */
export interface BenchSession {
  readonly parameterCount: number;
  /** The shapes of the parameters, as they are stored in memory. */
  readonly parameterShapes: readonly (readonly number[])[];
  /** The least memory traffic of an update: parameters and state are read and written, the gradient is read. */
  updateBytes(): number;
  /** Takes one step from the initial weights, so that there is a gradient, and undoes the effect of repeated updates. */
  prepare(): Promise<void>;
  /** Trains so many steps. */
  train(steps: number): Promise<number>;
  /** Trains so many steps and measures the time of each part. */
  profile(steps: number): Promise<Profile>;
  /** Updates the parameters so many times with the same gradient. */
  update(steps: number): Promise<number>;
  /** Computes loss and metrics of so many images. */
  evaluate(images: number): Promise<number>;
  /** Cancels the current call, which then rejects with code ABORTED. */
  cancel(): void;
  dispose(): void;
}

/**
 * Opens a session for a planned training, before its first step.
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
    completed(
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
    update: async (steps) => (await completed(session.repeatUpdate({ steps, learningRate }))).seconds,
    evaluate: async (count) => (await completed(session.evaluate(images, first(count)))).seconds,
    cancel: () => session.cancel(),
    dispose: () => freeSession(session),
  };
}

/** The training diverged while it was timed, so there is no model left to time. */
export class Diverged extends Error {}

/** @throws if the work was cancelled or diverged, since its time is then meaningless */
async function completed(work: Promise<Measured>): Promise<Measured> {
  const measured = await work;
  if (measured.status === "cancelled") throw new OptimbenchError("ABORTED", "The measurement was cancelled.");
  if (measured.status === "diverged") throw new Diverged();
  return measured;
}
