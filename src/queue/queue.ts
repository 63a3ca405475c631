import { z } from "zod";
import { WEIGHTS_IN_MEMORY } from "../config/initial-weights.js";
import { configError } from "../errors.js";
import type { Executor, ExecutorContext } from "../study/executor.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { parse } from "../validation/parse.js";
import { keepWhole } from "../validation/plain-data.js";
import { type ConnectionSettings, connectionSchema, readConnection } from "./connection.js";
import { Follower } from "./follower.js";
import { QueueServer } from "./server.js";
import { isServerProblem, serverError } from "./server-problem.js";

export type { ConnectionSettings, TlsSettings } from "./connection.js";

/** How a study is submitted to the workers of a queue. */
export interface QueueOptions {
  /** The server. Default: OPTIMBENCH_QUEUE. */
  readonly connection?: string | ConnectionSettings;
  /** Studies with a higher priority are served first. Default: 0. */
  readonly priority?: number;
  /** What may differ between workers: "mixed-kernels" allows other processors and kernels, whose results are not bit-identical. Default: none. */
  readonly allow?: readonly "mixed-kernels"[];
  /** Whether to send datasets through the server, up to 256 MiB each. Default: workers read them. */
  readonly sendData?: boolean;
  /** The most runs that wait on the server at a time; the others are submitted as these finish. Default: 10,000. */
  readonly mostWaiting?: number;
  /** Whether the signal of `compare` withdraws the runs. Default: they stay if the study has a folder, where it can be continued. */
  readonly cancelOnAbort?: boolean;
}

const optionsSchema = z.strictObject({
  connection: connectionSchema.optional(),
  priority: z.int().min(-1_000_000).max(1_000_000).default(0),
  allow: z.array(z.literal("mixed-kernels")).default([]),
  sendData: z.boolean().default(false),
  mostWaiting: z.int().min(1).max(1_000_000).default(10_000),
  cancelOnAbort: z.boolean().default(false),
});

/**
 * An executor whose cells are run by workers on other machines.
 *
 * @param isVisible whether other users of this machine can read the connection, as they can a command
 */
export function queueExecutor(given: QueueOptions, isVisible = false): Executor {
  const open = async (context: Pick<ExecutorContext, "onNotice" | "signal">) => {
    const options = parse(optionsSchema, given, "options");
    return {
      options,
      server: await QueueServer.open(readConnection(options.connection, isVisible), context),
    };
  };
  return keepWhole({
    async ready() {
      const { server } = await open({ onNotice() {}, signal: new AbortController().signal });
      await server.close();
    },
    async run(cells: readonly PlannedCell[], context: ExecutorContext) {
      if (cells.some(({ plan }) => plan.config.initialWeights?.from === WEIGHTS_IN_MEMORY))
        throw configError(
          "Workers cannot read the model or the tensors of `initialWeights`. Save them as a .safetensors file where all workers read it, under the same path.",
          "initialWeights",
        );
      const { server, options } = await open(context);
      try {
        await new Follower(server, cells, context, options).follow();
      } catch (error) {
        if (!isServerProblem(error)) throw error;
        if (!context.signal.aborted) throw serverError(server, error);
        context.onNotice(serverError(server, error).message);
      } finally {
        await server.close();
      }
    },
  });
}
