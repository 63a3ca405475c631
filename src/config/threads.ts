import { availableParallelism } from "node:os";
import { cpuQuota } from "../cpu-quota.js";

/** Threads to train with by default: the cores this process may use, a container's quota of CPU time included. */
export const defaultThreads = (): number =>
  Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuQuota() ?? Number.POSITIVE_INFINITY)));
