import { createHash } from "node:crypto";
import { sizeOf } from "../formula/shapes.js";
import type { NativeSession, TensorInfo } from "./addon.js";

/** Numbers hashed per turn of the event loop. */
const PART = 1 << 16;

/** The SHA-256 of the parameters in training (not the weights for evaluation), frozen ones included. */
export async function parametersSha256(session: NativeSession): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of parts(session)) hash.update(new Uint8Array(part.buffer, 0, part.byteLength));
  return hash.digest("hex");
}

/** In the order of the layers, so that it does not matter which are frozen. */
async function* parts(session: NativeSession): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const part = new Float32Array(PART);
  for (const { vector, first, length } of stretches(session.parameters()))
    for (let at = 0; at < length; at += PART) {
      const into = part.subarray(0, length - at);
      await session.read({ vector, offset: first + at, into });
      yield into;
    }
}

/** Parameters that follow each other in one vector are read together. */
function stretches(tensors: readonly TensorInfo[]) {
  const all: { vector: string; first: number; length: number }[] = [];
  for (const { frozen, shape, offset } of tensors) {
    const vector = frozen ? "frozen" : "parameters";
    const last = all.at(-1);
    if (last?.vector === vector) last.length += sizeOf(shape);
    else all.push({ vector, first: offset, length: sizeOf(shape) });
  }
  return all;
}
