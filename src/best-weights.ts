import { type EarlyStopping, startEarlyStopping } from "./early-stopping.js";
import type { EpochRecord } from "./history.js";
import type { NativeSession, SessionState } from "./native.js";

/** What early stopping adds to a run's record. */
export interface EarlyEnd {
  /** The epoch whose weights the model has; none where no epoch was watched. */
  readonly bestEpoch?: number;
  readonly stoppedEarly: boolean;
}

/** Keeps the state of the best epoch so far, and says when to stop. */
export function keepBest(session: NativeSession, settings: EarlyStopping) {
  const judge = startEarlyStopping(settings);
  let best: { readonly epoch: number; readonly state: SessionState } | undefined;
  let stoppedEarly = false;
  return {
    /** Whether to stop. */
    afterEpoch(record: EpochRecord): boolean {
      const verdict = judge(record);
      if (verdict === "best") best = { epoch: record.epoch, state: session.readState() };
      stoppedEarly = verdict === "stop";
      return stoppedEarly;
    },
    /** Puts the best epoch's state back, however the run ended. */
    restore(): EarlyEnd {
      if (best === undefined) return { stoppedEarly };
      session.writeState(best.state);
      return { bestEpoch: best.epoch, stoppedEarly };
    },
  };
}
