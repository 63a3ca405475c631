import type { Semantics } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { resolveLoss } from "../losses/losses.js";
import { type OptimizerConfig, type ResolvedOptimizer, resolveOptimizer } from "../optimizers/optimizers.js";
import { countText, integerText } from "../validation/count-text.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import type { ParsedCompareConfig } from "./compare-config.js";
import type { DatasetInfo, ResolvedCompareConfig } from "./resolved-config.js";
import { planLoss, planOptimizer, planShared, type RunPlan, runOf } from "./run-plan.js";

/** A study that can start: its config with every default filled in, and its runs in order. */
interface StudyPlan {
  readonly config: ResolvedCompareConfig;
  readonly runs: readonly RunPlan[];
}

/**
 * Fills in every default of a study and plans its runs. Each formula is compiled once, and the model is lowered once. Seeds
 * are the outer loop, so that a machine that becomes slower affects all optimizers equally.
 *
 * @throws OptimbenchError (CONFIG, FORMULA) if a run is not valid on this dataset, or two runs would be identical
 */
export function planStudy(given: ParsedCompareConfig, dataset: DatasetInfo): StudyPlan {
  const { optimizers: o, losses: l, seeds: s, execution, semantics: several, ...rest } = given;
  const [semantics, ...others] = [several].flat() as [Semantics, ...Semantics[]];
  checkDistinct([semantics, ...others], "semantics");
  const seeds = typeof s === "number" ? Array.from({ length: s }, (_, seed) => seed) : s;
  checkRunCount(o.length, l.length, seeds.length);

  const shared = planShared({ ...rest, semantics }, dataset);
  const optimizers = o.flatMap((optimizer, index) => {
    const where = `optimizers[${index}]`;
    return inEach(optimizer, semantics, others, where).map((each) => planOptimizer(each, shared, where));
  });
  const losses = l.map((loss, index) => {
    const where = `losses[${index}]`;
    return planLoss(resolveLoss(loss, semantics, dataset.classes, where), where);
  });
  const config = deepFreeze({
    ...shared.config,
    optimizers: optimizers.map((each) => each.config),
    losses: losses.map((each) => each.config),
    seeds,
    execution,
  });
  for (const factor of ["optimizers", "losses", "seeds"] as const) checkDistinct(config[factor], factor);

  const alone = { threads: 1, untimedSteps: false }; // untimed steps only improve the times, which are not comparable here
  const one = { ...shared, config: { ...shared.config, ...(execution === "parallel" && alone) } };
  const runs = seeds.flatMap((seed) =>
    losses.flatMap((loss) => optimizers.map((optimizer) => runOf(one, { optimizer, loss, seed }))),
  );
  return { config, runs };
}

/** A limit, because all runs are planned and checked for memory before the first starts. */
const MOST_RUNS = 100_000;

function checkRunCount(optimizers: number, losses: number, seeds: number): void {
  const runs = optimizers * losses * seeds;
  if (runs <= MOST_RUNS) return;
  const factors = [
    countText(optimizers, "optimizer"),
    `${integerText(losses)} loss${losses === 1 ? "" : "es"}`,
    countText(seeds, "seed"),
  ];
  throw configError(
    `The study would have ${countText(runs, "run")} (${factors.join(" x ")}), but at most ${countText(MOST_RUNS, "run")} are supported. Split it into several studies.`,
  );
}

/** An optimizer as defined by each framework that defines it. A config that names a framework gives one optimizer only. */
function inEach(
  optimizer: OptimizerConfig,
  first: Semantics,
  others: readonly Semantics[],
  where: string,
): ResolvedOptimizer[] {
  const one = resolveOptimizer(optimizer, first, where);
  const more = others
    .map((semantics) => ({ semantics, config: resolveOptimizer(optimizer, semantics, where) }))
    .filter(({ semantics, config }) => config.semantics === semantics && semantics !== one.semantics);
  return [one, ...more.map(({ config }) => config)];
}

function checkDistinct(values: readonly unknown[], factor: string): void {
  const first = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const key = JSON.stringify(value);
    const earlier = first.get(key);
    if (earlier !== undefined)
      throw configError(
        `\`${factor}[${index}]\` is the same as \`${factor}[${earlier}]\`. Remove one of them.`,
        `${factor}[${index}]`,
      );
    first.set(key, index);
  }
}
