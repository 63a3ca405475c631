import type { z } from "zod";
import type { Semantics } from "../config/semantics.js";

/** A loss that this package knows by name: everything about it, in one place. */
export interface LossDefinition<Shape extends z.core.$ZodShape = z.core.$ZodShape> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. */
  readonly sources: readonly string[];
  /** Its hyperparameters, each with its range and meaning. */
  readonly hyperparameters: Shape;
  readonly defaults: Readonly<Record<Semantics, Values<Shape>>>;
  /** The loss of one sample, as text: see docs/formulas.md for the language. */
  formula(hyperparameters: Values<Shape>, semantics: Semantics): string;
}

type Values<Shape extends z.core.$ZodShape> = { readonly [Key in keyof Shape]: z.output<Shape[Key]> };

/** Keeps the exact type of the hyperparameters, from which the config types follow. */
export const defineLoss = <const Name extends string, Shape extends z.core.$ZodShape>(
  definition: LossDefinition<Shape> & { readonly name: Name },
) => definition;
