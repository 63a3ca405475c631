import type { RunRecord } from "../../history/run-record.js";

/**
 * Of each setting, the runs to compare it by: those of the seeds that every setting finished. A run that diverged is
 * finished; one that was cancelled, or never began, is missing and says nothing about its setting. Where every setting has
 * a run that diverged, the seeds count that all settings with a completed run completed. Settings without any finished run
 * have no say; where no seed is left, each setting keeps all of its runs, and there is nothing to rank.
 */
export function comparedRuns(settings: readonly (readonly RunRecord[])[]): RunRecord[][] {
  const finished = sharedSeeds(settings, ({ status }) => status !== "cancelled");
  const completed = settings.map((runs) => seedsOf(runs, isCompleted));
  const someCompleted = completed.some(
    (seeds) => finished.size > 0 && [...finished].every((seed) => seeds.has(seed)),
  );
  const compared = someCompleted ? finished : sharedSeeds(settings, isCompleted);
  return settings.map((runs) =>
    compared.size === 0 ? [...runs] : runs.filter(({ config }) => compared.has(config.seed)),
  );
}

export const isCompleted = ({ status, history }: RunRecord) => status === "completed" && history.length > 0;

const seedsOf = (runs: readonly RunRecord[], which: (run: RunRecord) => boolean) =>
  new Set(runs.filter(which).map(({ config }) => config.seed));

/** Seeds of such runs that all settings have which have one at all. */
function sharedSeeds(
  settings: readonly (readonly RunRecord[])[],
  which: (run: RunRecord) => boolean,
): ReadonlySet<number> {
  const [first = new Set<number>(), ...others] = settings
    .map((runs) => seedsOf(runs, which))
    .filter((seeds) => seeds.size > 0);
  return new Set([...first].filter((seed) => others.every((seeds) => seeds.has(seed))));
}
