import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { RunRecord } from "../training/run-record.js";
import { groupBy } from "../validation/group-by.js";
import { comparedRuns, isCompleted } from "./compared-runs.js";
import { comparisonKey } from "./dataset-key.js";
import { distinctLabels, lossLabels } from "./labels.js";
import type { Study } from "./study.js";
import { identities } from "./tuned-arms.js";

/** The runs of a study that differ only in their seed: one row of a table, one line of a chart. */
export interface Arm {
  /** The shortest text that distinguishes it from the study's other arms. */
  readonly label: string;
  /** The shortest text that distinguishes it from the arms that it is compared with. */
  readonly labelInTask: string;
  /** `label` for a table that has columns for semantics, loss and learning rate. */
  readonly name: string;
  /** `label` as a file name: lower-case letters, digits and hyphens. */
  readonly slug: string;
  /** The label of its loss. */
  readonly loss: string;
  /** The config of the first run; the others differ only in the seed. */
  readonly config: ResolvedTrainConfig;
  /** What identifies the arm among others, whatever tuning selected. */
  readonly identity: ResolvedTrainConfig;
  readonly runs: readonly RunRecord[];
  /** The runs of the seeds that arms are compared by. */
  readonly compared: readonly RunRecord[];
  /** The runs among these that completed. Statistics are over them. */
  readonly completed: readonly RunRecord[];
}

/** The arms of studies, with the runs that they are of, since `compare` adds runs to its study. */
const known = new WeakMap<Study, { readonly runs: readonly RunRecord[]; readonly arms: Arm[] }>();

/** A study's arms, in the order in which they first ran; those that are compared are together. */
export function armsOf(study: Study): Arm[] {
  const { runs } = study;
  const last = known.get(study);
  if (last?.runs.length === runs.length && last.runs.every((run, i) => run === runs[i]))
    return [...last.arms];
  const arms = newArms(study);
  known.set(study, { runs: [...runs], arms });
  return [...arms];
}

function newArms(study: Study): Arm[] {
  const inOrder = groupBy(study.runs, (run) => withoutSeeds(run.config));
  const tasks = groupBy(inOrder, ([first]) => comparisonKey(study.config, first!.config));
  const groups = tasks.flat();
  const configs = groups.map((runs) => runs[0]!.config);
  const identityOf = identities(study.config);
  const labelsOf = (some: typeof groups, visible?: RegExp) =>
    distinctLabels(
      some.map((runs) => identityOf(runs[0]!.config)),
      visible,
    );
  const labels = labelsOf(groups);
  const labelsInTask = tasks.length === 1 ? labels : tasks.flatMap((ofTask) => labelsOf(ofTask));
  const names = labelsOf(groups, study.config.tuning?.arms === undefined ? SHOWN_IN_COLUMNS : SHOWN_IF_TUNED);
  const losses = lossLabels(configs);
  const slugs = distinctSlugs(labels);
  const compared = comparedRuns(groups);
  return groups.map((runs, i) => ({
    label: labels[i]!,
    labelInTask: labelsInTask[i]!,
    name: names[i]!,
    loss: losses[i]!,
    slug: slugs[i]!,
    config: configs[i]!,
    identity: identityOf(configs[i]!),
    runs,
    compared: compared[i]!,
    completed: compared[i]!.filter(isCompleted),
  }));
}

const SHOWN_IN_COLUMNS = /^(loss\.|optimizer\.(semantics|learningRate)$)/;
/** The column of learning rates has the selected ones, which do not identify an arm. */
const SHOWN_IF_TUNED = /^(loss\.|optimizer\.semantics$)/;

const withoutSeeds = (config: ResolvedTrainConfig) =>
  JSON.stringify(config, (key, value) => (SEED_AND_PLACE.has(key) ? undefined : value));

/** Machines may run the same with other threads. */
const SEED_AND_PLACE = new Set(["seed", "threads"]);

/** Labels as file names: lower-case letters, digits and hyphens. */
export function distinctSlugs(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((label) => {
    const words = label
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-");
    const base = words.slice(0, 60).replace(/^-+|-+$/g, "") || "arm";
    let slug = base;
    for (let i = 2; taken.has(slug); i++) slug = `${base}-${i}`;
    taken.add(slug);
    return slug;
  });
}
