import type { BenchResult } from "../../bench/bench-record.js";
import { integerText } from "../../validation/count-text.js";

/** "step, adam, batch 32, 2 threads" */
export const benchLabel = ({ measure, optimizer, images, threads }: Omit<BenchResult, "milliseconds">) =>
  [
    measure,
    ...(measure === "step" || measure === "update" ? [optimizer] : []),
    ...(images === undefined ? [] : [imagesText({ measure, images })]),
    `${threads} thread${threads === 1 ? "" : "s"}`,
  ].join(", ");

/** "batch 32", "1,000 images" */
export const imagesText = ({ measure, images }: Pick<BenchResult, "measure"> & { images: number }) =>
  measure === "evaluation" ? `${integerText(images)} images` : `batch ${integerText(images)}`;
