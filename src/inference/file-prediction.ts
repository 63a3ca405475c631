import type { OptimbenchError } from "../errors.js";

/** A class, and how probable it is that an image shows it. */
export interface RankedClass {
  /** The number of the class. */
  readonly label: number;
  /** Its name, or its number if the classes have no names. */
  readonly name: string;
  /** From 0 to 1. */
  readonly probability: number;
}

/** What a model predicts for an image of a file. */
export interface FilePrediction {
  /** The path of the file. */
  readonly file: string;
  /** The index of the image, if the file has several. */
  readonly image?: number;
  /** The most probable classes, in descending order; empty if the file could not be read. */
  readonly classes: readonly RankedClass[];
  /** Why the file could not be read. */
  readonly error?: OptimbenchError;
}
