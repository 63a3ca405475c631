import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { ImageSize } from "../data/read-options.js";
import { lossLabel } from "../losses/losses.js";
import { changedOptimizerSettings } from "../optimizers/optimizers.js";
import { decimalText, decimalTexts } from "../validation/decimal-text.js";
import { groupBy } from "../validation/group-by.js";
import { printable } from "../validation/printable.js";

/**
 * The shortest label that identifies each config: the optimizer's name; if names coincide, also the loss, the framework, the
 * learning rate and other differences; then the settings that are not the optimizer's defaults, unless the optimizer has a
 * `label`. If all have one optimizer and different losses, the loss's name in place of the optimizer's.
 *
 * @param visible matches the paths that are shown beside the label, and so already distinguish configs
 */
export function distinctLabels(configs: readonly ResolvedTrainConfig[], visible = NOTHING): string[] {
  const rates = decimalTexts(configs.map(({ optimizer }) => optimizer.learningRate));
  const factors = configs.map((config, i) => leaves(config).set("optimizer.learningRate", rates[i]!));
  const losses = differInLoss(configs) ? lossLabels(configs) : undefined;
  const labels = configs.map(({ name, optimizer }, i) =>
    printable(name ?? losses?.[i] ?? optimizer.label ?? optimizer.name),
  );
  const beside = factors.map((each) => [...each].filter(([path]) => visible.test(path)).join("\n"));
  const said = factors.map((each) => new Set([...each.keys()].filter((path) => visible.test(path))));
  const say = (i: number, path: string) => {
    labels[i] += `, ${factorText(path, factors[i]!.get(path))}`;
    said[i]!.add(path);
  };
  const coinciding = () =>
    groupBy(labels.keys(), (i) => `${labels[i]}\n${beside[i]}`).filter((group) => group.length > 1);
  const sayDifferences = (paths: Iterable<string>) => {
    let groups = coinciding();
    for (const path of paths) {
      const differing = groups.filter((group) => new Set(group.map((i) => factors[i]!.get(path))).size > 1);
      for (const i of differing.flat()) say(i, path);
      if (differing.length > 0) groups = coinciding();
    }
  };
  sayDifferences(new Set([...FIRST, ...factors.flatMap((each) => [...each.keys()])]));
  for (const [i, { name, optimizer }] of configs.entries())
    if (name === undefined && optimizer.label === undefined && losses === undefined)
      for (const [key] of changedOptimizerSettings(optimizer))
        if (!said[i]!.has(`optimizer.${key}`)) say(i, `optimizer.${key}`);
  const layers = coinciding().flatMap((group) =>
    group.flatMap((i) => {
      const ofModel = leaves({ model: { layers: configs[i]!.model.layers } }, NOTHING);
      for (const [path, value] of ofModel) factors[i]!.set(path, value);
      return [...ofModel.keys()];
    }),
  );
  sayDifferences(new Set(layers));
  for (const group of coinciding()) {
    const statements = firstDifferences(group.map((i) => configs[i]!.optimizer.formula));
    for (const [k, i] of group.entries())
      labels[i] += statements[k] === undefined ? "" : `, ${statements[k]}`;
  }
  for (const group of coinciding()) for (const [k, i] of group.entries()) labels[i] += ` #${k + 1}`;
  return labels;
}

/**
 * The paths in which configs differ, such as "batchSize" or "optimizer.momentum". A setting of an optimizer or a loss counts if
 * configs with the same optimizer or loss differ in it.
 */
export function differingPaths(configs: readonly ResolvedTrainConfig[]): string[] {
  const all = configs.map((config) => leaves(config));
  const paths = new Set(all.flatMap((each) => [...each.keys()]));
  const groupOf = (path: string, i: number) => {
    if (path.startsWith("optimizer.")) return configs[i]!.optimizer.name;
    return path.startsWith("loss.") && path !== "loss.name" ? configs[i]!.loss.name : "";
  };
  return [...paths].filter((path) =>
    groupBy(all.keys(), (i) => groupOf(path, i)).some(
      (group) => new Set(group.map((i) => all[i]!.get(path))).size > 1,
    ),
  );
}

/** Whether configs have losses of different names and one optimizer, which therefore identifies none of them. */
export const differInLoss = (configs: readonly ResolvedTrainConfig[]): boolean =>
  new Set(configs.map(({ loss }) => loss.label ?? loss.name)).size > 1 &&
  new Set(configs.map(({ optimizer }) => JSON.stringify(optimizer))).size === 1;

/** The text at a path of a config; undefined if there is none. */
export const textAt = (config: ResolvedTrainConfig, path: string): string | undefined =>
  leaves(config).get(path);

/** The label of each config's loss. Different losses have different labels. */
export function lossLabels(configs: readonly ResolvedTrainConfig[]): string[] {
  const names = configs.map(({ loss }) => printable(lossLabel(loss)));
  const texts = configs.map(({ loss }) => JSON.stringify(loss));
  for (const group of groupBy(names.keys(), (i) => names[i]!)) {
    const different = [...new Set(group.map((i) => texts[i]!))];
    if (different.length === 1) continue;
    const semantics = group.map((i) => printable(configs[i]!.loss.semantics));
    const statements = firstDifferences(group.map((i) => configs[i]!.loss.formula));
    const telling = [semantics, statements].find((each) => new Set(each).size === different.length);
    for (const [k, i] of group.entries())
      names[i] += telling === undefined ? ` #${different.indexOf(texts[i]!) + 1}` : ` (${telling[k]})`;
  }
  return names;
}

/** The first statement of each formula in which the formulas differ; undefined if all are equal. */
function firstDifferences(formulas: readonly string[]): readonly (string | undefined)[] {
  const statements = formulas.map((formula) =>
    formula
      .split(/[\n;]/)
      .map((each) => each.trim())
      .filter((each) => each !== ""),
  );
  const longest = Math.max(...statements.map(({ length }) => length));
  const place = Array.from({ length: longest }, (_, i) => i).find(
    (i) => new Set(statements.map((each) => each[i])).size > 1,
  );
  return statements.map((each) =>
    place === undefined ? undefined : printable(each[place] ?? "nothing more"),
  );
}

const NOTHING = /^$/;
/** The paths that are named first. */
const FIRST = ["loss.label", "loss.name", "optimizer.semantics", "optimizer.learningRate", "schedule.name"];
/** The paths that labels do not contain: they follow from others or from the machine, or are too long. Layers are named only if nothing else differs. */
const OMITTED = /(^|\.)(seed|formula)$|^(name|threads)$|^model\.layers|^optimizer\.(name|label)$/;

/** Every plain value of a config by its path, such as "optimizer.beta1". */
function leaves(config: object, omitted = OMITTED): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (omitted.test(path)) return;
    if (path === "resize") found.set(path, sizeText(value as ImageSize));
    else if (path === "frozen") found.set(path, printable((value as readonly string[]).join("+")));
    else if (Array.isArray(value) && value.every((each) => typeof each === "number"))
      found.set(path, printable(value.length === 0 ? "none" : value.map(decimalText).join(";")));
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? key : `${path}.${key}`);
    else if (typeof value === "number") found.set(path, decimalText(value));
    else if (value !== undefined) found.set(path, printable(String(value)));
  };
  walk(config, "");
  return found;
}

/** "32", or "32x48" as height x width */
const sizeText = (size: ImageSize) =>
  typeof size === "number" ? String(size) : `${size.height}x${size.width}`;

/** "meanSquaredError", "pytorch", "keras3 loss", "learning rate 0.01", "momentum 0.9". */
function factorText(path: string, value: string | undefined): string {
  const key = path.split(".").at(-1)!;
  if (path === "loss.semantics") return `${value} loss`;
  if (["name", "label", "semantics", "dataset"].includes(key)) return value ?? "default";
  if (path === "standardise") return value === undefined ? "not standardised" : "standardised";
  if (path === "frozen") return value === undefined ? "none frozen" : `frozen ${value}`;
  if (path === "initialWeights.from") return value === undefined ? "random weights" : `from ${value}`;
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return value === undefined ? `no ${words}` : `${words} ${value}`;
}
