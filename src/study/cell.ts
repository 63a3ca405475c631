import { createHash } from "node:crypto";
import { z } from "zod";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { Environment } from "./environment.js";
import { essentialConfig } from "./essential-config.js";

/**
 * Version of what training computes. It must change when the same config gives other numbers than before, so that results of
 * both versions are never mixed. test/study/numerics.test.ts fails when the numbers change.
 */
export const NUMERICS = 3;

/** What the numbers of a run depend on besides its config and its dataset. */
export const numericsSchema = z.object({
  numerics: z.int(),
  libtorch: z.string().nullable(),
  instructionSet: z.string().nullable(),
  kernels: z.string().nullable(),
  platform: z.string(),
  arch: z.string(),
  processor: z.string(),
  gpus: z.array(z.string()).readonly().optional(),
});
export type Numerics = z.output<typeof numericsSchema>;

export function numericsOf(environment: Environment): Numerics {
  const { libtorch, instructionSet, kernels, platform, arch, cpu, gpus } = environment;
  // libtorch's matrix products choose their code by the vendor of the processor.
  const processor = /Intel|AMD|Apple/.exec(cpu)?.[0] ?? cpu;
  const processors = { platform, arch, processor, ...(gpus && { gpus }) };
  return { numerics: NUMERICS, libtorch, instructionSet, kernels, ...processors };
}

/** Without the GPUs, on which the numbers of a run on the CPU do not depend. */
export const numericsOnCpu = ({ gpus: _, ...numerics }: Numerics): Numerics => numerics;

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

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** JSON with sorted keys, so that equal values give equal text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
