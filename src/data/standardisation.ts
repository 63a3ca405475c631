import { z } from "zod";
import { ChannelValues } from "./channel-values.js";
import type { Dataset } from "./dataset.js";
import { parts } from "./parts.js";

const perChannel = z.array(z.number()).readonly();

export const standardisationSchema = z.object({
  mean: perChannel.describe("subtracted from the values of each channel, which are 0 to 1"),
  standardDeviation: perChannel.describe(
    "what the differences are then divided by: the standard deviation of each channel, or 1 if all its values are equal",
  ),
});

/** What turns the values of training images, 0 to 1, into values with mean 0 and standard deviation 1 in each channel. */
export type Standardisation = z.output<typeof standardisationSchema>;

/** Bytes per turn of the event loop. */
const PART = 2 ** 20;

/** Measures the images of a dataset that a run trains with, and no others. */
export async function standardisationOf(
  { images, height, width, channels }: Pick<Dataset, "images" | "height" | "width" | "channels">,
  trained: Uint32Array,
): Promise<Standardisation> {
  const size = height * width * channels;
  const values = new ChannelValues(channels);
  for await (const [first, end] of parts(trained.length, Math.max(1, Math.floor(PART / size))))
    for (const index of trained.subarray(first, end))
      values.add(images.subarray(index * size, (index + 1) * size));
  const { mean, standardDeviation } = values.moments();
  return {
    mean: mean.map((value) => value / 255),
    standardDeviation: standardDeviation.map((value) => value / 255 || 1),
  };
}
