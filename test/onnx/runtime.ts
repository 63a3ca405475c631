import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { afterAll, expect } from "vitest";
import type { TrainedModel } from "../../src/inference/trained-model.js";

env.wasm.numThreads = 1; // more would start worker threads

/** Where files are. With OPTIMBENCH_ONNX, they stay there for scripts/check-onnx.py. */
const kept = process.env.OPTIMBENCH_ONNX;
export const folder = kept ?? mkdtempSync(join(tmpdir(), "optimbench-onnx-"));
afterAll(() => kept === undefined && rmSync(folder, { recursive: true }));
let files = 0;

/** The outputs of an ONNX file for images in batches of each size. */
async function outputsOf(file: string, images: Uint8Array | Float32Array, batches: readonly number[]) {
  const session = await InferenceSession.create(await readFile(file));
  const input = session.inputMetadata[0]! as InferenceSession.TensorValueMetadata;
  const shape = input.shape.slice(1).map(Number);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const all: { probabilities: number[]; logits: number[] }[] = [];
  for (const batch of batches) {
    const outputs = { probabilities: [] as number[], logits: [] as number[] };
    for (let first = 0; first < images.length; first += batch * size) {
      const part = images.slice(first, first + batch * size);
      const result = await session.run({ images: new Tensor(part, [part.length / size, ...shape]) });
      for (const key of ["probabilities", "logits"] as const)
        outputs[key].push(...(result[key]!.data as Float32Array));
    }
    all.push(outputs);
  }
  await session.release();
  return { input, all };
}

/**
 * Exports a model, and computes the probabilities of images in batches of each size.
 *
 * @returns the largest difference from the given probabilities, and from the softmax of the logits
 */
export async function exportError(
  model: TrainedModel,
  images: Uint8Array | Float32Array,
  batches: readonly number[] = [1, 7, 64],
  expected?: ArrayLike<number>,
): Promise<number> {
  const name = `${process.pid}-${++files}`;
  const file = join(folder, `${name}.onnx`);
  const { inputs } = await model.exportOnnx(file);
  const { input, all } = await outputsOf(file, images, batches);
  expect(input).toMatchObject(inputs[0]!);
  const right = expected ?? (await model.predict(images));
  if (kept !== undefined) {
    writeFileSync(join(folder, `${name}.images`), images);
    writeFileSync(join(folder, `${name}.probabilities`), Float32Array.from(right));
  }
  let worst = 0;
  for (const { probabilities, logits } of all)
    for (const found of [probabilities, softmax(logits, model.dataset.classes)]) {
      expect(found.length).toBe(right.length);
      for (const [i, value] of found.entries()) worst = Math.max(worst, Math.abs(value - right[i]!));
    }
  return worst;
}

function softmax(logits: readonly number[], classes: number): number[] {
  return logits.map((value, i) => {
    const first = i - (i % classes);
    let sum = 0;
    for (let other = first; other < first + classes; other++) sum += Math.exp(logits[other]! - value);
    return 1 / sum;
  });
}
