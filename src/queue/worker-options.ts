import { z } from "zod";
import { threadsSchema } from "../config/threads.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { pathSchema } from "../validation/path-schema.js";
import { type ConnectionSettings, connectionSchema } from "./connection.js";

/** How a worker takes cells. */
export interface WorkerOptions {
  /** The server. Default: OPTIMBENCH_QUEUE. */
  readonly connection?: string | ConnectionSettings;
  /** Number of cells that run at the same time. Times are comparable only if it is 1. Default: 1. */
  readonly concurrency?: number;
  /** CPU threads of each cell. Default: the cores of this machine, divided by `concurrency`. */
  readonly threads?: number;
  /** How long this worker may be silent, in seconds, before its cells start again elsewhere. Default: 30. */
  readonly lockSeconds?: number;
  /** A folder for checkpoints of long cells, which several workers may share: a cell that starts again goes on from its checkpoint. */
  readonly folder?: string;
  /** Ends the worker. Cells in progress go back to the queue. */
  readonly signal?: AbortSignal;
  /** Called with sentences for a person. */
  readonly onNotice?: (text: string) => void;
  /** Called after each cell that finished here. */
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
