import type { RunRecord } from "../training/run-record.js";

/**
 * The runs of each arm to compare it by: those of the seeds that every arm finished. A diverged run is finished; a run that was
 * cancelled or never began is not, since it says nothing about its arm. Arms without a finished run are ignored. If no seed is
 * left, each arm keeps all its runs, and nothing is ranked.
 */
export function comparedRuns(arms: readonly (readonly RunRecord[])[]): RunRecord[][] {
  const [first = new Set<number>(), ...others] = arms
    .map((runs) => new Set(runs.filter(isFinished).map(({ config }) => config.seed)))
    .filter((seeds) => seeds.size > 0);
  const compared = new Set([...first].filter((seed) => others.every((seeds) => seeds.has(seed))));
  return arms.map((runs) =>
    compared.size === 0 ? [...runs] : runs.filter(({ config }) => compared.has(config.seed)),
  );
}

const isFinished = ({ status }: RunRecord) => status !== "cancelled";

export const isCompleted = ({ status, history }: RunRecord) => status === "completed" && history.length > 0;
