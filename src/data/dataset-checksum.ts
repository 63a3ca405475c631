import { createHash, type Hash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Dataset, ImageSet } from "./dataset.js";

/** Bytes hashed per turn of the event loop. */
const PART = 1 << 22;

/**
 * SHA-256 of everything in a dataset that training reads: shape, images, labels and targets of all its sets, and the groups that a
 * split keeps together. Not its name.
 */
export async function datasetChecksum(dataset: Dataset): Promise<string> {
  const { height, width, channels, classes, validation, test } = dataset;
  const hash = createHash("sha256").update(JSON.stringify({ height, width, channels, classes }));
  await addSet(hash, "train", dataset);
  if (validation) await addSet(hash, "validation", validation);
  if (test) await addSet(hash, "test", test);
  return hash.digest("hex");
}

async function addSet(
  hash: Hash,
  name: string,
  { images, labels, targets, groups }: ImageSet & Pick<Dataset, "groups">,
): Promise<void> {
  const arrays = { images, labels, ...(targets && { targets }), ...(groups && { groups }) };
  for (const [kind, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
    hash.update(`\n${name} ${kind} ${byteLength}\n`); // no two datasets give the same sequence of bytes
    for (let start = 0; start < byteLength; start += PART) {
      hash.update(new Uint8Array(buffer, byteOffset + start, Math.min(PART, byteLength - start)));
      await nextTurn();
    }
  }
}
