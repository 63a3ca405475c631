import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import { type AvailableMemory, availableMemory, memoryHeld } from "../system/memory-limit.js";
import { integerText } from "../validation/count-text.js";
import { bytesToCopy } from "./resident-dataset.js";
import { sessionsFreed } from "./session.js";

/** A part of the memory that work needs. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
  /** How to reduce it. */
  readonly advice: string;
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
