import { stepsAnEpoch } from "../../../config/steps-an-epoch.js";
import type { EpochRecord } from "../../../history/epoch-record.js";
import { curvesOf } from "../../charts/curve.js";
import type { Result } from "../../results/results.js";
import { bestFirst, colouredResults, evenly, shareOf } from "../../results/select-arms.js";
import type { CurveData, CurveMetric } from "./curve-data.js";

/** The best arms, and others at equal distances of rank. */
const BEST_ARMS = 60;
const OTHER_ARMS = 40;
/** Of all arms and one metric together, which bounds the size of the page. */
const MOST_POINTS = 20_000;

/**
 * The curves of a study's arms, for each task. All have the same metrics.
 *
 * @param colours by label within the task
 */
export function studyCurves(
  tasks: readonly (readonly Result[])[],
  colours: ReadonlyMap<string, number>,
): CurveData[] {
  const isOneLoss = new Set(tasks.flat().map(({ arm }) => arm.loss)).size === 1;
  const metrics = METRICS.filter(
    ({ isComparable }) => isOneLoss === isComparable || isComparable === undefined,
  );
  const shown = tasks.map(shownArms);
  const most = Math.max(50, Math.min(400, shareOf(MOST_POINTS, shown.flat().length)));
  return tasks.map((results, i) => taskCurves(results, { shown: shown[i]!, metrics, most, colours }));
}

function shownArms(results: readonly Result[]): Result[] {
  const ranked = bestFirst(results);
  return [...ranked.slice(0, BEST_ARMS), ...evenly(ranked.slice(BEST_ARMS), OTHER_ARMS)];
}

interface Drawing {
  readonly shown: readonly Result[];
  readonly metrics: readonly Metric[];
  /** The most points of a line. */
  readonly most: number;
  readonly colours: ReadonlyMap<string, number>;
}

function taskCurves(results: readonly Result[], { shown, metrics, most, colours }: Drawing): CurveData {
  const [winner] = shown;
  return {
    metrics: metrics.map(({ title, scale, final }) => {
      const best = winner && final?.(winner);
      return { title, scale, ...(best !== undefined && { best: accurate(best) }) };
    }),
    arms: shown.map(({ arm }) => ({
      label: arm.labelInTask,
      colour: colours.get(arm.labelInTask)!,
      stepsAnEpoch: stepsAnEpoch(arm.config),
      seeds: arm.completed.length,
      lines: metrics.flatMap(({ value }, metric) =>
        curvesOf(arm, arm.labelInTask, value, { first: 0, most }).map(({ of, ended, points }) => ({
          metric,
          isMean: of === "completed runs",
          ended,
          epochs: points.map(({ epoch }) => epoch),
          seconds: points.map(({ seconds }) => accurate(seconds)),
          values: points.map((point) => accurate(point.value)),
          ...(points.some(({ low, high }) => low < high) && {
            low: points.map(({ low }) => accurate(low)),
            high: points.map(({ high }) => accurate(high)),
          }),
        })),
      ),
    })),
    coloured: colouredResults(results).length,
  };
}

interface Metric extends Pick<CurveMetric, "title" | "scale"> {
  readonly value: (epoch: EpochRecord) => number | null;
  readonly final?: (result: Result) => number | undefined;
  /** Shown only if the study has one loss (true) or several (false). Default: always. */
  readonly isComparable?: boolean;
}

const METRICS: readonly Metric[] = [
  {
    title: "validation accuracy",
    scale: "accuracy",
    value: ({ validation }) => validation.accuracy,
    final: ({ validationAccuracy }) => validationAccuracy?.mean,
  },
  {
    title: "validation loss",
    scale: "loss",
    isComparable: true,
    value: ({ validation }) => validation.loss,
    final: ({ validationLoss }) => validationLoss?.mean,
  },
  {
    title: "negative log-likelihood",
    scale: "loss",
    isComparable: false,
    value: ({ validation }) => validation.negativeLogLikelihood,
    final: ({ negativeLogLikelihood }) => negativeLogLikelihood?.mean,
  },
  { title: "training accuracy", scale: "accuracy", value: ({ train }) => train.accuracy },
  { title: "training loss", scale: "loss", isComparable: true, value: ({ train }) => train.loss },
];

/** More digits than a figure can show would only enlarge the page. */
const accurate = (value: number) => Number(value.toPrecision(6));
