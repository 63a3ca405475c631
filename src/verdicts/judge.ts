import { z } from "zod";
import { DEFAULT_MARGIN, marginSchema } from "../config/margin.js";
import { seedRoundsOf } from "../config/seed-rounds.js";
import { randomStream } from "../data/random.js";
import { leastRounds } from "../statistics/adastop.js";
import { leastSeeds } from "../statistics/seeds-to-decide.js";
import { summarise } from "../statistics/summary.js";
import type { Study } from "../study/study.js";
import { LEVEL } from "../study/too-few-seeds.js";
import { atOnce, inTurns, type Work } from "../system/in-turns.js";
import { integerText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import { acrossTasks } from "./across-tasks.js";
import { sequentialLevel } from "./decide-in-rounds.js";
import { decidingPairs } from "./decide-pairs.js";
import { roundsDecision } from "./is-decided.js";
import { METRICS, type Metric } from "./metric.js";
import { noiseOf } from "./noise.js";
import { notesOf } from "./notes.js";
import { type PairVerdict, pairVerdict } from "./pair.js";
import { ranksOf } from "./ranks.js";
import { roundsNotes } from "./rounds-notes.js";
import { comparable, type ScoredArm } from "./scores.js";
import { sentenceOf } from "./sentence.js";
import { targetTimes } from "./target-times.js";
import { tasksSentence } from "./tasks-sentence.js";
import type { ArmVerdict, Verdicts } from "./verdicts.js";

/** How to judge a study. */
export interface VerdictOptions {
  /** The difference below which two arms count as equal, as a share of accuracy. Default: the study's, otherwise 0.002. */
  readonly margin?: number;
  /**
   * What to compare. Default: "validationAccuracy". Test accuracy is for settings that were selected on validation images, and is
   * to be read once.
   */
  readonly metric?: Metric;
}

const optionsSchema = z.strictObject({
  margin: marginSchema.optional(),
  metric: z.enum(METRICS).optional(),
});

/** A limit, because every pair is tested. */
export const MOST_ARMS = 100;

/** @throws OptimbenchError (CONFIG) if an option is not valid */
export const verdictsOf = (study: Study, options?: VerdictOptions): Verdicts =>
  atOnce(judging(study, options));

/** The same without blocking the event loop: 100 arms have 4,950 pairs, which take seconds. */
export const judgeStudy = (study: Study, options?: VerdictOptions): Promise<Verdicts> =>
  inTurns(judging(study, options));

/** The same in pieces, two per pair. */
export function* judging(study: Study, options: VerdictOptions = {}): Work<Verdicts> {
  const { margin = study.config.margin ?? DEFAULT_MARGIN, metric = "validationAccuracy" } = parse(
    optionsSchema,
    options,
    "options",
  );
  const targets = study.config.targets === undefined ? [] : targetTimes(study);
  const none = {
    metric,
    margin,
    level: LEVEL,
    seeds: [],
    leastSeeds: 1,
    arms: [],
    pairs: [],
    targets,
    notes: [],
  };
  const found = comparable(study, metric);
  if ("reason" in found) {
    const tasks = metric === "validationAccuracy" ? acrossTasks(study) : undefined;
    return { ...none, sentence: tasks === undefined ? found.reason : tasksSentence(tasks) };
  }
  const { arms, seeds } = found;
  if (arms.length > MOST_ARMS) return { ...none, seeds, sentence: tooMany(arms.length) };
  const resolution = 1 / arms.flatMap(({ images }) => images).reduce((least, each) => Math.min(least, each));
  const random = randomStream(0, "verdicts");
  const inRounds = roundsDecision(study, found, { margin });
  const decisions =
    inRounds?.decisions ??
    (yield* decidingPairs(
      arms.map(({ scores }) => scores),
      { margin, resolution, random },
    ));
  const ranks = ranksOf(arms.length, decisions);
  const open = decisions.filter(({ verdict }) => verdict !== "better").length;
  const pairs: PairVerdict[] = [];
  for (const each of decisions) {
    pairs.push(pairVerdict(each, arms, { margin, resolution, open, random }));
    yield;
  }
  const judged = arms
    .map((arm, i) => armVerdict(arm, ranks[i]!, metric))
    .sort((a, b) => a.rank - b.rank || b.score - a.score);
  const verdicts = {
    ...none,
    seeds,
    leastSeeds: fewestSeeds(study, arms.length),
    arms: judged,
    pairs,
  };
  return {
    ...verdicts,
    sentence: sentenceOf(verdicts, arms),
    notes: [...roundsNotes(study, inRounds), ...notesOf(verdicts, inRounds !== undefined)],
  };
}

/** The fewest seeds with which any arm can be called better. */
function fewestSeeds({ config }: Study, arms: number): number {
  const design = seedRoundsOf(config);
  if (design === undefined || arms < 2) return leastSeeds(Math.max(1, (arms * (arms - 1)) / 2), LEVEL);
  return design.perRound * (leastRounds({ ...design, level: sequentialLevel(arms) }) ?? design.rounds);
}

function armVerdict(scored: ScoredArm, rank: number, metric: Metric): ArmVerdict {
  const { arm, scores, completed } = scored;
  return {
    label: arm.label,
    slug: arm.slug,
    rank,
    score: summarise(scores).mean,
    accuracy: completed.length === 0 ? null : summarise(completed).mean,
    diverged: scores.length - completed.length,
    noise: noiseOf(scored, metric) ?? null,
  };
}

const tooMany = (count: number) =>
  `Nothing is ranked: ${integerText(count)} arms have ${integerText((count * (count - 1)) / 2)} pairs, which are too many to be told apart. Compare at most ${MOST_ARMS} arms.`;
