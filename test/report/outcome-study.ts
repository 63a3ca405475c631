import type { RunStatus } from "../../src/history/epoch-record.js";
import type { Study } from "../../src/study/study.js";
import { exampleRun, exampleStudy } from "./example-studies.js";

export type Outcome = number | "diverged" | "cancelled";

/** A study with the given outcome per seed of each optimizer; `undefined` is a run that never began. */
export function studyOf(outcomes: Record<string, readonly (Outcome | undefined)[]>, epochs = 2): Study {
  const optimizers = Object.keys(outcomes);
  const seeds = Math.max(0, ...Object.values(outcomes).map(({ length }) => length));
  const runs = Array.from({ length: seeds }, (_, seed) =>
    optimizers.flatMap((optimizer) => {
      const outcome = outcomes[optimizer]![seed];
      if (outcome === undefined) return [];
      const status: RunStatus = typeof outcome === "string" ? outcome : "completed";
      const run = exampleRun({ optimizer, seed, epochs, status });
      if (typeof outcome === "string") return [run];
      const history = run.history.map((epoch, i) =>
        i < epochs ? epoch : { ...epoch, validation: { ...epoch.validation, accuracy: outcome } },
      );
      return [{ ...run, history }];
    }),
  ).flat();
  const planned = Array.from({ length: seeds }, (_, seed) =>
    optimizers.map((optimizer) => ({ optimizer, seed })),
  ).flat();
  return { ...exampleStudy(planned), runs };
}
