import { layersTotal } from "../history/profile.js";
import type { Measure, ParsedBenchConfig } from "./bench-config.js";
import type { BenchSession } from "./bench-session.js";
import type { Contestant } from "./contestants.js";

/** One thing to time. */
export interface Measurement {
  readonly measure: Measure;
  readonly optimizer: string;
  readonly threads: number;
  /** In a batch, or of an evaluation. */
  readonly images?: number;
  readonly session: BenchSession;
  /** Does it so many times; resolves with the seconds of it all. */
  run(times: number): Promise<number>;
}

/** Everything to measure, in the order of the table: of each optimizer its step and update, of the first one the rest. */
export function measurements(
  contestants: readonly Contestant[],
  { measure, evaluationImages }: Pick<ParsedBenchConfig, "measure" | "evaluationImages">,
): Measurement[] {
  const first = contestants.filter(({ optimizer }) => optimizer === contestants[0]!.optimizer);
  const each: Record<Measure, () => Measurement[]> = {
    step: () => contestants.map((one) => of("step", one, one.session.train, one.batchSize)),
    update: () => firstBatchSize(contestants).map((one) => of("update", one, one.session.update)),
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
  { batchSize: _, ...contestant }: Contestant,
  run: Measurement["run"],
  images?: number,
): Measurement {
  return { measure, ...contestant, ...(images !== undefined && { images }), run };
}

/** A part of a step is timed within whole steps. */
const part = (measure: "forward" | "backward", contestant: Contestant): Measurement =>
  of(
    measure,
    contestant,
    async (times) => layersTotal(await contestant.session.profile(times), measure),
    contestant.batchSize,
  );

/** What has no batches is measured once, not for each batch size. */
const firstBatchSize = (contestants: readonly Contestant[]) =>
  contestants.filter(({ batchSize }) => batchSize === contestants[0]!.batchSize);

async function repeat(times: number, once: () => Promise<number>): Promise<number> {
  let seconds = 0;
  for (let i = 0; i < times; i++) seconds += await once();
  return seconds;
}
