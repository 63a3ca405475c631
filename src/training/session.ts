import type { RunPlan } from "../config/run-plan.js";
import { loadNative, type NativeSession, type SessionSpec } from "../native/addon.js";

/** The native session of a spec. @throws OptimbenchError (MEMORY, NATIVE) by rejection */
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

/** What native code needs of a plan. */
export const sessionSpec = ({ config, input, classes, layers, loss, update }: RunPlan): SessionSpec => ({
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
});

const beingFreed = new Set<Promise<void>>();

/** Ends a session; its thread frees its memory a little later. */
export function freeSession(session: NativeSession): void {
  const freed = session.dispose().finally(() => beingFreed.delete(freed));
  beingFreed.add(freed);
}

/** Resolves when the memory of ended sessions is free. */
export async function sessionsFreed(): Promise<void> {
  await Promise.all(beingFreed);
}
