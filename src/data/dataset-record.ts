import { z } from "zod";
import type { Dataset } from "./dataset.js";
import type { DatasetRecord } from "./dataset-record.generated.js";

export type { DatasetRecord };

const count = z.int().min(0);

export const datasetRecordSchema = z
  .object({
    name: z.string().describe("its name, such as mnist, or a folder's path"),
    count: count.describe("number of images, without the validation and the test set"),
    height: count.describe("height of each image, in pixels"),
    width: count.describe("width of each image, in pixels"),
    channels: count.describe("numbers per pixel"),
    classes: count.describe("number of classes"),
    classNames: z
      .array(z.string())
      .readonly()
      .optional()
      .describe("name of each class, in the order of the labels"),
    scaling: z
      .object({
        minimum: z.number().describe("the value that became 0"),
        maximum: z.number().describe("the value that became 255"),
      })
      .optional()
      .describe("how images of floats were scaled to bytes; absent if the images were bytes"),
    groupCount: count
      .optional()
      .describe("number of groups that a split keeps together; absent if there are none"),
    validationCount: count
      .optional()
      .describe("number of validation images that the dataset supplies; absent if they were split off"),
    testCount: count.optional().describe("number of test images; absent if there are none"),
  })
  .describe("what a run was trained on, without the images");

/** Describes a dataset as plain data. */
export function datasetRecord(dataset: Dataset): DatasetRecord {
  const { name, count, height, width, channels, classes, classNames, scaling, groups, validation, test } =
    dataset;
  return {
    name,
    count,
    height,
    width,
    channels,
    classes,
    ...(classNames && { classNames }),
    ...(scaling && { scaling }),
    ...(groups && { groupCount: new Set(groups).size }),
    ...(validation && { validationCount: validation.count }),
    ...(test && { testCount: test.count }),
  };
}
