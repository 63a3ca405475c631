import { sizeOf } from "../formula/shapes.js";
import type { NativeSession, TensorInfo } from "../native/addon.js";
import { inMemory } from "./pytorch-layout.js";

/** Numbers per turn of the event loop. */
const PART = 1 << 16;

/** Writes a tensor to a session. `parts` are its numbers in PyTorch's layout. */
export async function writeTensor(
  session: NativeSession,
  vector: string,
  { shape, offset }: TensorInfo,
  parts: AsyncIterable<Float32Array>,
): Promise<void> {
  const values = new Float32Array(sizeOf(shape));
  let filled = 0;
  for await (const part of parts) {
    values.set(part, filled);
    filled += part.length;
  }
  const [, ...row] = shape;
  const length = sizeOf(row);
  const most = Math.max(1, Math.floor(PART / length)) * length;
  for (let first = 0; first < values.length; first += most) {
    const from = inMemory(values.subarray(first, first + most), shape);
    await session.write({ vector, offset: offset + first, from });
  }
}
