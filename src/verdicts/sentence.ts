import { finalEpoch } from "../training/run-record.js";
import { integerText } from "../validation/count-text.js";
import { METRIC_TEXTS } from "./metric.js";
import type { PairVerdict } from "./pair.js";
import type { ScoredArm } from "./scores.js";
import { marginText, namesText, percentText, pointsNumber, pointsText } from "./texts.js";
import type { ArmVerdict, Verdicts } from "./verdicts.js";

type Judged = Pick<Verdicts, "metric" | "margin" | "level" | "seeds" | "arms" | "pairs">;

/** The result of a study as a person would say it. */
export function sentenceOf(judged: Judged, scored: readonly ScoredArm[]): string {
  const { arms, metric, seeds } = judged;
  const [leader, next] = arms as readonly [ArmVerdict, ...ArmVerdict[]];
  const after = `${METRIC_TEXTS[metric]} ${afterEpochs(scored.find(({ arm }) => arm.label === leader.label)!)}`;
  const reached = `${accuracyOf(leader)} ${after}${divergedText(leader, seeds.length)}`;
  if (next === undefined) return `${leader.label} reached ${reached}${spreadText(leader, seeds.length)}.`;
  const leaders = arms.filter(({ score }) => leader.score - score < ROUNDING).map(({ label }) => label);
  const highest = `the highest ${after}: ${accuracyOf(leader)}${divergedText(leader, seeds.length)}`;
  if (seeds.length === 1)
    return leaders.length > 1
      ? `With one seed, nothing can be decided: ${namesText(leaders)} share ${highest}.`
      : `With one seed, nothing can be decided: ${leader.label} has ${highest}, but its lead of ${pointsText(leader.score - next.score)} over ${next.label} may be chance.`;
  const { better, equal, undecided } = against(judged, leader);
  if (arms.length === 2) return ofTwo(judged, leader, next, after);
  if (equal.length + undecided.length === 0)
    return `${leader.label} is better than all ${integerText(better.length)} others: ${reached}, ${pointsText(leader.score - next.score)} more than ${next.label}, the next.`;
  if (better.length + equal.length === 0 && leaders.length === 1)
    return `${leader.label} has ${highest}, but is not shown to be better than ${names(undecided)} (${moreSeedsText(undecided)}).`;
  const decided = [
    ...(better.length > 0 ? [`better than ${names(better)}`] : []),
    ...(equal.length > 0 ? [`equal to ${names(equal)} within ${marginText(judged.margin)}`] : []),
  ].join(", and ");
  const relations = [
    ...(decided === "" ? [] : [decided]),
    ...(undecided.length > 0
      ? [`not shown to differ from ${names(undecided)} (${moreSeedsText(undecided)})`]
      : []),
  ].join(", but ");
  return leaders.length > 1
    ? `${namesText(leaders)} share ${highest}; ${leader.label} is ${relations}.`
    : `${leader.label} has ${highest}; it is ${relations}.`;
}

/** Far below the accuracy of one image of any dataset, far above rounding errors. */
const ROUNDING = 1e-12;

function ofTwo({ pairs, margin, level, seeds }: Judged, a: ArmVerdict, b: ArmVerdict, after: string): string {
  const [{ verdict, difference, interval, equivalenceP, moreSeeds }] = pairs as readonly [PairVerdict];
  const [high, low] = [a, b].map((arm) => `${accuracyOf(arm)}${divergedText(arm, seeds.length)}`);
  if (verdict === "equal")
    return `${a.label} and ${b.label} are equal within ${marginText(margin)}: ${after} is ${high} and ${low}.`;
  if (verdict === "undecided")
    return `Nothing is decided between ${a.label} and ${b.label}: ${after} is ${high} and ${low}; ${moreSeedsText([{ moreSeeds }])}.`;
  const [from, to] = [interval!.low, interval!.high].map(pointsNumber);
  const little = equivalenceP! <= level ? `, which is less than the margin of ${marginText(margin)}` : "";
  return `${a.label} is better than ${b.label}: ${after} is ${high} against ${low}, a difference of ${pointsText(difference)} (95% interval ${from} to ${to})${little}.`;
}

/** The pairs of an arm, by verdict, in the order of the other arm's score. */
function against({ arms, pairs }: Judged, { label }: ArmVerdict) {
  const order = new Map(arms.map((arm, i) => [arm.label, i]));
  const others = pairs
    .filter(({ a, b }) => a === label || b === label)
    .map(({ a, b, ...pair }) => ({ ...pair, other: a === label ? b : a }))
    .sort((x, y) => order.get(x.other)! - order.get(y.other)!);
  const by = (verdict: PairVerdict["verdict"]) => others.filter((pair) => pair.verdict === verdict);
  return { better: by("better"), equal: by("equal"), undecided: by("undecided") };
}

const names = (pairs: readonly { readonly other: string }[]) => namesText(pairs.map(({ other }) => other));

/** "about 12 more seeds would decide" */
function moreSeedsText(pairs: readonly Pick<PairVerdict, "moreSeeds">[]): string {
  const most = pairs.reduce((sum, { moreSeeds }) => Math.max(sum, moreSeeds ?? Number.POSITIVE_INFINITY), 0);
  if (most > 1000) return "more than 1,000 more seeds would be needed";
  return `about ${integerText(most)} more ${most === 1 ? "seed" : "seeds"} would decide`;
}

/** The mean of the runs that completed: 98.32%. */
const accuracyOf = ({ score, accuracy }: ArmVerdict) => percentText(accuracy ?? score);

const divergedText = ({ diverged }: ArmVerdict, seeds: number) =>
  diverged === 0 ? "" : ` (${diverged} of ${seeds} runs diverged)`;

const spreadText = ({ noise }: ArmVerdict, seeds: number) =>
  noise === null || noise.observed === null
    ? ""
    : ` (mean of ${seeds} seeds, standard deviation ${pointsText(noise.observed)})`;

/** With early stopping, runs end in different epochs. */
function afterEpochs({ arm }: ScoredArm): string {
  const epochs = arm.completed.map((run) => finalEpoch(run)!.epoch);
  const least = epochs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = epochs.reduce((a, b) => Math.max(a, b), 0);
  const each = arm.completed.some(({ bestEpoch }) => bestEpoch !== undefined)
    ? " (early stopping: best epoch of each run)"
    : "";
  if (least < most) return `after ${least} to ${most} epochs${each}`;
  return `after ${most} ${most === 1 ? "epoch" : "epochs"}`;
}
