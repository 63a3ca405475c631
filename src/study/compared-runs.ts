import type { RunRecord } from "../training/run-record.js";

/**
 * The runs of each arm to compare it by: those of the seeds that every arm finished. A diverged run is finished; a run that was
 * cancelled or never began is not, since it says nothing about its arm. If every arm has a diverged run, the seeds are used that
 * all arms with a completed run completed. Arms without a finished run are ignored. If no seed is left, each arm keeps all its
 * runs, and nothing is ranked.
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

/** The seeds of runs that satisfy `which` in every arm that has such a run. */
function sharedSeeds(
  arms: readonly (readonly RunRecord[])[],
  which: (run: RunRecord) => boolean,
): ReadonlySet<number> {
  const [first = new Set<number>(), ...others] = arms
    .map((runs) => seedsOf(runs, which))
    .filter((seeds) => seeds.size > 0);
  return new Set([...first].filter((seed) => others.every((seeds) => seeds.has(seed))));
}
