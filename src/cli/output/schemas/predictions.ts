import { z } from "zod";

const text = z.string();

export const filePredictionsSchema = z
  .object({
    model: text.describe("the file of the model"),
    predictions: z
      .array(
        z.object({
          file: text.describe("path of the file"),
          image: z.int().min(0).optional().describe("index of the image, if the file has several"),
          classes: z
            .array(
              z.object({
                label: z.int().min(0).describe("number of the class"),
                name: text.describe("its name, or its number if the classes have no names"),
                probability: z.number().min(0).max(1).describe("how probable it is"),
              }),
            )
            .readonly()
            .describe("the most probable classes, in descending order"),
        }),
      )
      .readonly()
      .describe("one per image, in the order of the files"),
    failures: z
      .array(
        z.object({
          file: text.describe("path of the file"),
          message: text.describe("why it could not be read, and what to do"),
        }),
      )
      .readonly()
      .describe("files that could not be read; with any, `ok` is false"),
  })
  .describe("what a model predicts for images");
