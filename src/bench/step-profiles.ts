import { OptimbenchError } from "../errors.js";
import { addProfiles, type Profile } from "../history/profile.js";
import { stopwatch } from "../system/stopwatch.js";
import type { BenchCase } from "./bench-cases.js";
import type { StepProfile } from "./bench-record.js";
import { Diverged } from "./bench-session.js";

/** Profiles the steps of each case that has the first case's optimizer, for the given seconds each. */
export async function stepProfiles(
  cases: readonly BenchCase[],
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal | undefined },
): Promise<StepProfile[]> {
  const profiles: StepProfile[] = [];
  for (const { optimizer, threads, batchSize, session } of cases) {
    if (optimizer !== cases[0]!.optimizer || signal?.aborted) continue;
    const watch = stopwatch();
    let profile: Profile | undefined;
    let steps = 0;
    try {
      await session.prepare();
      for (; steps === 0 || (watch() < seconds && !signal?.aborted); steps++)
        profile = addProfiles(profile, await session.profile(1));
    } catch (error) {
      const isEnd =
        error instanceof Diverged || (error instanceof OptimbenchError && error.code === "ABORTED");
      if (!isEnd) throw error;
    }
    if (profile) profiles.push({ optimizer, threads, images: batchSize, steps, seconds: profile });
  }
  return profiles;
}
