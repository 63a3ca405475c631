import type { QueueStatus } from "./status.js";

type Study = QueueStatus["studies"][number];

const GAUGES: readonly (readonly [string, string, (study: Study) => number | null])[] = [
  ["optimbench_cells_waiting", "Runs that no worker has taken.", ({ waiting }) => waiting],
  ["optimbench_cells_running", "Runs in progress.", ({ running }) => running],
  ["optimbench_cells_finished", "Runs that finished.", ({ finished }) => finished],
  ["optimbench_cells_failed", "Runs that failed permanently.", ({ failed }) => failed],
  ["optimbench_cells_per_minute", "Runs that finished per minute.", ({ cellsPerMinute }) => cellsPerMinute],
  ["optimbench_seconds_left", "Remaining time of the study.", ({ secondsLeft }) => secondsLeft],
];

/** The numbers of a status in the text format of Prometheus. */
export function prometheusText({ studies, workers, memoryBytes }: QueueStatus): string {
  const running = workers.reduce((sum, { cells }) => sum + cells.length, 0);
  const slots = workers.reduce((sum, { concurrency }) => sum + concurrency, 0);
  return [
    ...GAUGES.flatMap(([name, help, numberOf]) => [
      ...head(name, help),
      ...studies.flatMap((study) => {
        const value = numberOf(study);
        return value === null ? [] : [`${name}{study="${study.id}"} ${value}`];
      }),
    ]),
    ...gauge("optimbench_workers", "Connected workers.", workers.length),
    ...gauge("optimbench_worker_slots", "Runs that the workers can train at the same time.", slots),
    ...gauge("optimbench_worker_slots_busy", "Runs that the workers train.", running),
    ...gauge("optimbench_server_memory_bytes", "Memory that the server uses.", memoryBytes),
    "",
  ].join("\n");
}

const head = (name: string, help: string) => [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
const gauge = (name: string, help: string, value: number) => [...head(name, help), `${name} ${value}`];
