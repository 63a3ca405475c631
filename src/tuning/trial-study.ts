import { MOST_RUNS } from "../config/factors.js";
import type { GivenArm, StudyArms } from "../config/study-arms.js";
import type { Extension, Trial, TunedArm, Tuning } from "../config/tuning-config.js";
import { configError } from "../errors.js";
import { type OptimizerConfig, resolveOptimizer, withOptimizerSetting } from "../optimizers/optimizers.js";
import { distinctLabels } from "../study/labels.js";
import type { Study } from "../study/study.js";
import type { RunRecord } from "../training/run-record.js";
import { countText } from "../validation/count-text.js";
import { searchSpaces } from "./search-space.js";
import { selectedEdge, selectTrial, trialOf } from "./select-trial.js";
import { type ArmTrials, trialsOf } from "./trial-values.js";

/** The most times that spaces are extended. */
const MOST_EXTENSIONS = 3;
/** The share of the trials that an extension adds: it adds a decade to four. */
const SHARE = 0.25;

/** A study whose settings are to be found. */
export type AskedTuning = StudyArms & { readonly tuning: Tuning };

/** The trials of a tuned study, as a study of their own. */
export interface TrialStudy {
  /** How settings are found, with the extensions so far. */
  readonly tuning: Tuning;
  /** The trials of each arm of the tuned study. */
  readonly trials: readonly ArmTrials[];
  /** An arm for each trial, on the seeds of the trials, without the test images. */
  readonly study: StudyArms;
}

/** Plans the trials. @throws OptimbenchError (CONFIG) if a given space does not fit, or there are too many runs */
export function trialStudy(asked: AskedTuning, extensions: readonly Extension[]): TrialStudy {
  const { arms, execution, margin } = asked;
  const tuning = { ...asked.tuning, extensions };
  const trials = searchSpaces(arms, tuning).map((space, arm) => trialsOf(space, tuning, arm));
  const all = arms.flatMap((arm, i) => trials[i]!.values.map((values) => withValues(arm, values)));
  const runs = all.length * tuning.seeds.length;
  if (runs > MOST_RUNS)
    throw configError(
      `The trials would have ${countText(runs, "run")}, but at most ${countText(MOST_RUNS, "run")} are supported. Reduce \`tuning.trials\`.`,
      "tuning.trials",
    );
  checkDistinct(arms, trials);
  const study = {
    arms: all.map(({ config, places }) => ({ config: { ...config, testEvaluation: false }, places })),
    areCombined: false,
    question: undefined,
    suite: undefined,
    tuning,
    seedsPerRound: undefined,
    seeds: tuning.seeds,
    execution,
    margin,
    targets: undefined,
  };
  return { tuning, trials, study };
}

/** Arms that differ only in what a given space replaces would have the same trials. @throws OptimbenchError (CONFIG) */
function checkDistinct(arms: readonly GivenArm[], trials: readonly ArmTrials[]): void {
  const ids = new Map<unknown, number>();
  const idOf = (value: unknown) => {
    if (!ids.has(value)) ids.set(value, ids.size);
    return ids.get(value);
  };
  const first = new Map<string, GivenArm>();
  for (const [i, arm] of arms.entries()) {
    const { optimizer, ...config } = withValues(arm, trials[i]!.values[1] ?? {}).config;
    const others = Object.entries(config).flatMap(([key, value]) => [key, idOf(value)]);
    const key = `${JSON.stringify(resolveOptimizer(optimizer, config.semantics))} ${others.join()}`;
    const earlier = first.get(key);
    if (earlier !== undefined) throw sameTrials(arm, earlier);
    first.set(key, arm);
  }
}

function sameTrials(...arms: [GivenArm, GivenArm]) {
  const [one, earlier] = arms.map(
    ({ places }) => places.find(({ path }) => path === "optimizer")?.given ?? "arms",
  ) as [string, string];
  return configError(
    `\`${one}\` and \`${earlier}\` would try the same settings, because \`tuning.space\` replaces those in which they differ. Remove one of them, or the space.`,
    one,
  );
}

/** An arm with other settings of its optimizer. */
export function withValues({ config, places }: GivenArm, values: Trial["values"]): GivenArm {
  const optimizer = Object.entries(values).reduce<OptimizerConfig>(
    (before, setting) => withOptimizerSetting(before, setting, config.semantics) as OptimizerConfig,
    config.optimizer,
  );
  return { config: { ...config, optimizer }, places };
}

/** The trials of each arm and which is selected; undefined if some did not finish. */
export function tunedBy({ runs }: Study, { trials, tuning }: TrialStudy): readonly TunedArm[] | undefined {
  const perSeed = trials.reduce((sum, { values }) => sum + values.length, 0);
  const seeds = tuning.seeds.length;
  if (runs.length < perSeed * seeds || runs.some(({ status }) => status === "cancelled")) return undefined;
  const runsOf = (index: number): RunRecord[] =>
    Array.from({ length: seeds }, (_, seed) => runs[seed * perSeed + index]!);
  let first = 0;
  const arms = trials.map(({ space, values }) => {
    const start = first;
    first += values.length;
    const all = values.map((each, i) => trialOf(each, runsOf(start + i)));
    return { given: runsOf(start)[0]!.config, space, trials: all, selected: selectTrial(all) };
  });
  const labels = distinctLabels(arms.map(({ given }) => given));
  return arms.map(({ given, ...arm }, i) => {
    const { learningRate } = given.optimizer;
    return { label: labels[i]!, learningRate, ...arm };
  });
}

/** The further trials that are needed, because the best learning rate of an arm is on the edge of its space. */
export function extensionFor(arms: readonly TunedArm[], tuning: Tuning): Extension | undefined {
  const sides = arms.map(selectedEdge);
  const isDone = extensionsLeft(tuning) === 0 || sides.every((side) => side === "none");
  return isDone ? undefined : { trials: trialsPerExtension(tuning), sides };
}

/** The most further extensions. */
export const extensionsLeft = ({ extensions = [] }: Tuning): number => MOST_EXTENSIONS - extensions.length;
/** Trials that an extension adds to each arm. */
export const trialsPerExtension = ({ trials }: Tuning): number => Math.ceil(SHARE * trials);

/** The study of the settings that tuning has selected. */
export const selectedStudy = (asked: StudyArms, tuning: Tuning): StudyArms => ({
  ...withSettings(
    asked,
    tuning.arms!.map(({ trials, selected }) => trials[selected]!.values),
  ),
  tuning,
});

/** A study whose arms have other settings of their optimizers. */
export const withSettings = (asked: StudyArms, values: readonly Trial["values"][]): StudyArms => ({
  ...asked,
  arms: asked.arms.map((arm, i) => asNamed(withValues(arm, values[i]!))),
  areCombined: false,
});

/** Results call a tuned optimizer by its name alone: its settings are an answer, not what distinguishes it. */
function asNamed({ config, places }: GivenArm): GivenArm {
  const { optimizer: given } = config;
  const optimizer = typeof given === "string" ? { name: given } : given;
  return {
    config: { ...config, optimizer: { label: optimizer.name, ...optimizer } as OptimizerConfig },
    places,
  };
}
