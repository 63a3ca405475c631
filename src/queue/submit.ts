import { readOptionsOf } from "../data/read-options.js";
import type { Question } from "../study/cell-lines.js";
import { datasetKey } from "../study/dataset-key.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { packageVersion } from "../system/package-root.js";
import { listText } from "../validation/list-text.js";
import { line } from "./line-schema.js";
import { sendDataset } from "./sent-data.js";
import type { QueueServer } from "./server.js";
import { registerStudy, type SentDataset, type StudyEntry } from "./study-entry.js";

export interface SubmitOptions {
  readonly priority: number;
  readonly allow: StudyEntry["allow"];
  readonly sendData: boolean;
}

/** Makes a study known to workers, and sends its datasets if they are to go through the server. */
export async function submit(
  server: QueueServer,
  id: string,
  { config, datasets, numerics }: Question,
  cells: readonly PlannedCell[],
  { priority, allow, sendData }: SubmitOptions,
): Promise<void> {
  const sent: Record<string, SentDataset> = {};
  for (const { plan, dataset } of cells) {
    const key = datasetKey(plan.config);
    const sha256 = datasets[key];
    if (sent[key] !== undefined || sha256 === undefined) continue;
    if (sendData) await sendDataset(server, sha256, dataset);
    const { dataDir, dataset: name } = plan.config;
    const source = {
      dataset: name,
      ...(dataDir !== undefined && { dataDir }),
      ...readOptionsOf(plan.config),
    };
    sent[key] = { sha256, isSent: sendData, source };
  }
  const weights = new Map(
    cells.flatMap(({ plan: { config } }) =>
      config.initialWeights === undefined ? [] : [[config.initialWeights.from, config.initialWeights.sha256]],
    ),
  );
  const arms = [...new Set(cells.map(({ planned }) => planned.arm))];
  await registerStudy(server, {
    id,
    title: line(`${config.question ?? "comparison"} of ${listText(arms)}`),
    priority,
    cells: cells.length,
    submittedAt: await server.now(),
    optimbench: packageVersion,
    numerics,
    devices: [...new Set(cells.map(({ plan }) => plan.config.device))],
    datasets: sent,
    weights: [...weights].map(([from, sha256]) => ({ from, sha256 })),
    allow,
  });
}
