import { z } from "zod";

const text = z.string();
const count = z.int().min(0);
const pixel = z.number().min(0).max(255);

export const datasetDescriptionSchema = z
  .object({
    name: text.describe("name of the dataset, or its path"),
    height: count.describe("rows of an image"),
    width: count.describe("columns of an image"),
    channels: count.describe("1 for greyscale, 3 for colour"),
    classes: count.describe("number of classes"),
    classNames: z.array(text).readonly().optional().describe("in the order of the labels"),
    scaling: z
      .object({
        minimum: z.number().describe("the value that became 0"),
        maximum: z.number().describe("the value that became 255"),
      })
      .optional()
      .describe("how values of the files became 0 to 255; absent if they were not scaled"),
    groups: z
      .looseObject({ count: count.describe("number of groups") })
      .optional()
      .describe("groups of training images, which a split keeps together"),
    sets: z
      .array(
        z.object({
          set: text.describe("train, validation or test"),
          count: count.describe("number of images"),
          perClass: z.array(count).readonly().describe("number of images of each class"),
          duplicates: count.describe("images that equal an earlier one of the set"),
          conflicts: count.describe("duplicates with another label than the first image of their kind"),
        }),
      )
      .readonly()
      .describe("training images first, then validation and test images as far as there are any"),
    shared: z
      .array(
        z.object({
          set: text.describe("the later set"),
          earlier: text.describe("the earlier set"),
          count: count.describe("images of the later set that are in the earlier one as well"),
        }),
      )
      .readonly()
      .describe("pairs of sets that share images"),
    values: z
      .object({
        minimum: pixel.describe("smallest value"),
        maximum: pixel.describe("largest value"),
        mean: z.array(pixel).readonly().describe("one per channel"),
        standardDeviation: z.array(z.number().min(0)).readonly().describe("one per channel"),
      })
      .describe("values of the training images, 0 to 255"),
    looksInverted: z
      .boolean()
      .describe("whether more than three quarters of border pixels are light, unlike those of MNIST"),
  })
  .describe("what a dataset contains");

export const datasetStatusSchema = z
  .object({
    name: text.describe("name of the dataset"),
    available: z.boolean().describe("whether training can use it"),
    where: text.nullable().describe("its file or folder; null if it was not found"),
    count: count.nullable().describe("number of training images; null if it is not available"),
    testCount: count.nullable().describe("number of test images; null if it has none or is not available"),
    classes: count.nullable().describe("number of classes; null if it is not available"),
    problem: text.nullable().describe("why it cannot be used; null if it can"),
  })
  .describe("a named dataset, and where it is on this machine");

export const fetchedDatasetSchema = z
  .object({
    name: text.describe("name of the dataset"),
    where: text.describe("the folder of its files"),
    wasDownloaded: z.boolean().describe("false if the files were already present"),
  })
  .describe("a dataset that is present and verified");

export const samplesSchema = z
  .object({
    file: text.describe("the PNG that was written"),
    dataset: text.describe("name of the dataset, or its path"),
    classes: count.describe("number of classes, one row each"),
    perClass: count.describe("most samples of a class"),
  })
  .describe("a picture of samples of each class");
