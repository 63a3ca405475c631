import type { QueueStatus } from "../../queue/status.js";
import { countText } from "../../validation/count-text.js";
import { durationText } from "../../validation/duration-text.js";

/** The status of a queue as text for a person. */
export function queueStatusText({ address, studies, workers }: QueueStatus): string {
  return [
    `${studies.length} ${studies.length === 1 ? "study" : "studies"} and ${countText(workers.length, "worker")} at ${address}`,
    ...studies.flatMap(studyLines),
    ...workers.flatMap(workerLines),
  ].join("\n");
}

const studyLines = (study: QueueStatus["studies"][number]): string[] => [
  "",
  `study ${study.id}: ${study.title}${study.priority === 0 ? "" : `, priority ${study.priority}`}`,
  `  ${study.waiting} waiting, ${study.running} running, ${study.finished} finished (${study.uncollected} not collected yet), ${study.failed} failed`,
  `  ${study.cellsPerMinute} runs per minute${study.secondsLeft === null ? "" : `, ${durationText(study.secondsLeft)} left`}`,
  ...study.failures.map(({ label, reason }) => `  failed: ${label}: ${reason}`),
];

const workerLines = ({
  id,
  concurrency,
  finished,
  cells,
  leaves,
}: QueueStatus["workers"][number]): string[] => [
  "",
  `worker ${id}: ${countText(finished, "run")} finished, ${cells.length} of ${concurrency} in progress`,
  ...cells.map(({ study, label, seconds }) => `  study ${study}: ${label}, for ${durationText(seconds)}`),
  ...Object.entries(leaves).map(([study, why]) => `  leaves study ${study} to others: ${why}`),
];
