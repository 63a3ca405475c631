import { type EarlyStopping, startEarlyStopping } from "../config/early-stopping.js";
import type { EpochRecord } from "../history/epoch-record.js";
import type { NativeSession } from "../native/addon.js";

/** What early stopping adds to a run's record. */
export interface EarlyStoppingResult {
  /** The epoch whose weights the model has; none where no epoch was watched. */
  readonly bestEpoch?: number;
  readonly stoppedEarly: boolean;
}

/** Keeps the state of the best epoch so far, and says when to stop. */
export function trackBestWeights(session: NativeSession, settings: EarlyStopping) {
  const judge = startEarlyStopping(settings);
  let bestEpoch: number | undefined;
  let stoppedEarly = false;
  return {
    /** Whether to stop. */
    async afterEpoch(record: EpochRecord): Promise<boolean> {
      const verdict = judge(record);
      if (verdict === "best") {
        await session.keep();
        bestEpoch = record.epoch;
      }
      stoppedEarly = verdict === "stop";
      return stoppedEarly;
    },
    /** Puts the best epoch's state back, however the run ended. */
    async restore(): Promise<EarlyStoppingResult> {
      if (bestEpoch === undefined) return { stoppedEarly };
      await session.restore();
      return { bestEpoch, stoppedEarly };
    },
  };
}
