import { availableParallelism } from "node:os";
import { z } from "zod";
import { cpuQuota } from "../system/cpu-quota.js";

/** The most threads of a session. Must equal kMaxThreads in native/core/api.h. */
export const MAX_THREADS = 1024;

export const threadsSchema = z.int().min(1).max(MAX_THREADS);

/** The default number of threads: the cores available to this process, limited by a container's CPU quota and `MAX_THREADS`. */
export const defaultThreads = (): number => {
  const cores = Math.min(availableParallelism(), Math.ceil(cpuQuota() ?? Number.POSITIVE_INFINITY));
  return Math.min(Math.max(1, cores), MAX_THREADS);
};
