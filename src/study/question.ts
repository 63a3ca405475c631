import { essentialConfig } from "../config/essential-config.js";
import type { ResolvedCompareConfig } from "../config/resolved-config.js";
import { type ArmConfig, armConfigs } from "../config/resolved-study.js";
import { type SeedRounds, seedRoundsOf } from "../config/seed-rounds.js";
import type { TunedArm } from "../config/tuning-config.js";
import { OptimbenchError } from "../errors.js";
import { canonicalJson } from "../validation/canonical-json.js";
import { countText } from "../validation/count-text.js";
import { type Difference, differencesOf, differenceText } from "../validation/differences.js";
import { groupBy } from "../validation/group-by.js";
import type { Question } from "./cell-lines.js";
import { datasetKey } from "./dataset-key.js";
import { distinctLabels } from "./labels.js";

/** What a study asks, as far as numbers depend on it. */
export interface Asked {
  readonly config: ResolvedCompareConfig;
  /** The checksum of each dataset, by its name in the config. A dataset without one counts by its name. */
  readonly datasets?: Readonly<Record<string, string>> | undefined;
}

/** What differs between two questions, apart from names and from the order of arms. */
export function questionDifferences(a: Asked, b: Asked): Difference[] {
  const areChecked = a.datasets !== undefined && b.datasets !== undefined;
  const sides: Sides = { a: armsOf(a, areChecked), b: armsOf(b, areChecked) };
  const keys = new Set([...sides.a, ...sides.b].flatMap(({ values }) => Object.keys(values)));
  const found = [...keys].flatMap((key) => differencesAt(key, sides));
  const seeds = differencesOf(a.config.seeds, b.config.seeds, ["seeds"]);
  return [
    ...found.filter(({ ofLists }) => !ofLists),
    ...found.filter(({ ofLists }) => ofLists),
    ...(found.length === 0 ? combinationDifferences(sides) : []),
    ...seeds.filter((each) => isDifference(each.a, each.b)),
  ];
}

interface Arm {
  readonly config: ArmConfig;
  /** What numbers depend on. */
  readonly values: Readonly<Record<string, unknown>>;
}
type Sides = Readonly<Record<"a" | "b", readonly Arm[]>>;

const armsOf = ({ config, datasets }: Asked, areChecked: boolean): Arm[] =>
  armConfigs(config).map((arm) => ({
    config: arm,
    values: {
      ...essentialConfig(arm),
      dataset: (areChecked ? datasets?.[datasetKey(arm)] : undefined) ?? arm.dataset,
    },
  }));

const PLURALS: Readonly<Record<string, string>> = { optimizer: "optimizers", loss: "losses" };

/** The values that a key has in the arms of one study only. */
function differencesAt(key: string, sides: Sides): Difference[] {
  const [ofA, ofB] = [distinctBy(sides.a, key), distinctBy(sides.b, key)];
  const only = { a: [...ofA].filter(([id]) => !ofB.has(id)), b: [...ofB].filter(([id]) => !ofA.has(id)) };
  if (!isDifference(only.a, only.b)) return [];
  const areSingle = ofA.size === 1 && ofB.size === 1;
  if (areSingle && key !== "dataset") {
    const [one, other] = [sides.a[0]!.values[key], sides.b[0]!.values[key]];
    return differencesOf(one, other, [key]);
  }
  const shown = { a: only.a.map(([, value]) => value), b: only.b.map(([, value]) => value) };
  if (key === "dataset")
    shown.a = shown.a.map((name) => (shown.b.includes(name) ? `${name} with other content` : name));
  if (areSingle) return [{ path: key, a: shown.a[0], b: shown.b[0], ofLists: false }];
  return [{ path: PLURALS[key] ?? key, ...shown, ofLists: true }];
}

/** The distinct values of a key as a person knows them, by what numbers depend on. */
const distinctBy = (arms: readonly Arm[], key: string): Map<string, unknown> =>
  new Map(
    arms.map(({ config, values }) => [
      canonicalJson({ value: values[key] }),
      key === "device" ? values[key] : config[key as keyof ArmConfig],
    ]),
  );

/** The arms that only one study has, if both have the same values in other combinations. */
function combinationDifferences({ a, b }: Sides): Difference[] {
  const labels = distinctLabels([...a, ...b].map(({ config }) => ({ ...config, seed: 0 })));
  const named = (arms: readonly Arm[], first: number) =>
    new Map(
      groupBy(arms.entries(), ([, { values }]) => canonicalJson(values)).flatMap((equal) =>
        equal.map(([i, { values }], repetition) => [
          `${canonicalJson(values)} ${repetition}`,
          labels[first + i]!,
        ]),
      ),
    );
  const [ofA, ofB] = [named(a, 0), named(b, a.length)];
  const only = {
    a: [...ofA].flatMap(([id, label]) => (ofB.has(id) ? [] : [label])),
    b: [...ofB].flatMap(([id, label]) => (ofA.has(id) ? [] : [label])),
  };
  return isDifference(only.a, only.b) ? [{ path: "arms", ...only, ofLists: true }] : [];
}

/** Whether one of two lists of items, which only one study has, has any. Lists in another order have none. */
const isDifference = (a: unknown, b: unknown) => (a as unknown[]).length + (b as unknown[]).length > 0;

/** What differs between two stored questions, including what their numbers depend on besides the config. */
export const storedDifferences = (a: Question, b: Question): Difference[] => [
  ...questionDifferences(a, b),
  ...differencesOf(a.numerics, b.numerics),
];

/**
 * The question that continues `there` as `here` asks: the same one, or one with more cells. A tuned study with more trials may have
 * others, since it may select other settings.
 *
 * @throws OptimbenchError (FILE) with what differs if `here` does not ask for every cell of `there`, or changes its rounds of seeds
 */
export function continued(there: Question, here: Question, folder: string): Question {
  checkSameRounds(there, here, folder);
  const isWhole = asksAll(there, here);
  if (!isWhole && !hasMoreTrials(there.config, here.config)) throw anotherQuestion(there, here, folder);
  const isSame = there.cells.length === here.cells.length && isEqual(named(there.config), named(here.config));
  return isSame ? there : { ...here, createdAt: there.createdAt, environment: there.environment };
}

/** Whether a question asks for every cell of another one. */
export function asksAll(there: Question, here: Question): boolean {
  const asked = new Set(here.cells);
  return there.cells.every((key) => asked.has(key));
}

/** Whether a tuned study has all trials of another one, with their results, and more. */
function hasMoreTrials(there: ResolvedCompareConfig, here: ResolvedCompareConfig): boolean {
  const [before, now] = [there, here].map(({ tuning }) => tuning?.arms ?? []) as [TunedArm[], TunedArm[]];
  const counts = [before, now].map((arms) => arms.reduce((sum, { trials }) => sum + trials.length, 0));
  const isIn = (some: readonly unknown[], all: readonly unknown[]) => {
    const known = new Set(all.map(canonicalJson));
    return some.every((each) => known.has(canonicalJson(each)));
  };
  return (
    before.length > 0 &&
    counts[0]! < counts[1]! &&
    isIn(there.seeds, here.seeds) &&
    before.every(({ trials }, i) => isIn(trials, now[i]?.trials ?? []))
  );
}

/** The rounds are part of a sequential test, so they are not changed once results are known. */
function checkSameRounds(there: Question, here: Question, folder: string): void {
  const [rounds, asked] = [seedRoundsOf(there.config), seedRoundsOf(here.config)];
  if (rounds === undefined || isEqual(rounds, asked)) return;
  if (storedDifferences(there, here).some(({ path }) => path !== "seeds")) return; // another study altogether
  const seeds = countText(here.config.seeds.length, "seed");
  throw new OptimbenchError(
    "FILE",
    `${folder} contains a study whose seeds are added in ${roundsText(rounds)}, but ${asked === undefined ? `${seeds} without rounds` : roundsText(asked)} were asked for. ` +
      "The number of rounds belongs to the test of the study: to change it after seeing results would make false verdicts more likely. " +
      `Continue the study with \`seeds\`: ${there.config.seeds.length} and \`seedsPerRound\`: ${rounds.perRound}, choose another \`folder\`, or replace the study with \`overwrite\`.`,
    { path: folder },
  );
}

const roundsText = ({ perRound, rounds }: SeedRounds) =>
  `${countText(rounds, "round")} of ${countText(perRound, "seed")}`;

const isEqual = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

/** A config without what concerns one process only. */
function named(config: ResolvedCompareConfig) {
  const { dataDir: _, threads: __, untimedSteps: ___, execution: ____, ...rest } = config;
  return rest;
}

const MOST = 5;

/** What differs in how settings are searched. More trials are no difference, because they have the others. */
function tuningDifferences(
  { tuning: there }: ResolvedCompareConfig,
  { tuning: here }: ResolvedCompareConfig,
) {
  if (there === undefined || here === undefined) return [];
  const part = ({ trials, seeds, seed, space }: typeof there) => ({
    ...(here.trials < there.trials && { trials }),
    ...{ seeds, seed, space },
  });
  return differencesOf(part(there), part(here), ["tuning"]);
}

/** Whether a difference of tuned studies is one of what was given. Settings of optimizers follow from how they are searched. */
const isGiven = ({ path }: Difference) => !/^(optimizer|arms)/.test(path);

function anotherQuestion(there: Question, here: Question, folder: string): OptimbenchError {
  const ofTuning = tuningDifferences(there.config, here.config);
  const others = storedDifferences(there, here);
  const differences = ofTuning.length === 0 ? others : [...ofTuning, ...others.filter(isGiven)];
  const texts = differences.map((each) => differenceText(each));
  const more = texts.length > MOST ? `; and ${texts.length - MOST} more differences` : "";
  return new OptimbenchError(
    "FILE",
    `${folder} already contains another study: ${texts.slice(0, MOST).join("; ")}${more}. ` +
      "A study continues with the same question, and grows if the question asks for everything that it has and more. " +
      "Choose another `folder`, or replace the study with `overwrite`.",
    { path: folder },
  );
}
