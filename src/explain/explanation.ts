import type { Source } from "../catalogue/semantics.js";
import type { Scope } from "../formula/graph.js";

/** The explanation of an optimizer or a loss, as plain data. */
export type Explanation = OptimizerExplanation | LossExplanation;

/** Who defined a formula: a framework, the authors of the method, or the user. */
export type Origin = Source | "custom";

/** The common part of explanations of optimizers and losses. */
export interface CommonExplanation<Definition> {
  /** Its name in configs. */
  readonly name: string;
  /** Its name in text, such as "Adam". */
  readonly title: string;
  /** Where the formulas come from: papers, and files of Keras and PyTorch. Empty for a custom formula. */
  readonly sources: readonly string[];
  /** What to know before using it; absent if the formula and the defaults say everything. */
  readonly note?: string;
  /** Its hyperparameters. */
  readonly hyperparameters: readonly HyperparameterExplanation[];
  /** One definition per origin. */
  readonly definitions: readonly Definition[];
  /** What differs between the definitions, one sentence each. */
  readonly differences: readonly string[];
}

/** What there is to know about an optimizer. */
export interface OptimizerExplanation extends CommonExplanation<OptimizerDefinition> {
  /** Distinguishes optimizers from losses. */
  readonly kind: "optimizer";
}

/** What there is to know about a loss. */
export interface LossExplanation extends CommonExplanation<LossDefinition> {
  /** Distinguishes losses from optimizers. */
  readonly kind: "loss";
}

/** A hyperparameter of an optimizer or a loss. */
export interface HyperparameterExplanation {
  /** Its key in configs. */
  readonly name: string;
  /** What it means. */
  readonly meaning: string;
  /** The values it may have, such as "0 <= x < 1". Empty for a custom formula, which accepts any number. */
  readonly range: string;
  /** Default by origin. Origins that do not have this hyperparameter are absent. */
  readonly defaults: Readonly<Partial<Record<Origin, unknown>>>;
}

/** An optimizer as one origin defines it. */
export interface OptimizerDefinition {
  /** Who defined it. */
  readonly source: Origin;
  /** The update, with the given settings or else the defaults. See docs/formulas.md for the language. */
  readonly formula: string;
  /** What the optimizer keeps from step to step. */
  readonly states: readonly StateExplanation[];
  /** Bytes of state, by block if blocks have different states. Single numbers are not counted. */
  readonly stateBytes: Readonly<Partial<Record<Scope, StateBytes>>>;
  /** Size of the first step from a parameter of 0 whose gradient is 0.001. */
  readonly firstStep: number;
  /** The same for a hidden matrix; absent if the optimizer treats matrices like all other parameters. */
  readonly firstStepInMatrix?: number;
}

/** A state of an optimizer. */
export interface StateExplanation {
  /** Its name in the formula. */
  readonly name: string;
  /** The parameters that have it. */
  readonly block: Scope;
  /** What it has one number for. */
  readonly per: StateUnit;
}

/**
 * What a state has one number for. "pair of rows": the state is a square matrix with as many rows as the parameter.
 * "optimizer": the state is a single number.
 */
export type StateUnit = "parameter" | "row" | "column" | "pair of rows" | "pair of columns" | "optimizer";

/** Bytes of state by what they are counted per: `{ parameter: 8 }` for Adam. */
export type StateBytes = Readonly<Partial<Record<StateUnit, number>>>;

/** A loss as one origin defines it. */
export interface LossDefinition {
  /** Who defined it. */
  readonly source: Origin;
  /** The loss of one sample, with the given settings or else the defaults. See docs/formulas.md for the language. */
  readonly formula: string;
  /** The loss of one sample, as an example. */
  readonly example: LossExample;
}

/** The value and the gradient of a loss for one sample. */
export interface LossExample {
  /** The model's output, one number per class. */
  readonly logits: readonly number[];
  /** The target, one number per class. */
  readonly target: readonly number[];
  /** The loss. */
  readonly value: number;
  /** The gradient of the loss with respect to the logits. */
  readonly gradient: readonly number[];
}
