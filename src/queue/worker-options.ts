import { z } from "zod";
import { threadsSchema } from "../config/threads.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { pathSchema } from "../validation/path-schema.js";
import { type ConnectionSettings, connectionSchema } from "./connection.js";

/** How a worker takes runs. */
export interface WorkerOptions {
  /** The server. Default: OPTIMBENCH_QUEUE. */
  readonly connection?: string | ConnectionSettings;
  /** Number of runs trained at the same time. Times are comparable only if it is 1. Default: 1. */
  readonly concurrency?: number;
  /** CPU threads of each run. Default: the cores of this machine, divided by `concurrency`. */
  readonly threads?: number;
  /** Seconds without contact with this worker after which its runs start again elsewhere. Default: 30. */
  readonly lockSeconds?: number;
  /** A folder for checkpoints of long runs, which several workers may share: a run that starts again is resumed from its checkpoint. */
  readonly folder?: string;
  /** Ends the worker. Runs in progress go back to the queue. */
  readonly signal?: AbortSignal;
  /** Called with messages for the user. */
  readonly onNotice?: (text: string) => void;
  /** Called after each run that finished here. */
  readonly onCell?: (cell: {
    readonly study: string;
    readonly label: string;
    readonly seconds: number;
  }) => void;
}

export const workerOptionsSchema = z.strictObject({
  connection: connectionSchema.optional(),
  concurrency: z.int().min(1).max(1024).default(1),
  threads: threadsSchema.optional(),
  lockSeconds: z.number().min(1).max(3600).default(30),
  folder: pathSchema.optional(),
  signal: signalSchema.optional(),
  onNotice: callbackSchema<NonNullable<WorkerOptions["onNotice"]>>().optional(),
  onCell: callbackSchema<NonNullable<WorkerOptions["onCell"]>>().optional(),
});
export type ParsedWorkerOptions = z.output<typeof workerOptionsSchema>;
