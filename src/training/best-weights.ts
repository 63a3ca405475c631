import { type EarlyStopping, startEarlyStopping } from "../config/early-stopping.js";
import type { EpochRecord } from "../history/epoch-record.js";
import type { NativeSession } from "../native/addon.js";

/** The keys that early stopping adds to a run's record. */
export interface EarlyStoppingResult {
  /** The epoch whose weights the model has; undefined if no epoch was monitored. */
  readonly bestEpoch?: number;
  readonly stoppedEarly: boolean;
}

/** Keeps the state of the best epoch, and decides when to stop. */
export function trackBestWeights(session: NativeSession, settings: EarlyStopping) {
  const earlyStopping = startEarlyStopping(settings);
  let bestEpoch: number | undefined;
  let stoppedEarly = false;
  return {
    /**
     * Returns whether to stop.
     *
     * @param isPast whether the epoch ended before the run was resumed, so that the session has its state already
     */
    async afterEpoch(record: EpochRecord, isPast: boolean): Promise<boolean> {
      const verdict = earlyStopping(record);
      if (verdict === "best") {
        if (!isPast) await session.keep();
        bestEpoch = record.epoch;
      }
      stoppedEarly = verdict === "stop";
      return stoppedEarly;
    },
    /** Restores the best epoch's state, however the run ended. */
    async restore(): Promise<EarlyStoppingResult> {
      if (bestEpoch === undefined) return { stoppedEarly };
      await session.restore();
      return { bestEpoch, stoppedEarly };
    },
  };
}
