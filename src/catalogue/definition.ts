import type { z } from "zod";
import type { SearchRange } from "./search-range.js";
import type { Source } from "./semantics.js";

/** A built-in optimizer or loss: everything about it, in one place. */
export interface Definition<Shape extends z.ZodRawShape = z.ZodRawShape, Origin extends Source = Source> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. */
  readonly sources: readonly string[];
  /** What users must know that neither formula nor defaults show. */
  readonly note?: string;
  /** Its hyperparameters, each with range and meaning. Optional ones do not exist in every framework. */
  readonly hyperparameters: Shape;
  /** The sources that define it; for each, its hyperparameters with their defaults. */
  readonly defaults: Readonly<Partial<Record<Origin, Values<Shape>>>>;
  /** The formula as text, in the language of docs/formulas.md. */
  formula(hyperparameters: Values<Shape>, source: Source): string;
  /** What is wrong with hyperparameters that are each in range, such as a setting without effect. */
  conflict?(hyperparameters: Values<Shape>): string | undefined;
  /** The hyperparameter that is the optimizer's momentum, which a schedule may change from step to step. */
  readonly momentum?: keyof Shape & string;
  /** What tuning searches besides the learning rate: the settings that make special cases of it reachable. */
  readonly space?: Readonly<Partial<Record<keyof Shape & string, SearchRange>>>;
  /** The initial values of an optimizer's states that do not start at 0. */
  state?(hyperparameters: Values<Shape>): Readonly<Record<string, number | "theta">>;
}

/** The hyperparameters with every default filled in. `z.output` would forbid every key of an entry without hyperparameters. */
export type Values<Shape extends z.ZodRawShape> = {
  readonly [Key in keyof Shape as undefined extends z.output<Shape[Key]> ? never : Key]: z.output<Shape[Key]>;
} & {
  readonly [Key in keyof Shape as undefined extends z.output<Shape[Key]> ? Key : never]?: z.output<
    Shape[Key]
  >;
};

/** Preserves the literal types of name, hyperparameters and sources, from which the types of results are derived. */
export const define = <const Name extends string, Shape extends z.ZodRawShape, Origin extends Source>(
  definition: Definition<Shape, Origin> & { readonly name: Name },
) => definition;

/** Definitions by name. */
type Table = Readonly<
  Record<string, { readonly hyperparameters: z.ZodRawShape; readonly defaults: Definition["defaults"] }>
>;

/** An entry of a table with every default filled in, and its formula. `More` are settings that every entry has. */
export type ResolvedBuiltIn<Entries extends Table, More = unknown> = {
  [Name in keyof Entries]: {
    readonly name: Name;
    readonly label?: string;
    readonly semantics: keyof Entries[Name]["defaults"];
    readonly formula: string;
  } & Values<Entries[Name]["hyperparameters"]> &
    More;
}[keyof Entries];
