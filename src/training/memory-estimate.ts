import { Once } from "../config/once.js";
import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import { needsWholeBatch } from "../models/whole-batch.js";
import { loadNative } from "../native/addon.js";
import { bytesToCopy } from "../native/resident-dataset.js";
import { sessionSpec, sessionsFreed } from "../native/session.js";
import { type AvailableMemory, availableMemory, memoryHeld } from "../system/memory-limit.js";
import { integerText } from "../validation/count-text.js";
import { untimedImages } from "./untimed-steps.js";

/** A part of a run's memory. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
  /** How to reduce it. */
  readonly advice: string;
}

/**
 * The constant overhead of a session on the CPU, as measured: threads, libtorch's operators, and the run's data in JavaScript.
 */
const OVERHEAD = 3e6;

/**
 * The peak memory of a run on the CPU, without the data; empty for a run on a GPU.
 *
 * @param once what other runs have in common with this one
 */
export function runMemory(plan: RunPlan, testImages = 0, once = new Once()): readonly MemoryPart[] {
  const { batchSize, split, earlyStopping, untimedSteps, device, microBatch } = plan.config;
  if (device !== "cpu") return [];
  const untimed = untimedSteps ? [untimedImages(split.train, batchSize)] : [];
  const spec = sessionSpec(plan);
  const work = {
    batchSize,
    trains: [split.train, ...untimed],
    evaluates: [split.train, split.validation, testImages, ...untimed],
  };
  // The seed and the values of the update's inputs, such as the learning rate, need no memory.
  const { seed: _, update: planned, ...rest } = spec;
  const { inputs: __, ...graph } = planned;
  const { parameters, gradients, shards, states, evaluation, activations, update } = once.of(
    "memory",
    [...Object.values(rest), ...Object.values(graph), work],
    () => loadNative().memoryNeeds(spec, work),
  );
  const isWhole = needsWholeBatch(plan.layers);
  const images = isWhole ? Math.min(batchSize, split.train) : Math.min(microBatch, batchSize);
  const threads = isWhole ? 1 : Math.min(plan.config.threads, shards);
  const isPerShard = gradients > 1.5 * parameters; // wide layers have one gradient of the batch
  const smallerModel = "a model with fewer units or filters";
  return [
    { what: "parameters", bytes: parameters + evaluation, advice: smallerModel },
    {
      what: isPerShard ? `their gradients, of ${shards} micro-batches at once` : "their gradients",
      bytes: gradients,
      advice: isPerShard ? `${smallerModel}, or a smaller \`batchSize\`` : smallerModel,
    },
    { what: "the optimizer's state", bytes: states, advice: `${smallerModel}, or another optimizer` },
    {
      what: `activations of ${images} ${images === 1 ? "image" : "images"}${threads > 1 ? ` on each of ${threads} threads` : ""}`,
      bytes: activations,
      advice:
        isWhole && images > 1
          ? "a smaller `batchSize`"
          : images > 16
            ? "a smaller `batchSize` or `microBatch`"
            : "smaller images, fewer filters or fewer `threads`",
    },
    {
      what: "what the optimizer computes in a step",
      bytes: update,
      advice: "a model with fewer units or filters per layer, or another optimizer",
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
    { what: "libtorch and the run's records", bytes: OVERHEAD, advice: "fewer runs at once" },
  ];
}

/** The memory of data that is not on the device yet. */
export const dataMemory = (dataset: Dataset, device: string): readonly MemoryPart[] => [
  {
    what: "a copy of the data",
    bytes: device === "cpu" ? bytesToCopy(dataset, device) : 0,
    advice: "fewer images",
  },
];

/** What each work in progress may take, and what the process held before the first of them began. */
const inProgress = new Set<{ readonly bytes: number }>();
let heldBefore = 0;

/** What the work in progress has not taken yet. */
function stillToTake(held: number): number {
  const promised = [...inProgress].reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(0, promised - Math.max(0, held - heldBefore));
}

/**
 * Does work if its memory fits beside what work in progress needs, and is rejected otherwise, before anything is allocated. Of
 * runs that begin at the same time, none has taken anything when the next is checked.
 *
 * @param parts everything that the work has in memory at the same time, in addition to the present content
 * @param data data that other work may have in common with it
 * @throws OptimbenchError (MEMORY) by rejection, with the sum, its parts, what is available and what to reduce
 */
export async function withMemory<Result>(
  parts: readonly MemoryPart[],
  data: readonly MemoryPart[],
  work: () => Promise<Result>,
): Promise<Result> {
  await sessionsFreed();
  const held = memoryHeld();
  checkMemory([...parts, ...data], availableMemory(), held, stillToTake(held));
  if (inProgress.size === 0) heldBefore = held;
  const mine = { bytes: bytesOf(parts) };
  inProgress.add(mine);
  try {
    return await work();
  } finally {
    inProgress.delete(mine);
  }
}

/** Rejects what does not fit, as `withMemory` does. */
export const requireMemory = (parts: readonly MemoryPart[]): Promise<void> =>
  withMemory(parts, [], async () => {});

/** @param reserved bytes of what is available that work in progress will take */
export function checkMemory(
  parts: readonly MemoryPart[],
  available: AvailableMemory,
  held: number,
  reserved = 0,
): void {
  const sums = new Map<string, MemoryPart>();
  for (const part of parts)
    sums.set(part.what, { ...part, bytes: part.bytes + (sums.get(part.what)?.bytes ?? 0) });
  const largestFirst = [...sums.values()].sort((a, b) => b.bytes - a.bytes);
  const total = bytesOf(largestFirst);
  if (total <= available.bytes - reserved) return;
  const list = largestFirst.filter(({ bytes }) => bytes >= total / 1000);
  throw new OptimbenchError(
    "MEMORY",
    `This needs about ${size(total)} of memory: ${list.map(({ what, bytes }) => `${what} ${size(bytes)}`).join("; ")}. ` +
      `Of the ${size(available.of)} of ${available.source}, ${size(available.bytes)} are available${reserved > 0 ? `, of which runs in progress need ${size(reserved)}` : ""}; this process holds ${size(held)}. ` +
      `Use ${largestFirst[0]!.advice}${total <= available.of ? ", or free memory: end other programs, dispose models" : ""}.`,
  );
}

const bytesOf = (parts: readonly MemoryPart[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0);

const size = (bytes: number) =>
  bytes < 1e9
    ? `${integerText(Math.ceil(bytes / 1e6))} MB`
    : `${(bytes / 1e9).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;
