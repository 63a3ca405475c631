import type * as BullMq from "bullmq";
import type { Redis } from "ioredis";
import { OptimbenchError } from "../errors.js";

/** BullMQ, and the client of Redis that it uses. Both are optional peer dependencies, which only queues need. */
export interface Engine {
  readonly bullmq: typeof BullMq;
  readonly Redis: typeof Redis;
}

/** Loads BullMQ. @throws OptimbenchError (QUEUE) if it is not installed */
export async function loadEngine(): Promise<Engine> {
  try {
    const [bullmq, { Redis: Client }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis: Client };
  } catch (cause) {
    throw new OptimbenchError(
      "QUEUE",
      "Studies over several machines need BullMQ, which is not installed: npm install bullmq ioredis",
      { cause },
    );
  }
}
