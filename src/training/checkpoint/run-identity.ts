import { z } from "zod";
import { essentialConfig } from "../../config/essential-config.js";
import type { ResolvedTrainConfig } from "../../config/resolved-config.js";
import type { Dataset } from "../../data/dataset.js";
import { datasetChecksum } from "../../data/dataset-checksum.js";
import { nativeInfo } from "../../native/addon.js";
import { numericsHere, numericsOnCpu, numericsSchema } from "../../native/numerics.js";
import { differencesOf, differenceText } from "../../validation/differences.js";

export const runIdentitySchema = z.object({
  config: z.record(z.string(), z.unknown()),
  dataset: z.string(),
  numerics: numericsSchema,
});

/** Everything that the numbers of a run depend on, as plain data. */
export type RunIdentity = z.output<typeof runIdentitySchema>;

export async function runIdentity(config: ResolvedTrainConfig, dataset: Dataset): Promise<RunIdentity> {
  const numerics = numericsHere(nativeInfo());
  return {
    config: JSON.parse(JSON.stringify(essentialConfig(config))) as Record<string, unknown>,
    dataset: await datasetChecksum(dataset),
    numerics: config.device === "cpu" ? numericsOnCpu(numerics) : numerics,
  };
}

/** Why one run cannot go on where another ended; undefined if it can. */
export function whyDifferent(there: RunIdentity, here: RunIdentity): string | undefined {
  const settings = differencesOf(there.config, here.config).map((each) => differenceText(each));
  if (settings.length > 0) return `It belongs to a run with another config: ${listed(settings)}.`;
  if (there.dataset !== here.dataset) return "It belongs to a run with other images or labels.";
  const places = differencesOf(there.numerics, here.numerics).map((each) => differenceText(each));
  return places.length > 0
    ? `It was written on a machine or by a version that rounds differently, so the resumed run would differ from an uninterrupted one: ${listed(places)}.`
    : undefined;
}

const MOST = 10;

const listed = (texts: readonly string[]): string =>
  texts.slice(0, MOST).join("; ") + (texts.length > MOST ? `; and ${texts.length - MOST} more` : "");
