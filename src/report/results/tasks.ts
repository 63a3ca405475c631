import type { ArmConfig } from "../../config/resolved-study.js";
import { distinctSlugs } from "../../study/arms.js";
import { comparisonKey } from "../../study/dataset-key.js";
import type { Study } from "../../study/study.js";
import { groupBy } from "../../validation/group-by.js";
import { printable } from "../../validation/printable.js";
import { datasetText } from "../text/dataset-text.js";

/** Arms of a study that are compared with each other. No figure shows those of several tasks, since their accuracies are not comparable. */
export interface Task<Item> {
  /** What texts and file names call it, such as "digits"; undefined if it is the study's only one. */
  readonly name: { readonly title: string; readonly slug: string } | undefined;
  readonly items: readonly Item[];
}

/** Groups results, or what else there is per arm, by task. */
export function tasksOf<Item>(
  { config: { suite } }: Study,
  items: Iterable<Item>,
  configOf: (item: Item) => ArmConfig,
): Task<Item>[] {
  const groups = groupBy(items, (item) => comparisonKey({ suite }, configOf(item)));
  const titles = distinctTitles(
    groups.map(([first]) => configOf(first!)),
    suite !== undefined,
  );
  const slugs = distinctSlugs(titles);
  return groups.map((group, i) => ({
    name: groups.length === 1 ? undefined : { title: titles[i]!, slug: slugs[i]! },
    items: group,
  }));
}

/** The name of each dataset, in a suite with its model; paths or more if names are equal. */
function distinctTitles(configs: readonly ArmConfig[], withModel: boolean): readonly string[] {
  const model = ({ model: { name } }: ArmConfig) => (withModel ? `, ${printable(name ?? "layers")}` : "");
  const choices = [
    (config: ArmConfig) => `${datasetText(config.dataset) ?? "arrays"}${model(config)}`,
    (config: ArmConfig) => `${printable(config.dataset)}${model(config)}`,
    (config: ArmConfig, i: number) => `${printable(config.dataset)}${model(config)} #${i + 1}`,
  ].map((choice) => configs.map(choice));
  return choices.find((titles) => new Set(titles).size === titles.length) ?? [];
}
