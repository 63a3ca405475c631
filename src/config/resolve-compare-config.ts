import type { Semantics } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { type OptimizerConfig, resolveOptimizer } from "../optimizers/optimizers.js";
import { countText } from "../validation/count-text.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import { type CompareConfig, type EXECUTIONS, parseCompareConfig } from "./compare-config.js";
import { type DatasetInfo, type ResolvedTrainConfig, resolveTrainConfig } from "./resolve-train-config.js";
import type { TrainConfig } from "./train-config.js";

/** A study with every default filled in: plain JSON, and a valid `CompareConfig` again. */
export interface ResolvedCompareConfig extends Omit<ResolvedTrainConfig, "optimizer" | "loss" | "seed"> {
  readonly optimizers: readonly ResolvedTrainConfig["optimizer"][];
  readonly losses: readonly ResolvedTrainConfig["loss"][];
  readonly seeds: readonly number[];
  readonly execution: (typeof EXECUTIONS)[number];
}

/**
 * Fills in every default of a study.
 *
 * @throws OptimbenchError (CONFIG) where a run of it is not possible on this dataset, or two runs would be the same
 */
export function resolveCompareConfig(input: CompareConfig, dataset: DatasetInfo): ResolvedCompareConfig {
  const { optimizers, losses, seeds, execution, semantics: given, ...shared } = parseCompareConfig(input);
  const [first, ...others] = [given].flat() as [Semantics, ...Semantics[]];
  checkDistinct([first, ...others], "semantics");
  const seedList = typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : seeds;
  checkRunCount(optimizers.length, losses.length, seedList.length);
  const resolve = (factors: Pick<TrainConfig, "optimizer" | "loss">, index = 0) =>
    resolveTrainConfig({ ...shared, semantics: first, ...factors }, dataset, {
      optimizer: `optimizers[${index}]`,
      loss: `losses[${index}]`,
    });
  const { optimizer: _o, loss: _l, seed: _s, ...common } = resolve({});
  const resolved = {
    ...common,
    optimizers: optimizers.flatMap((optimizer, index) => [
      resolve({ optimizer }, index).optimizer,
      ...inOthers(optimizer, first, others, `optimizers[${index}]`),
    ]),
    losses: losses.map((loss, index) => resolve({ loss }, index).loss),
    seeds: seedList,
    execution,
  };
  for (const factor of ["optimizers", "losses", "seeds"] as const) checkDistinct(resolved[factor], factor);
  return deepFreeze(resolved);
}

/** Each is planned, and checked for memory, before the first starts. */
const MOST_RUNS = 100_000;

function checkRunCount(optimizers: number, losses: number, seeds: number): void {
  const runs = optimizers * losses * seeds;
  if (runs <= MOST_RUNS) return;
  const factors = [
    countText(optimizers, "optimizer"),
    `${losses.toLocaleString("en")} loss${losses === 1 ? "" : "es"}`,
    countText(seeds, "seed"),
  ];
  throw configError(
    `The study would have ${countText(runs, "run")} (${factors.join(" x ")}), and at most ${countText(MOST_RUNS, "run")} are possible. Make several studies of it.`,
  );
}

/** An optimizer as the other frameworks define it: those that do, and where the config leaves it to them. */
function inOthers(optimizer: OptimizerConfig, first: Semantics, others: readonly Semantics[], where: string) {
  const { semantics: already } = resolveOptimizer(optimizer, first, where);
  return others.flatMap((semantics) => {
    const resolved = resolveOptimizer(optimizer, semantics, where);
    return resolved.semantics === semantics && semantics !== already ? [resolved] : [];
  });
}

function checkDistinct(values: readonly unknown[], factor: string): void {
  const first = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const key = JSON.stringify(value);
    const earlier = first.get(key);
    if (earlier !== undefined)
      throw configError(
        `\`${factor}[${index}]\` is the same as \`${factor}[${earlier}]\`. Leave one of them out.`,
        `${factor}[${index}]`,
      );
    first.set(key, index);
  }
}
