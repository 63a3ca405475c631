import { OptimbenchError } from "../errors.js";
import { Diverged } from "./bench-session.js";
import type { Measurement } from "./measurements.js";

/** The least milliseconds per sample. Shorter work is repeated, so that the overhead of the clock is negligible. */
const LEAST_MS = 2;

/** Samples of a measurement in milliseconds, taken for `ms` in total after a warm-up; none if it was cancelled. */
export async function sample(
  { session, run }: Measurement,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal | undefined },
): Promise<readonly number[] | "diverged"> {
  const { Bench } = await import("tinybench"); // loaded on demand, to keep the package's start fast
  let times = 1;
  const bench = new Bench({
    time: ms,
    iterations: 2,
    warmupTime: 0,
    warmupIterations: 2,
    retainSamples: true,
    throws: true,
  });
  bench.add(
    "",
    async () => {
      if (signal?.aborted) throw new OptimbenchError("ABORTED", "The measurement was cancelled.");
      const start = performance.now();
      const milliseconds = (await run(times)) * 1000;
      return {
        overriddenDuration: milliseconds / times,
        overriddenIterationCost: performance.now() - start,
      };
    },
    {
      async: true,
      async beforeAll() {
        await session.prepare();
        times = Math.max(1, Math.ceil(LEAST_MS / ((await run(1)) * 1000)));
      },
    },
  );
  try {
    const [task] = await bench.run();
    return task?.result.state === "completed" ? (task.result.latency.samples ?? []) : [];
  } catch (error) {
    if (error instanceof Diverged) return "diverged";
    if (error instanceof OptimbenchError && error.code === "ABORTED") return [];
    throw error;
  }
}
