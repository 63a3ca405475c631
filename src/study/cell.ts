import { createHash } from "node:crypto";
import { essentialConfig } from "../config/essential-config.js";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { type Numerics, numericsOnCpu } from "../native/numerics.js";
import { canonicalJson } from "../validation/canonical-json.js";

/**
 * The key of a cell, which is one planned run: the SHA-256 of everything that its numbers depend on. A run with the same key
 * gives the same numbers, so it need not run again.
 *
 * @param datasetSha256 the result of `datasetChecksum`
 * @param repetition number of arms before this one that are equal apart from names
 */
export function cellKey(
  config: ResolvedTrainConfig,
  datasetSha256: string,
  numerics: Numerics,
  repetition = 0,
): string {
  const { device, ...rest } = essentialConfig(config);
  const again = repetition > 0 && { repetition };
  const where = device === "cpu" ? numericsOnCpu(numerics) : numerics;
  return sha256(canonicalJson({ config: rest, dataset: datasetSha256, device, ...where, ...again }));
}

/** Whether two configs are of one run: they are equal in everything that its numbers depend on, except the content of the dataset. */
export const isSameRun = (a: ResolvedTrainConfig, b: ResolvedTrainConfig): boolean =>
  canonicalJson(essentialConfig(a)) === canonicalJson(essentialConfig(b));

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
