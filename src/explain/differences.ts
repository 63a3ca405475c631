import type { Source } from "../catalogue/semantics.js";
import { groupBy } from "../validation/group-by.js";
import type { LossDefinition, OptimizerDefinition, Origin } from "./explanation.js";
import { FIRST_GRADIENT } from "./first-step.js";

const NAMES: Readonly<Record<Origin, string>> = {
  keras3: "Keras 3",
  keras2: "Keras 2",
  pytorch: "PyTorch",
  author: "the original",
  custom: "custom",
};

/** The name of a source, such as "Keras 3". */
export const originText = (origin: Origin): string => NAMES[origin];

type Defaults = Readonly<Partial<Record<Source, Readonly<Record<string, unknown>>>>>;
type Each = OptimizerDefinition | LossDefinition;

/**
 * The differences between the sources of a definition, one sentence each; none if there is one source.
 *
 * @param formulaWith a source's formula with the given settings; undefined if it does not accept them
 */
export function differencesBetween(
  definitions: readonly Each[],
  allDefaults: Defaults,
  formulaWith: (source: Source, settings: Readonly<Record<string, unknown>>) => string | undefined,
): string[] {
  const sources = definitions.map(({ source }) => source as Source);
  if (sources.length < 2) return [];
  const defaults = new Map(sources.map((source) => [source, allDefaults[source]!]));
  return [
    ...defaultDifferences(defaults),
    ...formulaDifferences(definitions, defaults, formulaWith),
    ...stepDifference(definitions),
  ];
}

function defaultDifferences(defaults: ReadonlyMap<Source, Readonly<Record<string, unknown>>>): string[] {
  const names = [...new Set([...defaults.values()].flatMap((values) => Object.keys(values)))];
  return names.flatMap((name) => {
    const having = [...defaults].filter(([, values]) => Object.hasOwn(values, name));
    const groups = groupBy(having, ([, values]) => valueText(values[name]));
    const values = groups.map(
      (of) => `${valueText(of[0]![1][name])} in ${listed(of.map(([source]) => source))}`,
    );
    const missing = [...defaults].filter(([, each]) => !Object.hasOwn(each, name)).map(([source]) => source);
    if (missing.length > 0)
      return [`\`${name}\`: ${values.join(", ")}; not available in ${listed(missing)}.`];
    return groups.length > 1 ? [`\`${name}\`: ${values.join(", ")}.`] : [];
  });
}

function formulaDifferences(
  definitions: readonly Each[],
  defaults: ReadonlyMap<Source, Readonly<Record<string, unknown>>>,
  formulaWith: (source: Source, settings: Readonly<Record<string, unknown>>) => string | undefined,
): string[] {
  const groups = groupBy(definitions, ({ formula }) => formula);
  if (groups.length > 1) {
    const [first, ...others] = groups.map((of) => listed(of.map(({ source }) => source as Source)));
    return [`The formula of ${first} differs from that of ${others.join(" and from that of ")}.`];
  }
  const [first, ...rest] = [...defaults.values()];
  const shared = Object.keys(first!).filter((name) => rest.every((values) => Object.hasOwn(values, name)));
  const changing = shared.filter((name) => {
    const settings = { [name]: another(first![name]) };
    const formulas = [...defaults.keys()].map((source) => formulaWith(source, settings));
    return !formulas.includes(undefined) && new Set(formulas).size > 1;
  });
  return changing.length === 0
    ? []
    : [
        `The formula is the same by default, but differs with ${changing.map((name) => `\`${name}\``).join(", ")}.`,
      ];
}

/** A value other than the default, to test whether it changes the formula. */
const another = (value: unknown) =>
  typeof value === "boolean" ? !value : typeof value === "number" ? 0.5 : value;

function stepDifference(definitions: readonly Each[]): string[] {
  const steps = definitions.flatMap((each) =>
    "firstStep" in each ? [{ source: each.source as Source, step: each.firstStep }] : [],
  );
  if (steps.length < 2) return [];
  const [least, most] = [
    Math.min(...steps.map(({ step }) => step)),
    Math.max(...steps.map(({ step }) => step)),
  ];
  if (least === 0 || most / least < 1.005) return [];
  const each = groupBy(steps, ({ step }) => stepText(step))
    .map((of) => `${stepText(of[0]!.step)} in ${listed(of.map(({ source }) => source))}`)
    .join(", ");
  return [
    `The first step, with |g| = ${FIRST_GRADIENT}: ${each}. The largest is ${stepText(most / least)} times the smallest.`,
  ];
}

/** Three significant digits. */
export const stepText = (value: number): string => String(Number(value.toPrecision(3)));

/** A value as it is written in a config. */
export const valueText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const LIST = new Intl.ListFormat("en-GB");

/** "Keras 3, Keras 2 and PyTorch" */
export const listed = (origins: readonly Origin[]): string => LIST.format(origins.map(originText));
