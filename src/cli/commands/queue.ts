import type { Command } from "commander";
import { configError } from "../../errors.js";
import { readConnection } from "../../queue/connection.js";
import { prometheusText } from "../../queue/prometheus.js";
import { QueueServer } from "../../queue/server.js";
import { isServerProblem, serverError } from "../../queue/server-problem.js";
import { type QueueStatus, queueStatus } from "../../queue/status.js";
import { servePage } from "../../queue/status-server.js";
import { cancelStudy, isRegistered, listStudies } from "../../queue/study-entry.js";
import { printNotice } from "../../system/terminal.js";
import { CONNECTION } from "../options/connection-argument.js";
import { wholeNumber } from "../options/whole-number.js";
import { type Answer, addAction } from "../output/answer.js";
import { queueStatusText } from "../output/queue-status-text.js";
import { onInterrupt } from "../progress/interrupt.js";

/** Adds `optimbench queue`, which looks after the queue of studies over several machines. */
export function addQueueCommand(program: Command): void {
  const queue = program.command("queue").description("show or cancel studies in a queue");
  const status = queue
    .command("status")
    .description("show how many runs wait, run, finished and failed, and the connected workers")
    .argument("[connection]", CONNECTION)
    .option("--prometheus", "print the numbers in the text format of Prometheus")
    .option(
      "--serve <port>",
      "serve a page with the status on this machine, and /metrics for Prometheus",
      wholeNumber(0, 65_535),
    );
  addAction(status, (answer, connection: string | undefined, options: StatusOptions) =>
    showStatus(answer, connection, options),
  );
  const cancel = queue
    .command("cancel")
    .description("withdraw a study: its runs leave the queue, and workers stop those in progress")
    .argument("<study>", "the study's id, as `compare` and `queue status` show it")
    .argument("[connection]", CONNECTION);
  addAction(cancel, async (answer, id: string, connection: string | undefined) => {
    await withServer(connection, async (server) => {
      const studies = await listStudies(server);
      if (!(await isRegistered(server, id)))
        throw configError(
          `There is no study ${id} in the queue${studies.length === 0 ? "." : `: it has ${studies.map((study) => study.id).join(", ")}.`}`,
        );
      await cancelStudy(server, id);
    });
    answer.give({ cancelled: id }, () => `Cancelled study ${id}.`);
  });
}

interface StatusOptions {
  readonly prometheus?: boolean;
  readonly serve?: number;
}

async function showStatus(
  answer: Answer,
  connection: string | undefined,
  { prometheus = false, serve }: StatusOptions,
): Promise<void> {
  await withServer(connection, async (server) => {
    if (serve !== undefined) {
      const interrupt = onInterrupt();
      try {
        await servePage(serve, () => queueStatus(server), {
          signal: interrupt.signal,
          onListening: printNotice,
        });
      } finally {
        interrupt.stop();
      }
      return;
    }
    const status: QueueStatus = await queueStatus(server);
    answer.give(status, () => (prometheus ? prometheusText(status).trimEnd() : queueStatusText(status)));
  });
}

async function withServer(
  connection: string | undefined,
  work: (server: QueueServer) => Promise<void>,
): Promise<void> {
  const server = await QueueServer.open(readConnection(connection, true), { onNotice: printNotice });
  try {
    await work(server);
  } catch (error) {
    throw isServerProblem(error) ? serverError(server, error) : error;
  } finally {
    await server.close();
  }
}
