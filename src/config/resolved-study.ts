import { MOST_CHOICES } from "./compare-config.js";
import type { Once } from "./once.js";
import type { ResolvedArm, ResolvedCompareConfig, ResolvedTrainConfig } from "./resolved-config.js";
import type { StudyArms } from "./study-arms.js";

/** The config of an arm's runs, apart from the seed. */
export type ArmConfig = Omit<ResolvedTrainConfig, "seed" | "targets">;

type Key = Exclude<keyof ResolvedTrainConfig, "seed" | "targets">;

/** The keys that each arm has, even if it shares them with all others. */
const ALWAYS: readonly Key[] = ["name", "loss", "optimizer"];

/**
 * A study's config from those of its arms. What all arms have in common is the study's, the rest stands in the arms. A study that
 * combines optimizers and losses, and in which nothing else differs, lists these instead of arms.
 *
 * @param areCombined whether every optimizer has every loss, with the optimizers changing fastest
 */
export function resolvedStudy(
  arms: readonly ResolvedTrainConfig[],
  { areCombined, question, suite, seedsPerRound, tuning, targets, ...rest }: Omit<StudyArms, "arms">,
  once: Once,
): ResolvedCompareConfig {
  const keys = [...new Set(arms.flatMap(({ seed: _, targets: __, ...arm }) => Object.keys(arm) as Key[]))];
  const differs = (key: Key) => {
    const first = once.numberOf(arms[0]![key]);
    return ALWAYS.includes(key) || arms.some((arm) => once.numberOf(arm[key]) !== first);
  };
  const own = new Set(keys.filter(differs));
  const part = (arm: ResolvedTrainConfig, isWanted: (key: Key) => boolean) =>
    Object.fromEntries(
      keys.filter((key) => arm[key] !== undefined && isWanted(key)).map((key) => [key, arm[key]]),
    ) as unknown;
  const distinct = <Value>(of: (arm: ResolvedTrainConfig) => Value): Value[] => [
    ...new Map(arms.map((arm) => [once.numberOf(of(arm)), of(arm)])).values(),
  ];
  const optimizers = distinct(({ optimizer }) => optimizer);
  const losses = distinct(({ loss }) => loss);
  const onlyThese =
    areCombined &&
    [...own].every((key) => key === "optimizer" || key === "loss") &&
    Math.max(optimizers.length, losses.length) <= MOST_CHOICES;
  return {
    ...(question !== undefined && { question }),
    ...(suite !== undefined && { suite }),
    ...(tuning !== undefined && { tuning }),
    ...(part(arms[0]!, (key) => !own.has(key)) as Omit<
      ResolvedCompareConfig,
      "seeds" | "execution" | "margin"
    >),
    ...(onlyThese
      ? { optimizers, losses }
      : { arms: arms.map((arm) => part(arm, (key) => own.has(key)) as ResolvedArm) }),
    ...rest,
    ...(seedsPerRound !== undefined && { seedsPerRound }),
    ...(targets !== undefined && { targets }),
  };
}

/** The arms of a study's config, in the order of its plan: the inverse of `resolvedStudy`. */
export function armConfigs({
  optimizers = [],
  losses = [],
  arms = losses.flatMap((loss) => optimizers.map((optimizer) => ({ optimizer, loss }))),
  question: _,
  suite: __,
  tuning: ___,
  seeds: ____,
  execution: _____,
  seedsPerRound: ______,
  margin: _______,
  targets: ________,
  ...shared
}: ResolvedCompareConfig): ArmConfig[] {
  return arms.map((arm) => ({ ...shared, ...arm }) as ArmConfig);
}
