import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import { withMisfits } from "../formula/misfit.js";
import { loadNative } from "../native/addon.js";
import { bytesToCopy } from "../native/resident-dataset.js";
import { memoryHeld, memoryLimit } from "../system/memory-limit.js";
import { sessionSpec } from "./session.js";

/** Part of what a run takes in memory at most. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
  /** What makes it less. */
  readonly advice: string;
}

/** What a run on the CPU takes in memory at most, the data apart; nothing where a GPU has it. @throws OptimbenchError (FORMULA) */
export function runMemory(plan: RunPlan): readonly MemoryPart[] {
  const { batchSize, split, earlyStopping, device, microBatch } = plan.config;
  if (device !== "cpu") return [];
  const { parameters, gradients, lanes, states, evaluation, temporaries } = withMisfits(plan.update, () =>
    loadNative().memoryNeeds(sessionSpec(plan), { batchSize, images: split.train }),
  );
  const images = Math.min(microBatch, batchSize);
  const threads = Math.min(plan.config.threads, lanes);
  const smallerModel = "a model with fewer units or filters";
  return [
    { what: "parameters", bytes: parameters + evaluation, advice: smallerModel },
    {
      what: lanes === 1 ? "their gradients" : `their gradients, of ${lanes} micro-batches at once`,
      bytes: gradients,
      advice: lanes === 1 ? smallerModel : `${smallerModel}, or a smaller \`batchSize\``,
    },
    { what: "the optimizer's state", bytes: states, advice: `${smallerModel}, or another optimizer` },
    {
      what: `activations of ${images} ${images === 1 ? "image" : "images"}${threads > 1 ? ` on each of ${threads} threads` : ""}`,
      bytes: temporaries,
      advice:
        images > 16
          ? "a smaller `batchSize` or `microBatch`"
          : "smaller images, fewer filters or fewer `threads`",
    },
    ...(earlyStopping
      ? [
          {
            what: "the best epoch's weights and state",
            bytes: parameters + states + evaluation,
            advice: `${smallerModel}, or no \`earlyStopping\``,
          },
        ]
      : []),
    { what: "the order of the images", bytes: 28 * split.train, advice: "fewer images" },
  ];
}

/** What the data takes that are not on the device yet. */
export const dataMemory = (dataset: Dataset, device: string): readonly MemoryPart[] => [
  {
    what: "a copy of the data",
    bytes: device === "cpu" ? bytesToCopy(dataset, device) : 0,
    advice: "fewer images",
  },
];

/**
 * Refuses what cannot fit, before any of it is allocated.
 *
 * @param parts of all that will be there at once
 * @throws OptimbenchError (MEMORY) with the sum, its parts, the limit and what to lower
 */
export function checkMemory(parts: readonly MemoryPart[], limit = memoryLimit(), held = memoryHeld()): void {
  const sums = new Map<string, MemoryPart>();
  for (const part of parts)
    sums.set(part.what, { ...part, bytes: part.bytes + (sums.get(part.what)?.bytes ?? 0) });
  const largestFirst = [...sums.values()].sort((a, b) => b.bytes - a.bytes);
  const total = largestFirst.reduce((sum, { bytes }) => sum + bytes, held);
  if (total <= limit.bytes) return;
  const list = largestFirst.filter(({ bytes }) => bytes >= total / 1000);
  throw new OptimbenchError(
    "MEMORY",
    `This needs about ${size(total)} of memory, more than the ${size(limit.bytes)} of ${limit.source}: ` +
      `${list.map(({ what, bytes }) => `${what} ${size(bytes)}`).join("; ")}; held already ${size(held)}. ` +
      `Use ${largestFirst[0]!.advice}.`,
  );
}

const size = (bytes: number) =>
  bytes < 1e9
    ? `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`
    : `${(bytes / 1e9).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;
