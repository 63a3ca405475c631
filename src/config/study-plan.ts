import { OptimbenchError } from "../errors.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import { inStudy, type Place } from "./config-path.js";
import type { Weights } from "./initial-weights.js";
import { Once } from "./once.js";
import type { DatasetInfo, ResolvedCompareConfig } from "./resolved-config.js";
import { resolvedStudy } from "./resolved-study.js";
import { planRun, type RunPlan } from "./run-plan.js";
import { type GivenArm, type StudyArms, sameAs } from "./study-arms.js";
import { checkQuestion } from "./study-question.js";

/** A study that can start: its config with every default filled in, and its runs in order. */
export interface StudyPlan<Data extends DatasetInfo = DatasetInfo> {
  readonly config: ResolvedCompareConfig;
  /** The runs of the first seed, one per arm. Those of other seeds differ in nothing else. */
  readonly arms: readonly PlannedArm<Data>[];
  readonly seeds: readonly number[];
  /** All runs: by seed, then by arm. */
  readonly runs: readonly PlannedArm<Data>[];
}

interface PlannedArm<Data> {
  readonly plan: RunPlan;
  readonly dataset: Data;
}

/**
 * Fills in every default of a study and plans its runs. Each formula is compiled once, and each model is lowered once.
 *
 * @param datasetOf the dataset of an arm
 * @param weightsOf the loaded `initialWeights` of an arm
 * @throws OptimbenchError (CONFIG, FORMULA) if a run is not valid on its dataset, or two runs would be identical
 */
export function planStudy<Data extends DatasetInfo>(
  {
    arms: given,
    areCombined,
    question,
    suite,
    tuning,
    seeds,
    seedsPerRound,
    execution,
    margin,
    targets,
  }: StudyArms,
  datasetOf: (arm: GivenArm["config"]) => Data,
  weightsOf: (arm: GivenArm["config"]) => Weights | undefined = () => undefined,
): StudyPlan<Data> {
  const once = new Once();
  const arms = given.map(({ config, places }) => {
    const dataset = datasetOf(config);
    const plan = inCombination(places, () =>
      inStudy(places, () =>
        planRun({ ...config, seed: seeds[0]! }, dataset, undefined, once, weightsOf(config)),
      ),
    );
    return { plan, dataset };
  });
  checkDistinctArms(given, arms, once);
  const optimizers = arms.map(({ plan }) => plan.config.optimizer);
  for (const [index, { places }] of given.entries())
    inStudy(places, () => checkQuestion(question, optimizers[index]!, optimizers[0]!));
  const config = deepFreeze(
    resolvedStudy(
      arms.map(({ plan }) => plan.config),
      { question, suite, tuning, seeds, seedsPerRound, execution, margin, targets, areCombined },
      once,
    ),
  );
  // Untimed steps only improve the times, which are not comparable if runs go in parallel.
  const alone = execution === "parallel" ? { threads: 1, untimedSteps: false } : {};
  const runs = seeds.flatMap((seed) =>
    arms.map(({ plan, dataset }) => ({
      plan: { ...plan, config: Object.freeze({ ...plan.config, ...alone, seed }) },
      dataset,
    })),
  );
  return { config, arms: runs.slice(0, arms.length), seeds, runs };
}

/** Does work on an arm. Its errors name the other varied values, which may be what its value does not fit. */
function inCombination<Result>(places: readonly Place[], work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    const { code, message, path, cause } = error;
    const others = places
      .map(({ given }) => given)
      .filter((each) => /^vary\./.test(each) && !message.includes(`\`${each}`));
    if (others.length === 0) throw error;
    const list = others.map((each) => `\`${each}\``).join(", ");
    throw new OptimbenchError(code, `${message} This is the arm with ${list}.`, { path, cause });
  }
}

/** Names alone do not distinguish arms, unless the arms are listed. */
function checkDistinctArms(
  given: readonly GivenArm[],
  arms: readonly { readonly plan: RunPlan; readonly dataset: object }[],
  once: Once,
): void {
  const first = new Map<string, number>();
  const datasets = new Map<object, number>();
  for (const [index, { plan, dataset }] of arms.entries()) {
    if (!datasets.has(dataset)) datasets.set(dataset, datasets.size);
    const values = Object.values(plan.config).map((value) => once.numberOf(value));
    const key = [datasets.get(dataset), ...values].join();
    const earlier = first.get(key);
    if (earlier !== undefined) throw sameAs(...difference(given[index]!, given[earlier]!));
    first.set(key, index);
  }
}

/** The places in which two equal arms are given differently. */
function difference(one: GivenArm, other: GivenArm): [string, string] {
  const places = one.places.map(
    ({ given }, i) => [given, other.places[i]?.given ?? given] as [string, string],
  );
  const [given, earlier] = places.find(([a, b]) => a !== b) ?? ["arms", "arms"];
  const arm = /^arms\[\d+\]/;
  return [arm.exec(given)?.[0] ?? given, arm.exec(earlier)?.[0] ?? earlier];
}
