import type { z } from "zod";
import type { Semantics } from "../config/semantics.js";

/** An optimizer that this package knows by name: everything about it, in one place. */
export interface OptimizerDefinition<Shape extends z.core.$ZodShape = z.core.$ZodShape> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. */
  readonly sources: readonly string[];
  /** Its hyperparameters apart from the learning rate, each with its range and meaning. */
  readonly hyperparameters: Shape;
  /** What each framework takes where nothing is given; the learning rate included. */
  readonly defaults: Readonly<Record<Semantics, Defaults<Shape>>>;
  /** The update, as text: see docs/formulas.md for the language. */
  formula(hyperparameters: Values<Shape>, semantics: Semantics): string;
  /** What states start as, where not as 0. */
  state?(hyperparameters: Values<Shape>): Readonly<Record<string, number>>;
}

type Values<Shape extends z.core.$ZodShape> = { readonly [Key in keyof Shape]: z.output<Shape[Key]> };
type Defaults<Shape extends z.core.$ZodShape> = Values<Shape> & { readonly learningRate: number };

/** Keeps the exact type of the hyperparameters, from which the config types follow. */
export const defineOptimizer = <const Name extends string, Shape extends z.core.$ZodShape>(
  definition: OptimizerDefinition<Shape> & { readonly name: Name },
) => definition;
