import type { DatasetRecord } from "../data/dataset-record.js";

/** What the values of images are: "pixels of 0 to 255" or "values from -1 to 1". */
export const rangeText = ({ scaling }: Pick<DatasetRecord, "scaling">): string =>
  scaling === undefined
    ? "pixels of 0 to 255"
    : `values from ${Number(scaling.minimum.toPrecision(4))} to ${Number(scaling.maximum.toPrecision(4))}`;
