import { z } from "zod";
import { countText } from "../validation/count-text.js";
import { describe } from "../validation/describe.js";
import { MOST_OF_A_KIND } from "../validation/parse.js";
import { LARGEST_IMAGE, MOST_CLASSES } from "./dataset.js";
import { type IntegerArray, isClassId, isIntegerArray } from "./labels.js";
import type { Floats } from "./scaling.js";

const isBytes = (value: unknown) => value instanceof Uint8Array || value instanceof Uint8ClampedArray;
const isFloats = (value: unknown) => value instanceof Float32Array || value instanceof Float64Array;

const images = z
  .custom<Uint8Array | Uint8ClampedArray | Floats>((value) => isBytes(value) || isFloats(value), {
    error: ({ input }) =>
      `Expected a Uint8Array, Uint8ClampedArray, Float32Array or Float64Array for \`{path}\`, got ${describe(input)}.`,
  })
  .meta({ tsType: "Uint8Array | Uint8ClampedArray | Float32Array | Float64Array" })
  .describe(
    "pixels, row by row: count x height x width x channels. Bytes are not copied: do not change them while in use. Floats become bytes: 0 to 1 is scaled by 255, and other ranges, such as that of standardised images, linearly.",
  );

/** Checked as a whole: zod would report each of a million invalid labels. */
const integers = (isValid: (value: unknown) => boolean, expected: string) =>
  z
    .custom<IntegerArray | readonly number[]>((value) => Array.isArray(value) || isIntegerArray(value), {
      error: ({ input }) =>
        `Expected a list or an array of integers for \`{path}\`, such as a Uint8Array, got ${describe(input)}.`,
    })
    .superRefine((values, context) => {
      const wrong: number[] = [];
      for (let i = 0; i < values.length; i++) if (!isValid(values[i])) wrong.push(i);
      for (const index of wrong.slice(0, MOST_OF_A_KIND))
        context.addIssue({
          code: "custom",
          path: [index],
          message: `Expected ${expected} for \`{path}\`, got ${describe(values[index])}.`,
        });
      const more = wrong.length - MOST_OF_A_KIND;
      if (more > 0) context.addIssue(`And ${countText(more, "more problem")} like this.`);
    })
    .meta({ tsType: "IntegerArray | readonly number[]" });

const labels = integers(isClassId, `a whole number from 0 to ${MOST_CLASSES - 1}`).describe(
  "one class id per image, from 0",
);
const isGroup = (value: unknown) =>
  (typeof value === "number" || typeof value === "bigint") &&
  Number.isInteger(Number(value)) &&
  value >= 0 &&
  value < 2 ** 32;

const targets = z
  .instanceof(Float32Array)
  .register(z.globalRegistry, { tsType: "Float32Array" }) as z.ZodType<Float32Array, Float32Array>;

const imageSet = {
  images,
  labels,
  targets: targets
    .optional()
    .describe(
      "soft targets, count x classes; each row at least 0 and summing to 1. Default: one-hot labels.",
    ),
  count: z.int().optional().describe("images; checked against the labels; by default as many as labels"),
};

/** What results call arrays without a name. */
export const IN_MEMORY = "in-memory";

const size = (most: number) => z.int().min(1).max(most);
const heldOut = (use: string) =>
  z.strictObject(imageSet).readonly().optional().describe(`images of the same shape kept apart for ${use}`);

export const inMemorySchema = z
  .strictObject({
    ...imageSet,
    name: z.string().min(1).default(IN_MEMORY).describe("its name in results"),
    height: size(LARGEST_IMAGE.side)
      .optional()
      .describe("pixels per column; by default it follows from the number of pixels, or images are square"),
    width: size(LARGEST_IMAGE.side)
      .optional()
      .describe("pixels per row; by default it follows from the number of pixels, or images are square"),
    channels: size(LARGEST_IMAGE.channels).default(1).describe("values per pixel"),
    classes: z
      .int()
      .min(2)
      .max(MOST_CLASSES)
      .optional()
      .describe(
        "classes; by default as many as `classNames` or the columns of `targets`, else the largest label + 1, at least 2",
      ),
    classNames: z
      .array(z.string().min(1).max(200))
      .min(2)
      .max(MOST_CLASSES)
      .readonly()
      .optional()
      .describe("name of each class, in the order of the labels"),
    groups: integers(isGroup, "a whole number from 0 to 4,294,967,295")
      .optional()
      .describe(
        "group of each image, such as the number of the person who wrote it. A split never divides a group. Default: none.",
      ),
    scaling: z
      .strictObject({
        minimum: z.number().describe("the value that became 0"),
        maximum: z.number().describe("the value that became 255"),
      })
      .readonly()
      .optional()
      .describe("how images of bytes were scaled from floats; `loadDataset` sets it"),
    validation: heldOut("validation").describe(
      "images of the same shape to validate with; by default, a part of the images is split off",
    ),
    test: heldOut("testing").describe("images of the same shape kept apart for testing; by default none"),
  })
  .describe("a dataset given as arrays");
