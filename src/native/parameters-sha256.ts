import { createHash } from "node:crypto";
import type { NativeSession } from "./addon.js";

/** Numbers hashed per turn of the event loop. */
const PART = 1 << 16;

/** The SHA-256 of the parameters in training (not the weights for evaluation). */
export async function parametersSha256(session: NativeSession): Promise<string> {
  const hash = createHash("sha256");
  const part = new Float32Array(Math.min(PART, session.parameterCount));
  for (let offset = 0; offset < session.parameterCount; offset += PART) {
    const into = part.subarray(0, session.parameterCount - offset);
    await session.read({ vector: "parameters", offset, into });
    hash.update(new Uint8Array(into.buffer, 0, into.byteLength));
  }
  return hash.digest("hex");
}
