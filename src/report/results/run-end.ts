import type { Arm } from "../../study/arms.js";
import type { RunRecord } from "../../training/run-record.js";

/** A run that did not train to the end. */
interface EarlyEnd {
  /** The mark at its end in charts. */
  readonly mark: "×" | "○";
  /** "seed 2 diverged in epoch 3" */
  readonly text: string;
}

/** The runs of an arm that did not train to the end. */
export function earlyEnds({ runs }: Arm): EarlyEnd[] {
  return runs.flatMap((run): EarlyEnd[] => {
    const last = run.history.at(-1)?.epoch;
    const name = `seed ${run.config.seed}`;
    if (run.status === "diverged")
      return [{ mark: "×", text: `${name} diverged in epoch ${divergedIn(run)}` }];
    if (run.status !== "cancelled") return [];
    const when = last === undefined ? "before it began" : `after epoch ${last}`;
    return [{ mark: "○", text: `${name} cancelled ${when}` }];
  });
}

/** The first epoch without a finite loss; if that was not recorded, the one after the last. */
function divergedIn({ history }: RunRecord): number {
  const recorded = history.find(({ train, validation }) => train.loss === null || validation.loss === null);
  return recorded?.epoch ?? (history.at(-1)?.epoch ?? 0) + 1;
}
