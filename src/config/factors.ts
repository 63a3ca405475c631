import { z } from "zod";
import type { Semantics } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { type LossConfig, lossSettings, withLossSetting } from "../losses/losses.js";
import {
  type OptimizerConfig,
  optimizerSettings,
  resolveOptimizer,
  withOptimizerSetting,
} from "../optimizers/optimizers.js";
import { integerText } from "../validation/count-text.js";
import { didYouMean } from "../validation/nearest.js";
import { parse } from "../validation/parse.js";
import type { ArmKey } from "./arm-config.js";
import { inStudy, type Place, withValueAt } from "./config-path.js";
import { trainConfigSchema } from "./train-config.js";
import type { VariedPath } from "./vary.js";

/** A limit, because all runs are planned and checked for memory before the first starts. */
export const MOST_RUNS = 100_000;

/** A value that arms have at a key of their config, and where the study's config says so. */
export interface Alternative {
  readonly value: unknown;
  readonly places: readonly Place[];
}

/** A key of a run's config with its alternatives. Arms combine the alternatives of all factors. */
export interface Factor {
  readonly key: ArmKey;
  readonly alternatives: readonly Alternative[];
}

/** Every value of every path, applied to every alternative. Shorter paths are applied first. @throws OptimbenchError (CONFIG) */
export function varied(
  { key, alternatives }: Factor,
  paths: readonly VariedPath[],
  semantics: Semantics,
): Factor {
  const ordered = paths.filter((each) => each.key === key).sort((a, b) => a.inner.length - b.inner.length);
  const all = ordered.reduce((before, path) => {
    checkSettings(path, before, semantics);
    checkCount(path, before.length);
    return before.flatMap((each) =>
      path.values.map(({ value, given }) => {
        const places = [...each.places, { path: path.path, given }];
        return { value: inStudy(places, () => withValue(each.value, path, value, semantics)), places };
      }),
    );
  }, alternatives);
  return { key, alternatives: ordered.length === 0 ? all : all.map((each) => validated(key, each)) };
}

function checkCount({ path, values }: VariedPath, before: number): void {
  const count = before * values.length;
  if (count > MOST_RUNS)
    throw configError(
      `\`vary.${path}\` makes ${integerText(count)} combinations, but at most ${integerText(MOST_RUNS)} runs are supported. Give fewer values.`,
      `vary.${path}`,
    );
}

type Named = OptimizerConfig & LossConfig;

function withValue(whole: unknown, { path, key, inner }: VariedPath, value: unknown, semantics: Semantics) {
  const setting = [String(inner[0]), value ?? undefined] as const;
  if (key === "optimizer") return withOptimizerSetting(whole as OptimizerConfig, setting, semantics);
  if (key === "loss") return withLossSetting(whole as LossConfig, setting, semantics);
  if (key === "model" && inner.length > 0 && typeof whole === "string")
    throw configError(`\`${path}\` leads to no value: the model is "${whole}". Write out its layers.`, path);
  return withValueAt(whole, inner, value, path);
}

/** @throws OptimbenchError (CONFIG) that names the optimizers or losses that lack a setting */
function checkSettings(
  { path, key, inner, values }: VariedPath,
  among: readonly Alternative[],
  semantics: Semantics,
) {
  if (key !== "optimizer" && key !== "loss") return;
  const settings = key === "optimizer" ? optimizerSettings : lossSettings;
  const name = String(inner[0]);
  const has = (value: unknown) => inner.length === 1 && settings(value as Named, semantics).includes(name);
  const nameOf = (value: unknown) => (typeof value === "string" ? value : (value as Named).name);
  const lacking = [...new Set(among.filter(({ value }) => !has(value)).map(({ value }) => nameOf(value)))];
  if (lacking.length === 0) return;
  const having = [...new Set(among.filter(({ value }) => has(value)).map(({ value }) => nameOf(value)))];
  const plural = key === "optimizer" ? "optimizers" : "losses";
  const all = among.flatMap(({ value }) => settings(value as Named, semantics));
  const some =
    values.length > 3
      ? { from: values[0]!.value, to: values.at(-1)!.value }
      : values.map(({ value }) => value);
  const advice =
    having.length > 0
      ? ` Compare only those that have it: ${having.join(",")}. Or omit \`vary.${path}\` and vary it in \`${plural}\`, such as ${JSON.stringify({ name: having[0], [name]: some })}.`
      : `${didYouMean(name, all)} Settings: ${[...new Set(all)].join(", ")}.`;
  throw configError(
    `\`vary.${path}\` changes a setting that ${lacking.join(", ")} ${lacking.length === 1 ? "does" : "do"} not have.${advice}`,
    `vary.${path}`,
  );
}

/** An alternative with the defaults of its schema. @throws OptimbenchError (CONFIG) */
export function validated(key: ArmKey, { value, places }: Alternative): Alternative {
  const schema = z.strictObject({ [key]: trainConfigSchema.unwrap().shape[key] });
  const parsed = inStudy(places, () => parse(schema, { [key]: value }, "compare config"));
  return { value: parsed[key], places };
}

/** An optimizer as defined by each framework that defines it. A config that names a framework gives one optimizer only. */
export function inEach(
  { value, places }: Alternative,
  first: Semantics,
  others: readonly Semantics[],
): Alternative[] {
  if (others.length === 0) return [{ value, places }];
  const optimizer = value as OptimizerConfig;
  const source = (semantics: Semantics) =>
    inStudy(places, () => resolveOptimizer(optimizer, semantics, "optimizer").semantics);
  const one = source(first);
  const more = others.filter((semantics) => semantics !== one && source(semantics) === semantics);
  const named = typeof optimizer === "string" ? { name: optimizer } : optimizer;
  return [{ value, places }, ...more.map((semantics) => ({ value: { ...named, semantics }, places }))];
}
