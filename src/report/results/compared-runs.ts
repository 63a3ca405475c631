import type { RunRecord } from "../../training/run-record.js";

/**
 * Of each arm, the runs to compare it by: those of the seeds that every arm finished. A run that diverged is
 * finished; one that was cancelled, or never began, is missing and says nothing about its arm. Where every arm has
 * a run that diverged, the seeds count that all arms with a completed run completed. Arms without any finished run
 * have no say; where no seed is left, each arm keeps all of its runs, and there is nothing to rank.
 */
export function comparedRuns(arms: readonly (readonly RunRecord[])[]): RunRecord[][] {
  const finished = sharedSeeds(arms, ({ status }) => status !== "cancelled");
  const completed = arms.map((runs) => seedsOf(runs, isCompleted));
  const someCompleted = completed.some(
    (seeds) => finished.size > 0 && [...finished].every((seed) => seeds.has(seed)),
  );
  const compared = someCompleted ? finished : sharedSeeds(arms, isCompleted);
  return arms.map((runs) =>
    compared.size === 0 ? [...runs] : runs.filter(({ config }) => compared.has(config.seed)),
  );
}

export const isCompleted = ({ status, history }: RunRecord) => status === "completed" && history.length > 0;

const seedsOf = (runs: readonly RunRecord[], which: (run: RunRecord) => boolean) =>
  new Set(runs.filter(which).map(({ config }) => config.seed));

/** Seeds of such runs that all arms have which have one at all. */
function sharedSeeds(
  arms: readonly (readonly RunRecord[])[],
  which: (run: RunRecord) => boolean,
): ReadonlySet<number> {
  const [first = new Set<number>(), ...others] = arms
    .map((runs) => seedsOf(runs, which))
    .filter((seeds) => seeds.size > 0);
  return new Set([...first].filter((seed) => others.every((seeds) => seeds.has(seed))));
}
