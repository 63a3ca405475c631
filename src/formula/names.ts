import { formulaError } from "./formula-error.js";
import { FUNCTIONS } from "./functions.js";
import type { NodeTable, Term } from "./node-table.js";
import type { Target } from "./statements.js";

/** A number, or in a loss a row: one number per class. */
export type Hyperparameter = number | readonly number[];

/** The names that a formula may read without assigning them. */
interface GivenNames {
  /** Names that every formula of its kind has, such as `theta` and `g`. */
  readonly inputs: ReadonlySet<string>;
  readonly hyperparameters: ReadonlyMap<string, Hyperparameter>;
  /** Values that persist between steps. */
  readonly states?: ReadonlySet<string>;
}

/** The meaning of a formula's names while it is read from top to bottom. */
export class Names {
  readonly #assigned = new Map<string, { readonly value: Term; readonly at: Target }>();
  readonly #read = new Set<string>();

  constructor(
    readonly text: string,
    readonly graph: NodeTable,
    readonly given: GivenNames,
  ) {
    const { inputs, hyperparameters, states = new Set() } = given;
    for (const name of [...hyperparameters.keys(), ...states]) {
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
        throw formulaError(`\`${name}\` is not a valid name in a formula: use letters, digits and _.`);
      if (inputs.has(name) || Object.hasOwn(FUNCTIONS, name))
        throw formulaError(`\`${name}\` is reserved in formulas. Choose another name.`);
      if (hyperparameters.has(name) && states.has(name))
        throw formulaError(`\`${name}\` is both a hyperparameter and a state. Choose another name for one.`);
    }
  }

  /** The current value of a name; undefined if it has none. */
  read(name: string): Term | undefined {
    this.#read.add(name);
    const { inputs, hyperparameters, states } = this.given;
    const assigned = this.#assigned.get(name)?.value;
    if (assigned !== undefined) return assigned;
    if (states?.has(name) || inputs.has(name)) return this.graph.input(name);
    const hyperparameter = hyperparameters.get(name);
    if (hyperparameter === undefined) return undefined;
    return typeof hyperparameter === "number"
      ? this.graph.constant(hyperparameter)
      : this.graph.row(hyperparameter);
  }

  /** Assigns a value to a name, for the following statements. */
  assign(target: Target, value: Term): void {
    this.#assigned.set(target.name, { value, at: target });
  }

  /** @throws OptimbenchError (FORMULA) if the name cannot be assigned */
  checkTarget({ name, start }: Target, ...assignableInputs: readonly string[]): void {
    const { inputs, hyperparameters } = this.given;
    if (hyperparameters.has(name) || (inputs.has(name) && !assignableInputs.includes(name)))
      throw formulaError(
        `\`${name}\` is an input and cannot be assigned. Assign to another name.`,
        this.text,
        start,
      );
    if (Object.hasOwn(FUNCTIONS, name))
      throw formulaError(`\`${name}\` is a function. Assign to another name.`, this.text, start);
  }

  /** The last value that was assigned to a name; undefined if there is none. */
  final = (name: string): Term | undefined => this.#assigned.get(name)?.value;

  /** The position of the last assignment to a name. */
  offsetOf = (name: string): number => this.#assigned.get(name)!.at.start;

  wasRead = (name: string): boolean => this.#read.has(name);

  /** All names that can be read here, for suggestions. */
  all(): string[] {
    const { inputs, hyperparameters, states = new Set() } = this.given;
    return [...inputs, ...hyperparameters.keys(), ...states, ...this.#assigned.keys()];
  }

  /** @throws OptimbenchError (FORMULA) if a hyperparameter is read neither here nor in `others` */
  checkHyperparametersRead(...others: readonly Names[]): void {
    for (const name of this.given.hyperparameters.keys())
      if (![this, ...others].some((names) => names.wasRead(name)))
        throw formulaError(`The hyperparameter \`${name}\` is never used. Use it or remove it.`);
  }

  /** @throws OptimbenchError (FORMULA) if an assigned name is never read */
  checkAllRead(...results: readonly string[]): void {
    for (const [name, { at }] of this.#assigned)
      if (!this.wasRead(name) && !results.includes(name))
        throw formulaError(`\`${name}\` is assigned but never used.`, this.text, at.start);
  }
}
