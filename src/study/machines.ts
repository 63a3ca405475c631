import { z } from "zod";
import type { Cell } from "./cell-lines.js";
import { environmentSchema } from "./environment.js";
import type { Machine } from "./study.generated.js";

export type { Machine };

export const machineSchema = environmentSchema
  .pick({ cpu: true, cpuQuota: true, gpus: true, gpuKernels: true, instructionSet: true, kernels: true })
  .extend({ threads: z.int().min(0).describe("CPU threads of each run") })
  .describe(
    "a machine that trained runs of a study. A machine on which runs had other settings, such as other threads, counts as another one. Its name is in cells.jsonl only.",
  );

/** The machines that cells ran on, and the number of each cell's machine, from 1, by the cell's key. */
export interface Machines {
  readonly machines: readonly Machine[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** Numbers the machines of cells in the order of these, which is that in which they finished. */
export function machinesOf(cells: readonly Cell[]): Machines {
  const hosts = hostsOf(cells);
  const known = new Map<string, number>();
  const machines: Machine[] = [];
  const numbers = new Map<string, number>();
  for (const [i, cell] of cells.entries()) {
    const machine = machineOf(cell);
    const identity = JSON.stringify([hosts[i], machine]);
    const number = known.get(identity) ?? machines.push(machine);
    known.set(identity, number);
    numbers.set(cell.key, number);
  }
  return { machines, numbers };
}

function machineOf({ environment, record }: Cell): Machine {
  const { cpu, cpuQuota, gpus, gpuKernels, instructionSet, kernels } = environment;
  return {
    cpu,
    cpuQuota,
    ...(gpus !== undefined && { gpus }),
    ...(gpuKernels !== undefined && { gpuKernels }),
    instructionSet,
    kernels,
    threads: record.config.threads,
  };
}

/** The machine of each cell. Containers on one machine have names of their own, and share its boot. */
function hostsOf(cells: readonly Cell[]): string[] {
  const names = new Map<string, string>();
  return cells.map(({ host, boot = host }) => {
    const name = names.get(boot) ?? host;
    names.set(boot, name);
    return name;
  });
}

/** Whether each run had its machine to itself, so that its time does not depend on other runs. */
export function ranAlone(cells: readonly Cell[]): boolean {
  if (cells.some(({ execution }) => execution === "parallel")) return false;
  const hosts = hostsOf(cells);
  const spans = cells
    .map(({ record }, i) => ({
      host: hosts[i]!,
      start: Date.parse(record.startedAt),
      seconds: record.seconds.total,
    }))
    .sort((a, b) => a.start - b.start);
  const ends = new Map<string, number>();
  return spans.every(({ host, start, seconds }) => {
    const isFree = start + 1 >= (ends.get(host) ?? 0); // start is rounded to milliseconds
    ends.set(host, start + 1000 * seconds);
    return isFree;
  });
}
