import { parseDefinition, type Spec } from "./spec.js";

/** Formulas by name, from --define-optimizer or --define-loss. */
export type Definitions = ReadonlyMap<string, string>;

/** Collects a repeatable option. */
export const collectDefinition = (text: string, previous: Definitions = new Map()): Definitions => {
  const { name, formula } = parseDefinition(text);
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
    return { ...(typeof choice === "string" ? { name: choice } : choice), formula };
  });
}
