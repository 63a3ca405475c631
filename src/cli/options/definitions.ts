import { configError } from "../../errors.js";
import { parseDefinition, type Spec } from "./spec.js";

/** Formulas by name, from --define-optimizer or --define-loss. */
export type Definitions = ReadonlyMap<string, string>;

/** Collects a repeatable option. */
export const collectDefinition = (text: string, previous: Definitions = new Map()): Definitions => {
  const { name, formula } = parseDefinition(text);
  if (previous.has(name))
    throw configError(`"${name}" is defined twice. Give each definition a different name.`);
  return new Map(previous).set(name, formula);
};

/** Gives each choice that names a definition its formula; definitions that no choice names are chosen too. */
export function withDefinitions(choices: readonly Spec[], definitions: Definitions): Spec[] {
  const name = (choice: Spec) => (typeof choice === "string" ? choice : choice.name);
  const named = new Set(choices.map(name));
  const all = [...choices, ...[...definitions.keys()].filter((each) => !named.has(each))];
  return all.map((choice) => {
    const formula = definitions.get(name(choice));
    if (formula === undefined) return choice;
    return typeof choice === "string" ? { name: choice, formula } : { ...ownSettings(choice), formula };
  });
}

/** Numbers, and lists of them, beside the learning rate are hyperparameters of the formula. */
function ownSettings(choice: Exclude<Spec, string>): Exclude<Spec, string> {
  const isOwn = ([key, value]: [string, unknown]) =>
    (typeof value === "number" || Array.isArray(value)) && key !== "learningRate";
  const own = Object.entries(choice).filter(isOwn);
  if (own.length === 0) return choice;
  const rest = Object.entries(choice).filter((entry) => !isOwn(entry));
  const hyperparameters = { ...(choice.hyperparameters as object | undefined), ...Object.fromEntries(own) };
  return { name: choice.name, ...Object.fromEntries(rest), hyperparameters };
}
