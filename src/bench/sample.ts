import { OptimbenchError } from "../errors.js";
import { Diverged } from "./bench-session.js";
import type { Measurement } from "./measurements.js";

/** A sample lasts at least so long: what is shorter is done several times, so that the clock's own time does not count. */
const LEAST_MS = 2;

/** Milliseconds of a measurement, time after time for `ms` in all, after a warm-up; none where the signal ended it. */
export async function sample(
  { session, run }: Measurement,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal | undefined },
): Promise<readonly number[] | "diverged"> {
  const { Bench } = await import("tinybench"); // not with the package, which should load fast
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
