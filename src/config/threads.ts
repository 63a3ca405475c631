import { availableParallelism } from "node:os";
import { z } from "zod";
import { cpuQuota } from "../system/cpu-quota.js";

/** The most threads of a session: native/core/api.h has the same limit. */
export const MOST_THREADS = 256;

export const threadsSchema = z.int().min(1).max(MOST_THREADS);

/** Threads to train with by default: the cores this process may use, a container's CPU quota included, up to the limit. */
export const defaultThreads = (): number => {
  const cores = Math.min(availableParallelism(), Math.ceil(cpuQuota() ?? Number.POSITIVE_INFINITY));
  return Math.min(Math.max(1, cores), MOST_THREADS);
};
