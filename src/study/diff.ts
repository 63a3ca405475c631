import { z } from "zod";
import { essentialConfig } from "../config/essential-config.js";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { canonicalJson } from "../validation/canonical-json.js";
import { type Difference, differencesOf } from "../validation/differences.js";
import { check } from "../validation/parse.js";
import { datasetKey } from "./dataset-key.js";
import { distinctLabels } from "./labels.js";
import { measured } from "./measured.js";
import { questionDifferences } from "./question.js";
import { type Study, studySchema } from "./study.js";
import { MOST_VALUES } from "./study-file.js";

/** A run that differs between two studies, or that only one of them has. */
export interface RunDifference {
  /** The label of its arm. */
  readonly label: string;
  /** Its seed. */
  readonly seed: number;
  /** Its number in the first study, from 1; null if the first study lacks it. */
  readonly a: number | null;
  /** The same in the second study. */
  readonly b: number | null;
  /** Where its results differ; empty if only one study has it. */
  readonly differences: readonly Difference[];
}

/** What differs between two studies. */
export interface StudyDiff {
  /** Whether nothing differs. */
  readonly equal: boolean;
  /** What the studies ask differently, as far as numbers depend on it: names and the order of arms do not count. */
  readonly question: readonly Difference[];
  /** What differs in machine, versions, threads and execution. */
  readonly environment: readonly Difference[];
  /** Number of runs that both have. */
  readonly shared: number;
  /** The runs that differ, or that only one study has. Times do not count. */
  readonly runs: readonly RunDifference[];
}

const bothSchema = z.object({ a: studySchema, b: studySchema });

/**
 * Compares two studies: what they ask, where they ran, and what each run measured. Arms are matched by what they are, whatever
 * their names. A setting that all runs of a study have, and no run of the other, is a difference of the questions; runs are
 * compared nevertheless.
 *
 * @throws OptimbenchError (CONFIG) if one is not a study
 */
export function diffStudies(first: Study, second: Study): StudyDiff {
  const { a, b } = check(bothSchema, { a: first, b: second }, "studies", 2 * MOST_VALUES);
  const question = questionDifferences(a, b);
  const environment = differencesOf(surroundings(a), surroundings(b));
  const { runs, shared } = runDifferences(a, b);
  const equal = question.length + environment.length + runs.length === 0;
  return { equal, question, environment, shared, runs };
}

const surroundings = ({ environment, config: { threads, untimedSteps, execution } }: Study) => ({
  ...environment,
  config: { threads, untimedSteps, execution },
});

interface Run {
  readonly number: number;
  readonly record: Study["runs"][number];
}

function runDifferences(a: Study, b: Study): Pick<StudyDiff, "runs" | "shared"> {
  const areChecked = a.datasets !== undefined && b.datasets !== undefined;
  const partsOf = ({ runs, datasets = {} }: Study) =>
    runs.map(({ config }) => parts(config, areChecked ? datasets[datasetKey(config)] : undefined));
  const whole = { a: partsOf(a), b: partsOf(b) };
  const apart = separatingKeys(whole.a, whole.b);
  const [ofA, ofB] = [byIdentity(a, whole.a, apart), byIdentity(b, whole.b, apart)];
  const pairs = [
    ...[...ofA].map(([id, run]) => ({ a: run, b: ofB.get(id) })),
    ...[...ofB].flatMap(([id, run]) => (ofA.has(id) ? [] : [{ a: undefined, b: run }])),
  ];
  const labelOf = armLabels(pairs.map((pair) => (pair.a ?? pair.b)!.record.config));
  const runs = pairs.map((pair) => {
    const { config } = (pair.a ?? pair.b)!.record;
    const differences =
      pair.a && pair.b ? differencesOf(measured(pair.a.record), measured(pair.b.record)) : [];
    const numbers = { a: pair.a?.number ?? null, b: pair.b?.number ?? null };
    return { label: labelOf(config), seed: config.seed, ...numbers, differences };
  });
  return {
    shared: pairs.filter((pair) => pair.a && pair.b).length,
    runs: runs.filter((run) => run.a === null || run.b === null || run.differences.length > 0),
  };
}

/** What a run's numbers depend on, as text by key. The dataset counts by its name if its checksum is not known. */
function parts(config: ResolvedTrainConfig, checksum = config.dataset): ReadonlyMap<string, string> {
  const values = { ...essentialConfig(config), dataset: checksum };
  return new Map(Object.entries(values).map(([key, value]) => [key, canonicalJson({ value })]));
}

type Parts = ReturnType<typeof parts>;

/** The keys, except the seed, that have one value in all runs of a study and another one in all runs of the other. */
function separatingKeys(a: readonly Parts[], b: readonly Parts[]): ReadonlySet<string> {
  const keys = new Set([...a, ...b].flatMap((run) => [...run.keys()]));
  const only = (runs: readonly Parts[], key: string) => {
    const values = new Set(runs.map((run) => run.get(key)));
    return values.size === 1 ? [...values] : [];
  };
  const isSeparating = (key: string) => {
    const [ofA, ofB] = [only(a, key), only(b, key)];
    return key !== "seed" && ofA.length === 1 && ofB.length === 1 && ofA[0] !== ofB[0];
  };
  return new Set([...keys].filter(isSeparating));
}

/** The runs of a study by what they are. Equal ones are distinguished by their order. */
function byIdentity(
  { runs }: Study,
  whole: readonly Parts[],
  without: ReadonlySet<string>,
): ReadonlyMap<string, Run> {
  const found = new Map<string, Run>();
  const counts = new Map<string, number>();
  for (const [i, record] of runs.entries()) {
    const id = [...whole[i]!]
      .filter(([key]) => !without.has(key))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .join();
    const before = counts.get(id) ?? 0;
    counts.set(id, before + 1);
    found.set(`${id} ${before}`, { number: i + 1, record });
  }
  return found;
}

/** Labels that distinguish the arms of some runs. */
function armLabels(configs: readonly ResolvedTrainConfig[]): (config: ResolvedTrainConfig) => string {
  const idOf = (config: ResolvedTrainConfig) => canonicalJson({ ...config, seed: 0, threads: 0 });
  const arms = new Map(configs.map((config) => [idOf(config), config]));
  const labels = distinctLabels([...arms.values()]);
  const byId = new Map([...arms.keys()].map((id, i) => [id, labels[i]!]));
  return (config) => byId.get(idOf(config))!;
}
