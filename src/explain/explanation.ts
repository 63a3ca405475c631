import type { Source } from "../catalogue/semantics.js";
import type { Scope } from "../formula/graph.js";

/** What there is to know about an optimizer or a loss, as plain data. */
export type Explanation = OptimizerExplanation | LossExplanation;

/** Whose formula: a framework's, an author's, or custom. */
export type Origin = Source | "custom";

/** What explanations of optimizers and of losses have in common. */
export interface CommonExplanation<Definition> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. Empty for a custom formula. */
  readonly sources: readonly string[];
  /** What to know before using it; left out where formula and defaults say all. */
  readonly note?: string;
  readonly hyperparameters: readonly HyperparameterExplanation[];
  /** One for each source that defines it. */
  readonly definitions: readonly Definition[];
  /** What differs between those, a sentence each. */
  readonly differences: readonly string[];
}

export interface OptimizerExplanation extends CommonExplanation<OptimizerDefinition> {
  readonly kind: "optimizer";
}

export interface LossExplanation extends CommonExplanation<LossDefinition> {
  readonly kind: "loss";
}

export interface HyperparameterExplanation {
  readonly name: string;
  readonly meaning: string;
  /** Such as "0 <= x < 1"; empty for a custom formula, which may be any number. */
  readonly range: string;
  /** What each source takes where nothing is given; sources that do not know it are left out. */
  readonly defaults: Readonly<Partial<Record<Origin, unknown>>>;
}

export interface OptimizerDefinition {
  readonly source: Origin;
  /** With the settings that were asked for, or the defaults. */
  readonly formula: string;
  readonly states: readonly StateExplanation[];
  /** Bytes of state for each float32 parameter; by block where blocks keep different states. Rows and columns are not in it. */
  readonly stateBytes: Readonly<Partial<Record<Scope, number>>>;
  /** How far one step goes from theta = 0 where |g| = 1e-3. */
  readonly firstStep: number;
  /** The same in a matrix between two others, where matrices are treated apart. */
  readonly firstStepInMatrix?: number;
}

export interface StateExplanation {
  readonly name: string;
  readonly block: Scope;
  /** What it keeps a number for. "optimizer": there is one in all. */
  readonly per: "parameter" | "row" | "column" | "optimizer";
}

export interface LossDefinition {
  readonly source: Origin;
  readonly formula: string;
  /** One sample, its value, and the gradient with respect to its logits. */
  readonly example: {
    readonly logits: readonly number[];
    readonly target: readonly number[];
    readonly value: number;
    readonly gradient: readonly number[];
  };
}
