import { setMaxListeners } from "node:events";
import { OptimbenchError } from "../errors.js";
import { hostIdentity } from "../system/host-identity.js";
import { runInParallel } from "../system/run-in-parallel.js";
import { stopwatch } from "../system/stopwatch.js";
import type { CheckpointSettings } from "../training/checkpoint/checkpoint-options.js";
import type { RunRecord } from "../training/run-record.js";
import { type Run, trainPlan } from "../training/train.js";
import { countText } from "../validation/count-text.js";
import { durationSeconds } from "../validation/duration.js";
import { groupBy } from "../validation/group-by.js";
import type { CompareCallbacks } from "./callbacks.js";
import type { Cell, Question } from "./cell-lines.js";
import type { ExecutorContext } from "./executor.js";
import type { PlannedCell } from "./planned-cell.js";
import type { PlannedRun } from "./planned-run.js";
import { shareCells } from "./share-cells.js";
import type { Study } from "./study.js";
import type { StudyFolder } from "./study-folder.js";
import { StudyResults, type TakenOver } from "./study-results.js";

type Callbacks = Pick<
  CompareCallbacks,
  | "onPlan"
  | "onEpoch"
  | "onRun"
  | "onSkip"
  | "onNotice"
  | "signal"
  | "profile"
  | "shard"
  | "budget"
  | "executor"
>;

interface Setting extends Readonly<{ [Key in keyof Callbacks]: Callbacks[Key] | undefined }> {
  /** The checkpoints of the only run. */
  readonly checkpoint: CheckpointSettings | undefined;
  readonly question: Question;
  /** Where finished cells are kept; undefined for nowhere. */
  readonly store: StudyFolder | undefined;
  /** Number of arms. */
  readonly arms: number;
  readonly atOnce: number;
  /** Runs per round, and whether the study so far needs no more rounds; undefined for one round. */
  readonly rounds?: { readonly runs: number; readonly isDecided: (study: Study) => boolean } | undefined;
}

/**
 * Runs the cells that the store does not have, in the order of their numbers. Returns the study of all finished ones, in the order
 * of the plan.
 */
export async function runCells(cells: readonly PlannedCell[], setting: Setting): Promise<Study> {
  const { store, executor, onPlan, onEpoch, onRun, onSkip, onNotice, signal, profile = false } = setting;
  /** Cells from an executor, if no folder keeps them. */
  const received = new Map<string, Cell>();
  const finished = store?.finished ?? received;
  const results = new StudyResults(store?.question ?? setting.question, cells, { finished });

  const failure = new AbortController();
  const ended = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  setMaxListeners(0, ended); // each run in progress listens
  let recorded: Promise<void> = Promise.resolve();
  const unannounced: TakenOver[] = [];
  /** The study with everything that the store has. Callbacks wait until the store is no longer locked. */
  const current = () => {
    unannounced.push(...results.update());
    return results.finalStudy;
  };
  /** Takes over what finished elsewhere. */
  const takeOver = () => {
    for (const { index, record } of [...unannounced.splice(0), ...results.update()])
      onSkip?.(cells[index]!.planned, record);
  };
  const record = async (cell: PlannedCell, run: Run) => {
    results.add(cell, run.record);
    takeOver();
    if (store && isFinished(run.record)) {
      const { environment, config } = setting.question;
      const place = { ...hostIdentity(), environment, execution: config.execution };
      await noticing(() => store.add({ key: cell.key, ...place, record: run.record }));
    }
    await onRun?.(run, results.study, cell.planned);
    await noticing(() => store?.save(current));
  };
  const told = new Set<string>();
  /**
   * A failure to write is not the end, since the next write may succeed. It is told once, not after every run; after the last run,
   * `finish` throws it.
   */
  const noticing = async (write: () => Promise<void> | undefined): Promise<boolean> => {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof OptimbenchError)) throw error;
      if (ended.aborted || results.isComplete || told.has(error.message)) return false;
      told.add(error.message);
      onNotice?.(`${error.message} The study continues, and the file is written again after each run.`);
      return false;
    }
  };
  const train = async (cell: PlannedCell) => {
    const run = await trainPlan(cell.plan, cell.dataset, {
      onEpoch: (epoch) => onEpoch?.(epoch, cell.planned),
      signal: ended,
      profile,
      checkpoint: setting.checkpoint ?? store?.checkpoints.settingsOf(cell.key),
      onNotice,
    });
    const before = recorded;
    recorded = before.then(() => record(cell, run)).finally(() => run.model.dispose());
    await recorded;
  };
  const context: ExecutorContext = {
    question: store?.question ?? setting.question,
    isKept: store !== undefined,
    profile,
    signal: ended,
    async refresh() {
      await store?.refresh();
      takeOver();
    },
    hasFinished: ({ key }) => finished.has(key),
    async finish(cell, done) {
      if (finished.has(cell.key)) return true;
      received.set(cell.key, done);
      const isKept = await noticing(() => store?.add(done));
      onSkip?.(cell.planned, results.takeOver(cell, done.record)); // without a look at all cells
      await noticing(() => store?.save(current));
      return isKept;
    },
    fail: (cell, reason) => results.fail(cell, reason),
    onEpoch: async (cell, epoch) => onEpoch?.(epoch, cell.planned),
    onNotice: (text) => onNotice?.(text),
  };
  const inOrder = (left: readonly PlannedCell[], work: (cell: PlannedCell) => Promise<void>) =>
    runInParallel(
      left,
      setting.atOnce,
      async (cell) => {
        if (!ended.aborted) await work(cell);
      },
      () => failure.abort(),
    );

  const elapsed = stopwatch();
  const limit = setting.budget === undefined ? Number.POSITIVE_INFINITY : durationSeconds(setting.budget);
  const secondsOf = (some: readonly PlannedCell[]) =>
    some.reduce((sum, cell) => sum + results.secondsOf(cell), 0) / Math.min(setting.atOnce, some.length);
  const inTurn = cells.toSorted((a, b) => a.planned.number - b.planned.number);
  const unfinished = inTurn.filter(({ key }) => !store?.finished.has(key));
  const mine = unfinished.filter(({ planned }) => isInShard(planned, setting.shard));
  onPlan?.(inTurn.map(({ planned }) => planned));
  takeOver();
  for (const cell of unfinished) if (!isInShard(cell.planned, setting.shard)) onSkip?.(cell.planned);
  if (unfinished.length < cells.length) {
    const [ready, all] = [cells.length - unfinished.length, countText(cells.length, "run")];
    onNotice?.(`${ready} of ${all} finished earlier and ${ready === 1 ? "does" : "do"} not run again.`);
  }
  try {
    const groups = inRounds(mine, setting.rounds?.runs ?? runsPerSeeds(setting));
    for (const [i, round] of groups.entries()) {
      if (setting.rounds?.isDecided(results.study)) break;
      if (i > 0 && elapsed() + secondsOf(round) > limit) {
        onNotice?.(outOfTime(setting, groups.slice(i).flat()));
        break;
      }
      if (executor !== undefined) await executor.run(round, context);
      else if (store === undefined) await inOrder(round, train);
      else await shareCells(round, { store, inOrder, train, takeOver, onNotice, ended });
      takeOver();
      if (ended.aborted) break;
    }
  } catch (error) {
    await store?.finish(current).catch((problem: Error) => onNotice?.(problem.message));
    throw error;
  }
  takeOver();
  await store?.finish(current);
  takeOver();
  return results.finalStudy;
}

/** With a budget, whole seeds run at a time: as few as occupy all threads. */
function runsPerSeeds({ budget, arms, atOnce }: Setting): number | undefined {
  return budget === undefined ? undefined : arms * Math.ceil(atOnce / arms);
}

function outOfTime({ budget, store }: Setting, left: readonly PlannedCell[]): string {
  const seeds = new Set(left.map(({ plan }) => plan.config.seed)).size;
  const run = seeds === 1 ? "1 seed does" : `${seeds} seeds do`;
  const more = store === undefined ? "" : " The same command continues the study.";
  return `Another seed would exceed the budget of ${budget}, so ${run} not run.${more}`;
}

/** Cells by their round. Those of the first seeds have the lowest numbers. */
const inRounds = (cells: readonly PlannedCell[], runs = Number.POSITIVE_INFINITY): PlannedCell[][] =>
  groupBy(cells, ({ planned }) => Math.floor((planned.number - 1) / runs));

/** A diverged run is a result: it diverges again. A cancelled one is not. */
const isFinished = ({ status }: RunRecord): boolean => status !== "cancelled";

/** Whether a run belongs to a shard such as "3/8". */
function isInShard({ number }: PlannedRun, shard: string | undefined): boolean {
  if (shard === undefined) return true;
  const [index, count] = shard.split("/").map(Number) as [number, number];
  return (number - 1) % count === index - 1;
}
