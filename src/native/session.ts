import type { RunPlan } from "../config/run-plan.js";
import type { Standardisation } from "../data/standardisation.js";
import { loadNative, type NativeSession, type SessionSpec } from "./addon.js";

/** Opens a native session. @throws OptimbenchError (MEMORY, NATIVE) by rejection */
export async function openSession(spec: SessionSpec): Promise<NativeSession> {
  const { Session } = loadNative();
  const session = new Session(spec);
  try {
    await session.open();
    return session;
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** The part of a plan that native code needs. */
export const sessionSpec = (
  { config, input, classes, layers, loss, update }: RunPlan,
  standardisation?: Standardisation,
): SessionSpec => ({
  device: config.device,
  threads: config.threads,
  seed: config.seed,
  microBatch: config.microBatch,
  input,
  classes,
  layers,
  loss,
  update,
  ...(config.augmentation && { augmentation: config.augmentation }),
  ...(standardisation && { standardisation }),
});

const beingFreed = new Set<Promise<void>>();

/** Ends a session. Its thread frees its memory shortly afterwards. */
export function freeSession(session: NativeSession): void {
  const freed = session.dispose().finally(() => beingFreed.delete(freed));
  beingFreed.add(freed);
}

/** Resolves when the memory of ended sessions has been freed. */
export async function sessionsFreed(): Promise<void> {
  await Promise.all(beingFreed);
}
