import { layersTotal } from "../history/profile.js";
import type { BenchCase } from "./bench-cases.js";
import type { Measure, ParsedBenchConfig } from "./bench-config.js";
import type { BenchSession } from "./bench-session.js";

/** One thing to time. */
export interface Measurement {
  readonly measure: Measure;
  readonly optimizer: string;
  readonly threads: number;
  /** Images per batch or per evaluation. */
  readonly images?: number;
  readonly session: BenchSession;
  /** Repeats the work `times` times; resolves with the total seconds. */
  run(times: number): Promise<number>;
}

/** All measurements, in the order of the table: step and update for each optimizer, the others for the first one only. */
export function measurements(
  cases: readonly BenchCase[],
  { measure, evaluationImages }: Pick<ParsedBenchConfig, "measure" | "evaluationImages">,
): Measurement[] {
  const first = cases.filter(({ optimizer }) => optimizer === cases[0]!.optimizer);
  const each: Record<Measure, () => Measurement[]> = {
    step: () => cases.map((one) => of("step", one, one.session.train, one.batchSize)),
    update: () => firstBatchSize(cases).map((one) => of("update", one, one.session.update)),
    forward: () => first.map((one) => part("forward", one)),
    backward: () => first.map((one) => part("backward", one)),
    evaluation: () =>
      firstBatchSize(first).map((one) =>
        of(
          "evaluation",
          one,
          (times) => repeat(times, () => one.session.evaluate(evaluationImages)),
          evaluationImages,
        ),
      ),
  };
  return measure.flatMap((what) => each[what]());
}

function of(
  measure: Measure,
  { batchSize: _, ...benchCase }: BenchCase,
  run: Measurement["run"],
  images?: number,
): Measurement {
  return { measure, ...benchCase, ...(images !== undefined && { images }), run };
}

/** Forward and backward pass are timed within whole steps. */
const part = (measure: "forward" | "backward", benchCase: BenchCase): Measurement =>
  of(
    measure,
    benchCase,
    async (times) => layersTotal(await benchCase.session.profile(times), measure),
    benchCase.batchSize,
  );

/** Update and evaluation do not depend on the batch size, so they are measured once. */
const firstBatchSize = (cases: readonly BenchCase[]) =>
  cases.filter(({ batchSize }) => batchSize === cases[0]!.batchSize);

async function repeat(times: number, once: () => Promise<number>): Promise<number> {
  let seconds = 0;
  for (let i = 0; i < times; i++) seconds += await once();
  return seconds;
}
