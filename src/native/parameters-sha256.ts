import { createHash } from "node:crypto";
import type { NativeSession } from "./addon.js";

/** Numbers hashed at a time: a few milliseconds, between which the event loop has its turn. */
const PART = 1 << 18;

/** The SHA-256 of the parameters, as training has them. */
export async function parametersSha256(session: NativeSession): Promise<string> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < session.parameterCount; offset += PART) {
    const count = Math.min(PART, session.parameterCount - offset);
    const part = await session.read({ vector: "parameters", offset, count });
    hash.update(new Uint8Array(part.buffer));
  }
  return hash.digest("hex");
}
