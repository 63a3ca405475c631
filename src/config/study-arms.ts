import type { Semantics } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { LOSS_NAMES } from "../losses/losses.js";
import { OPTIMIZER_NAMES } from "../optimizers/optimizers.js";
import { countText, integerText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import { choicesOf } from "./choices.js";
import type { ParsedCompareConfig } from "./compare-config.js";
import type { Place } from "./config-path.js";
import { type Factor, inEach, MOST_RUNS, varied } from "./factors.js";
import { checkRounds, seedRoundsOf, seedsOf } from "./seed-rounds.js";
import { SUITES } from "./suites.js";
import { type ParsedTrainConfig, trainConfigSchema } from "./train-config.js";
import { type Tuning, tuningSchema } from "./tuning-config.js";
import { variedPaths } from "./vary.js";

/** An arm of a study, before its dataset is known. */
export interface GivenArm {
  /** The config of its runs, apart from the seed. */
  readonly config: Omit<ParsedTrainConfig, "seed" | "targets">;
  /** Where the study's config says so. */
  readonly places: readonly Place[];
}

/** The arms of a study, its seeds, how its runs are executed, and how they are judged. */
export interface StudyArms {
  readonly arms: readonly GivenArm[];
  /** Whether the arms combine every optimizer with every loss, the optimizers changing fastest. */
  readonly areCombined: boolean;
  readonly question: ParsedCompareConfig["question"];
  readonly suite: ParsedCompareConfig["suite"];
  /** How settings are or were found; undefined if the study has nothing to do with tuning. */
  readonly tuning?: Tuning | undefined;
  readonly seeds: readonly number[];
  /** Undefined if all seeds run. */
  readonly seedsPerRound: number | undefined;
  readonly execution: ParsedCompareConfig["execution"];
  /** The difference below which two arms count as equal. */
  readonly margin: number;
  /** Validation accuracies to measure the time to; undefined for none. */
  readonly targets: readonly number[] | undefined;
}

/** Whether trials must find the settings of a study before it runs. */
export const isToBeTuned = ({ question, tuning }: StudyArms): boolean =>
  question === "tuned" && tuning?.arms === undefined;

/** @throws OptimbenchError (CONFIG) if the study has too many runs, or a path or value to vary is not valid */
export function studyArms(study: ParsedCompareConfig): StudyArms {
  const semantics = [study.semantics].flat() as [Semantics, ...Semantics[]];
  checkDistinct(semantics, "semantics");
  const tuning = tuningOf(study);
  const isTuned = study.question === "tuned" && tuning !== undefined;
  // The selected settings run on seeds that they were not selected on.
  const first = isTuned ? Math.max(...tuning.seeds) + 1 : 0;
  const { seeds, seedsPerRound } = seedsOf(study, first);
  checkDistinct(seeds, "seeds");
  if (isTuned) checkFresh(seeds, tuning.seeds);
  const areCombined = study.arms === undefined;
  const factors = areCombined ? factorsOf(study, semantics) : [];
  checkRunCount(study, factors, seeds.length);
  const arms = areCombined ? combinedArms(study, factors, semantics[0]) : listedArms(study, semantics[0]);
  const rounds = seedRoundsOf({ seeds, seedsPerRound });
  if (rounds !== undefined) checkRounds(arms, rounds);
  const { question, suite, execution, margin, targets } = study;
  return {
    arms,
    areCombined,
    question,
    suite,
    ...(tuning && { tuning }),
    seeds,
    seedsPerRound,
    execution,
    margin,
    targets,
  };
}

const listOf = (seeds: number | readonly number[], first = 0): readonly number[] =>
  typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => first + i) : seeds;

function tuningOf({ question, tuning }: ParsedCompareConfig): Tuning | undefined {
  if (tuning === undefined && question !== "tuned") return undefined;
  const given = tuning ?? tuningSchema.parse({});
  const seeds = listOf(given.seeds);
  checkDistinct(seeds, "tuning.seeds");
  return { ...given, seeds };
}

function checkFresh(seeds: readonly number[], tried: readonly number[]): void {
  const used = seeds.findIndex((seed) => tried.includes(seed));
  if (used >= 0)
    throw configError(
      `\`seeds[${used}]\` is ${seeds[used]}, a seed of the trials. Selected settings run on other seeds: give other \`seeds\`, or a number of them.`,
      `seeds[${used}]`,
    );
}

/** The keys of a study that are also those of a run. */
function sharedByArms(study: ParsedCompareConfig) {
  const { question, suite, tuning, arms, optimizers, losses, vary, seeds, ...most } = study;
  const { seedsPerRound, execution, margin, targets, ...shared } = most;
  return shared;
}

/** The arms of a study that lists them. */
function listedArms(study: ParsedCompareConfig, semantics: Semantics): GivenArm[] {
  const shared = sharedByArms(study);
  const { shape } = trainConfigSchema.unwrap();
  const [optimizer, loss] = [shape.optimizer, shape.loss].map((schema) => parse(schema, undefined, "arm"));
  return study.arms!.map((arm, index) => {
    const config = Object.entries({ ...shared, semantics, optimizer, loss, ...arm });
    return {
      config: Object.fromEntries(config.filter(([, value]) => value !== null)) as GivenArm["config"],
      places: Object.keys(arm).map((path) => ({ path, given: `arms[${index}].${path}` })),
    };
  });
}

/**
 * What a study's arms combine, the fastest-changing factor last.
 *
 * @throws OptimbenchError (CONFIG) if a path or a value is not valid
 */
function factorsOf(study: ParsedCompareConfig, [first, ...others]: readonly [Semantics, ...Semantics[]]) {
  const { optimizers, losses, vary = {} } = study;
  const paths = variedPaths(vary);
  const choices = (list: readonly unknown[], key: "optimizer" | "loss", plural: string): Factor => ({
    key,
    alternatives: list.flatMap((item, i) => choicesOf(key, item, `${plural}[${i}]`)),
  });
  const keys = new Set(paths.map(({ key }) => key).filter((key) => key !== "optimizer" && key !== "loss"));
  const more = [...keys].map((key): Factor => ({ key, alternatives: [{ value: study[key], places: [] }] }));
  const factors = [
    ...more,
    choices(losses === "all" ? LOSS_NAMES : losses, "loss", "losses"),
    choices(optimizers === "all" ? OPTIMIZER_NAMES : optimizers, "optimizer", "optimizers"),
  ];
  return factors.map((factor): Factor => {
    const { key, alternatives } = varied(factor, paths, first);
    if (key !== "optimizer") return { key, alternatives };
    return { key, alternatives: alternatives.flatMap((each) => inEach(each, first, others)) };
  });
}

/** Every combination of the factors' alternatives, on every task of the suite. */
function combinedArms(
  study: ParsedCompareConfig,
  factors: readonly Factor[],
  semantics: Semantics,
): GivenArm[] {
  const { suite } = study;
  const none: GivenArm = { config: { ...sharedByArms(study), semantics } as GivenArm["config"], places: [] };
  const tasks = suite === undefined ? [{}] : SUITES[suite];
  const arms = factors.reduce<readonly GivenArm[]>(
    (before, { key, alternatives }) =>
      before.flatMap(({ config, places }) =>
        alternatives.map((each) => ({
          config: { ...config, [key]: each.value },
          places: [...places, ...each.places],
        })),
      ),
    [none],
  );
  return tasks.flatMap((task) =>
    arms.map(({ config, places }) => ({ config: { ...config, ...task }, places })),
  );
}

function checkRunCount(
  { arms, suite }: ParsedCompareConfig,
  factors: readonly Factor[],
  seeds: number,
): void {
  const counts = [
    ...(arms === undefined ? [] : [{ count: arms.length, what: "arm" }]),
    ...factors
      .map(({ key, alternatives }) => ({ count: alternatives.length, what: WORDS[key] ?? `value of ${key}` }))
      .reverse(),
    ...(arms === undefined && suite !== undefined ? [{ count: SUITES[suite].length, what: "task" }] : []),
    { count: seeds, what: "seed" },
  ];
  const runs = counts.reduce((product, { count }) => product * count, 1);
  if (runs <= MOST_RUNS) return;
  const text = counts.map(({ count, what }) => countOf(count, what)).join(" x ");
  throw configError(
    `The study would have ${countText(runs, "run")} (${text}), but at most ${countText(MOST_RUNS, "run")} are supported. Split it into several studies.`,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  optimizer: "optimizer",
  loss: "loss",
  model: "model",
  dataset: "dataset",
  schedule: "schedule",
};

const countOf = (count: number, what: string) => {
  if (what === "loss" && count !== 1) return `${integerText(count)} losses`;
  return what.startsWith("value of") && count !== 1
    ? `${integerText(count)} ${what.replace("value", "values")}`
    : countText(count, what);
};

function checkDistinct(values: readonly unknown[], factor: string): void {
  const first = new Map<unknown, number>();
  for (const [index, value] of values.entries()) {
    const earlier = first.get(value);
    if (earlier !== undefined) throw sameAs(`${factor}[${index}]`, `${factor}[${earlier}]`);
    first.set(value, index);
  }
}

export const sameAs = (place: string, earlier: string) =>
  configError(`\`${place}\` is the same as \`${earlier}\`. Remove one of them.`, place);
