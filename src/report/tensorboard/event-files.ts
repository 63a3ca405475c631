import type { EpochRecord } from "../../history/epoch-record.js";
import { armsOf } from "../../study/arms.js";
import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { encodeEvent, type ScalarEvent, versionEvent } from "./event.js";
import { record } from "./record.js";

/** The folder of a report that has these files. */
export const TENSORBOARD = "tensorboard";

/** The ending by which files of this package are recognised. */
export const EVENTS = ".optimbench";

interface EventFile {
  /** Its path in the folder that is given to TensorBoard, which names the run after the folders. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** A file for TensorBoard per run, with the metrics of each epoch. It is generated run by run, because a study may be large. */
export function* eventFiles(study: Study): Generator<EventFile> {
  for (const { slug, runs } of armsOf(study))
    for (const [i, run] of runs.entries()) {
      const started = Date.parse(run.startedAt) / 1000;
      // Equal arms may have runs of one seed.
      const isRepeated = runs.findIndex(({ config }) => config.seed === run.config.seed) < i;
      const folder = `seed-${run.config.seed}${isRepeated ? `-${i + 1}` : ""}`;
      yield {
        path: `${slug}/${folder}/events.out.tfevents.${Math.floor(started)}${EVENTS}`,
        data: Buffer.concat([versionEvent(started), ...eventsOf(run, started).map(encodeEvent)].map(record)),
      };
    }
}

function eventsOf(run: RunRecord, started: number): ScalarEvent[] {
  const { history, test } = run;
  let wallTime = started;
  const events = history.map((epoch) => {
    wallTime += epoch.seconds.train + epoch.seconds.evaluate;
    return { wallTime, step: epoch.epoch, scalars: scalarsOf(epoch) };
  });
  const final = finalEpoch(run);
  if (test === undefined || final === undefined) return events;
  const scalars = { "test/loss": number(test.loss), "test/accuracy": number(test.accuracy) };
  return [...events, { wallTime, step: final.epoch, scalars }];
}

const scalarsOf = ({ learningRate, train, validation }: EpochRecord): Readonly<Record<string, number>> => ({
  "train/loss": number(train.loss),
  "train/accuracy": number(train.accuracy),
  "validation/loss": number(validation.loss),
  "validation/accuracy": number(validation.accuracy),
  "validation/negativeLogLikelihood": number(validation.negativeLogLikelihood),
  learningRate,
});

/** A value that was not finite is null in a record. */
const number = (value: number | null) => value ?? Number.NaN;
