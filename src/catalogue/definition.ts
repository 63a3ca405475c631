import type { z } from "zod";
import type { Source } from "./semantics.js";

/** An optimizer or a loss that this package knows by name: everything about it, in one place. */
export interface Definition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** Where the formula comes from: paper, Keras file, PyTorch file. */
  readonly sources: readonly string[];
  /** What to know before using it, where there is something that neither formula nor defaults show. */
  readonly note?: string;
  /** Its hyperparameters, each with its range and meaning; optional ones are not known to every framework. */
  readonly hyperparameters: Shape;
  /** The sources that define it; for each, the hyperparameters it knows, with what it takes where nothing is given. */
  readonly defaults: Readonly<Partial<Record<Source, Values<Shape>>>>;
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

/** Keeps the exact types of the name and the hyperparameters, from which the config types follow. */
export const define = <const Name extends string, Shape extends z.ZodRawShape>(
  definition: Definition<Shape> & { readonly name: Name },
) => definition;

/** Definitions by their names. */
type Table = Readonly<Record<string, { readonly hyperparameters: z.ZodRawShape }>>;

/** An entry of a table with the settings that are not to be the framework's defaults; `More` are those that every entry takes. */
export type BuiltIn<Entries extends Table, More = unknown> = {
  [Name in keyof Entries]: {
    readonly name: Name;
    /** What results call it, to tell two settings of one entry apart. */
    readonly label?: string;
    /** Whose formula and defaults. Default: the run's. */
    readonly semantics?: Source;
    /** Only in results read back: must be the formula that the settings stand for. */
    readonly formula?: string;
  } & Settings<Entries[Name]["hyperparameters"]> &
    More;
}[keyof Entries];

/** An entry of a table with every default filled in, and the formula that it runs. */
export type ResolvedBuiltIn<Entries extends Table, More = unknown> = {
  [Name in keyof Entries]: {
    readonly name: Name;
    readonly label?: string;
    readonly semantics: Source;
    readonly formula: string;
  } & Values<Entries[Name]["hyperparameters"]> &
    More;
}[keyof Entries];

/** The settings that a user may give with the name. */
export type Settings<Shape extends z.ZodRawShape> = { readonly [Key in keyof Shape]?: z.input<Shape[Key]> };
