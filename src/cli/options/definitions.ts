import { Option } from "commander";
import { configError } from "../../errors.js";
import { type DefinitionKind, parseDefinition, type Spec } from "./spec.js";

/** Formulas by name, from --define-optimizer or --define-loss. */
export type Definitions = ReadonlyMap<string, string>;

/** An option that defines a custom optimizer or loss. */
export const defineOption = (kind: DefinitionKind): Option =>
  new Option(`--define-${kind} <name=formula>`, `define a custom ${kind}; may be repeated`).argParser(
    (text, previous?: Definitions) => collectDefinition(text, previous, kind),
  );

/** Collects the definitions of a repeated option. */
export const collectDefinition = (
  text: string,
  previous: Definitions = new Map(),
  kind?: DefinitionKind,
): Definitions => {
  const { name, formula } = parseDefinition(text, kind);
  if (previous.has(name))
    throw configError(`"${name}" is defined twice. Give each definition a different name.`);
  return new Map(previous).set(name, formula);
};

/** Adds the formula to each choice that names a definition. Definitions that no choice names are appended. */
export function withDefinitions(choices: readonly Spec[], definitions: Definitions): Spec[] {
  const name = (choice: Spec) => (typeof choice === "string" ? choice : choice.name);
  const named = new Set(choices.map(name));
  const all = [...choices, ...[...definitions.keys()].filter((each) => !named.has(each))];
  return all.map((choice) => {
    const formula = definitions.get(name(choice));
    if (formula === undefined) return choice;
    return typeof choice === "string"
      ? { name: choice, formula }
      : { ...withHyperparameters(choice), formula };
  });
}

/** Numbers, lists and ranges, except of the learning rate, are hyperparameters of the formula. */
function withHyperparameters(choice: Exclude<Spec, string>): Exclude<Spec, string> {
  const isHyperparameter = ([key, value]: [string, unknown]) =>
    (typeof value === "number" || typeof value === "object") &&
    key !== "learningRate" &&
    key !== "hyperparameters";
  const given = Object.entries(choice).filter(isHyperparameter);
  if (given.length === 0) return choice;
  const rest = Object.entries(choice).filter((entry) => !isHyperparameter(entry));
  const hyperparameters = { ...(choice.hyperparameters as object | undefined), ...Object.fromEntries(given) };
  return { name: choice.name, ...Object.fromEntries(rest), hyperparameters };
}
