import { availableParallelism } from "node:os";
import { z } from "zod";
import { cpuQuota } from "../system/cpu-quota.js";

/** The most threads of a session; kMaxThreads of native/core/api.h is the same. */
export const MAX_THREADS = 1024;

export const threadsSchema = z.int().min(1).max(MAX_THREADS);

/** Threads to train with by default: the cores this process may use, a container's CPU quota included, up to the limit. */
export const defaultThreads = (): number => {
  const cores = Math.min(availableParallelism(), Math.ceil(cpuQuota() ?? Number.POSITIVE_INFINITY));
  return Math.min(Math.max(1, cores), MAX_THREADS);
};
