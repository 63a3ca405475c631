import { loadavg } from "node:os";
import { nativeInfo } from "../native/addon.js";
import { environment } from "../study/environment.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import { parse } from "../validation/parse.js";
import { openBenchCases } from "./bench-cases.js";
import { type BenchConfig, benchConfigSchema, type ParsedBenchConfig } from "./bench-config.js";
import type { BenchRecord, BenchResult } from "./bench-record.js";
import { type Measurement, measurements } from "./measurements.js";
import { sample } from "./sample.js";
import { spreadOf } from "./spread.js";
import { stepProfiles } from "./step-profiles.js";

/** Reported when a measurement of a round begins. */
export interface BenchProgress extends Omit<BenchResult, "milliseconds"> {
  /** Number of the measurement, from 1. */
  readonly number: number;
  /** Number of measurements in all rounds. */
  readonly count: number;
}

/** Callbacks to observe and cancel a benchmark. */
export interface BenchCallbacks {
  /** Called before every measurement of every round. */
  readonly onProgress?: (progress: BenchProgress) => void;
  /** Ends measuring; `bench` then returns what was measured so far, with status "cancelled". */
  readonly signal?: AbortSignal;
}

/**
 * Times training steps, updates, forward passes, backward passes and evaluation on random images, by optimizer, batch size
 * and number of threads. The measurements are interleaved in rounds, so that other load on the machine affects all equally.
 *
 * @example
 * const { results } = await bench({ optimizers: ["adam", "sgd"], batchSizes: [32], seconds: 2 });
 *
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH) before anything is measured
 */
export async function bench(input: BenchConfig & BenchCallbacks = {}): Promise<BenchRecord> {
  const { onProgress, signal, ...given } = copyWithCallbacks(input, "bench config");
  const config = parse(benchConfigSchema, given, "bench config");
  const loadBefore = loadavg()[0]!;
  const { cases, settings } = await openBenchCases(config);
  const cancel = () => {
    for (const { session } of cases) session.cancel();
  };
  signal?.addEventListener("abort", cancel);
  try {
    const results = await measure(measurements(cases, config), config, { onProgress, signal });
    const profiles = config.profile ? await stepProfiles(cases, { ...config, signal }) : [];
    return {
      schemaVersion: 1,
      kind: "bench",
      createdAt: new Date().toISOString(),
      environment: environment(nativeInfo()),
      loadBefore,
      settings,
      status: signal?.aborted ? "cancelled" : "completed",
      results,
      ...(profiles.length > 0 && { profiles }),
    };
  } finally {
    signal?.removeEventListener("abort", cancel);
    for (const { session } of cases) session.dispose();
  }
}

/** Measures in rounds; omits measurements that no round has reached. */
async function measure(
  planned: readonly Measurement[],
  { rounds, seconds }: ParsedBenchConfig,
  { onProgress, signal }: { [Key in keyof BenchCallbacks]-?: BenchCallbacks[Key] | undefined },
): Promise<BenchResult[]> {
  const rows = planned.map((measurement) => ({
    measurement,
    samples: [] as (readonly number[])[],
    diverged: false,
  }));
  let number = 0;
  for (let round = 0; round < rounds; round++)
    for (const row of rows) {
      const { measurement, samples } = row;
      if (signal?.aborted) break;
      number += 1;
      onProgress?.({ ...descriptionOf(measurement), number, count: rounds * rows.length });
      if (row.diverged) continue;
      const milliseconds = await sample(measurement, { ms: (seconds * 1000) / rounds, signal });
      row.diverged = milliseconds === "diverged";
      if (milliseconds !== "diverged" && milliseconds.length > 0) samples.push(milliseconds);
    }
  return rows
    .filter(({ samples, diverged }) => samples.length > 0 || diverged)
    .map(({ measurement, samples, diverged }) => ({
      ...descriptionOf(measurement),
      milliseconds: diverged ? null : spreadOf(samples),
    }));
}

const descriptionOf = ({ session: _, run: __, ...what }: Measurement) => what;
