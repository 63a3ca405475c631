import type { z } from "zod";
import type { Source } from "./semantics.js";

/** An optimizer or a loss that this package knows by name: everything about it, in one place. */
export interface Definition<Shape extends z.ZodRawShape = z.ZodRawShape, Origin extends Source = Source> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. */
  readonly sources: readonly string[];
  /** What to know before using it, where there is something that neither formula nor defaults show. */
  readonly note?: string;
  /** Its hyperparameters, each with its range and meaning; optional ones are not known to every framework. */
  readonly hyperparameters: Shape;
  /** The sources that define it; for each, the hyperparameters it knows, with what it takes where nothing is given. */
  readonly defaults: Readonly<Partial<Record<Origin, Values<Shape>>>>;
  /** The formula as text, in the language of docs/formulas.md. */
  formula(hyperparameters: Values<Shape>, source: Source): string;
  /** What is wrong with hyperparameters that are in range one by one, such as a setting without effect. */
  conflict?(hyperparameters: Values<Shape>): string | undefined;
  /** The hyperparameter that is an optimizer's momentum, which a schedule may change from step to step. */
  readonly momentum?: keyof Shape & string;
  /** What an optimizer's states start as, where not as 0. */
  state?(hyperparameters: Values<Shape>): Readonly<Record<string, number | "theta">>;
}

/** The hyperparameters with every default filled in. Not `z.output`, which forbids every key where there is no hyperparameter. */
export type Values<Shape extends z.ZodRawShape> = {
  readonly [Key in keyof Shape as undefined extends z.output<Shape[Key]> ? never : Key]: z.output<Shape[Key]>;
} & {
  readonly [Key in keyof Shape as undefined extends z.output<Shape[Key]> ? Key : never]?: z.output<
    Shape[Key]
  >;
};

/** Keeps the exact types of the name, the hyperparameters and the sources, from which the types of results follow. */
export const define = <const Name extends string, Shape extends z.ZodRawShape, Origin extends Source>(
  definition: Definition<Shape, Origin> & { readonly name: Name },
) => definition;

/** Definitions by their names. */
type Table = Readonly<
  Record<string, { readonly hyperparameters: z.ZodRawShape; readonly defaults: Definition["defaults"] }>
>;

/** An entry of a table with every default filled in, and the formula that it runs; `More` are settings that every entry takes. */
export type ResolvedBuiltIn<Entries extends Table, More = unknown> = {
  [Name in keyof Entries]: {
    readonly name: Name;
    readonly label?: string;
    readonly semantics: keyof Entries[Name]["defaults"];
    readonly formula: string;
  } & Values<Entries[Name]["hyperparameters"]> &
    More;
}[keyof Entries];
