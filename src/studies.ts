// The public functions of studies. Each loads its module when it is first called, as those of index.ts do.

import type { Finding } from "./checks/check.js";
import type { CheckOptions } from "./checks/check-study.js";
import type { CompareConfig } from "./config/compare-config.generated.js";
import type { QueueOptions } from "./queue/queue.js";
import type { WorkerOptions } from "./queue/worker-options.js";
import type { ReportOptions } from "./report/folder/write-report.js";
import type { NamedStudy } from "./report/results/side-by-side.js";
import type { CompareCallbacks } from "./study/callbacks.js";
import type { StudyDiff } from "./study/diff.js";
import type { EstimateOptions, StudyEstimate } from "./study/estimate.js";
import type { Executor } from "./study/executor.js";
import type { MergeOptions } from "./study/merge.js";
import type { Study } from "./study/study.generated.js";
import type { Verification, VerifyOptions } from "./study/verify.js";
import { keepWhole, plainData } from "./validation/plain-data.js";
import type { VerdictOptions } from "./verdicts/judge.js";
import type { Verdicts } from "./verdicts/verdicts.js";

/**
 * Trains every optimizer with every loss and seed under equal conditions: runs with the same seed have the same split,
 * initial weights and data order.
 *
 * @example
 * ```ts
 * const study = await compare({ optimizers: ["adam", "sgd"], seeds: 3, epochs: 2 });
 * await writeReport(study, "adam-and-sgd");
 * ```
 *
 * @param config what to compare, and optional callbacks; every key has a default
 * @returns the study, with the content of `study.json`
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA, DATA, MEMORY or LIBTORCH before the first run, FILE if
 *   `folder` has another study or cannot be written, NATIVE if a run fails later, QUEUE if the server of `executor` cannot be
 *   reached, ABORTED if the signal ends the reading of images
 */
export async function compare(config: CompareConfig & CompareCallbacks = {}): Promise<Study> {
  const plain = plainData(config, "compare config") as typeof config;
  return (await import("./tuning/compare-tuned.js")).compare(plain);
}

/**
 * Has the runs of a study trained by workers on other machines, over BullMQ on a Redis server. Both need packages that are not
 * installed with this one: `npm install bullmq ioredis`.
 *
 * @example
 * ```ts
 * const connection = "redis://host:6379";
 * await compare({ optimizers: "all", seeds: 10, folder: "study", executor: queue({ connection }) });
 * ```
 *
 * @param options the server, and how the study is served. `compare` checks them.
 * @returns what `compare` takes as `executor`
 */
export function queue(options: QueueOptions = {}): Executor {
  const plain = plainData(options, "options") as typeof options;
  const executor = async () => (await import("./queue/queue.js")).queueExecutor(plain);
  return keepWhole({
    ready: async () => (await executor()).ready(),
    run: async (...work) => (await executor()).run(...work),
  } satisfies Executor);
}

/**
 * Takes runs of studies from a queue and trains them, as `optimbench worker` does, until `signal` ends it.
 *
 * @param options the server, and how many runs at once
 * @throws {@link OptimbenchError} by rejection: CONFIG or FILE for invalid options, QUEUE if BullMQ is missing or the server refuses
 *   the connection, LIBTORCH
 */
export async function runWorker(options: WorkerOptions = {}): Promise<void> {
  return (await import("./queue/worker.js")).runWorker(options);
}

/**
 * Estimates what a study would take, from a few measured steps of each kind of run. Nothing is kept or written.
 *
 * @example
 * ```ts
 * const { runs, seconds } = await estimateStudy({ optimizers: ["adam", "sgd"], seeds: 10, epochs: 20 });
 * ```
 *
 * @param config what would be compared, as for `compare`
 * @param options a folder whose finished runs count, and a signal
 * @returns runs, time, memory and disk space
 * @throws {@link OptimbenchError} by rejection: as `compare` before the first run
 */
export async function estimateStudy(
  config: CompareConfig = {},
  options: EstimateOptions = {},
): Promise<StudyEstimate> {
  const plain = plainData(config, "compare config") as typeof config;
  return (await import("./tuning/estimate-study.js")).estimateStudy(plain, options);
}

/**
 * Joins studies that ran in several folders, such as the parts of `shard`, in a new folder. One of them must ask for every run of
 * the others.
 *
 * @example
 * ```ts
 * const study = await mergeStudies(["part-1", "part-2"], "whole");
 * ```
 *
 * @param folders folders of studies
 * @param into the folder for the whole study: `cells.jsonl` and `study.json`
 * @param options whether to replace a study there
 * @returns the whole study
 * @throws {@link OptimbenchError} by rejection: CONFIG for invalid arguments, FILE if a folder has no study or does not belong to
 *   the others, or if a run has other results in two of them; the message names the folder and what differs
 */
export async function mergeStudies(
  folders: readonly string[],
  into: string,
  options?: MergeOptions,
): Promise<Study> {
  return (await import("./study/merge.js")).mergeStudies(folders, into, options);
}

/**
 * Writes a report of a study to a folder: `index.html` (a single file that needs no network), `table.md`, `table.tex`, `runs.csv`
 * (one row per run), `epochs.csv` (one row per run and epoch) and `figures/`. A report that is already in the folder is replaced. Other files remain.
 *
 * @param study what `compare` or `readStudy` returned
 * @param folder the folder to write to; created if it does not exist
 * @param options what to add to the report
 * @returns the paths of all files written; `index.html` is last
 * @throws {@link OptimbenchError} by rejection: CONFIG if `study` is not a study, FILE if the folder cannot be written to
 */
export async function writeReport(study: Study, folder: string, options?: ReportOptions): Promise<string[]> {
  return (await import("./report/folder/write-report.js")).writeReport(study, folder, options);
}

/**
 * Writes a page of studies side by side to a folder: `index.html`, a single file that needs no network. Arms with the same label
 * share a row, and each study has its columns; what differs between the questions and environments of the first study and each
 * other one is listed. An `index.html` that is already in the folder is replaced. Other files remain.
 *
 * @example
 * ```ts
 * const [before, after] = [await readStudy("before/study.json"), await readStudy("after/study.json")];
 * await writeSideBySide([{ name: "before", study: before }, { name: "after", study: after }], "side-by-side");
 * ```
 *
 * @param studies two or more studies, and what the page calls them
 * @param folder the folder to write to; created if it does not exist
 * @returns the paths of all files written
 * @throws {@link OptimbenchError} by rejection: CONFIG if there are fewer than two studies, or if one is not a study, FILE if the
 *   folder cannot be written to
 */
export async function writeSideBySide(studies: readonly NamedStudy[], folder: string): Promise<string[]> {
  return (await import("./report/folder/write-side-by-side.js")).writeSideBySide(studies, folder);
}

/**
 * Writes a study to a file, as indented JSON. NaN and infinity, which JSON lacks, become null. The file is written completely
 * or not at all.
 *
 * @param study what `compare` or `readStudy` returned
 * @param path the file to write; it is replaced if it exists, and missing folders are created
 * @throws {@link OptimbenchError} by rejection: CONFIG if `study` is not a study, FILE if the file cannot be written
 */
export async function writeStudy(study: Study, path: string): Promise<void> {
  return (await import("./study/study-file.js")).writeStudy(study, path);
}

/**
 * Reads a study that `writeStudy` or `optimbench compare` wrote.
 *
 * @param path the file, such as `report/study.json`
 * @returns the study
 * @throws {@link OptimbenchError} by rejection: FILE if the file cannot be read or does not contain a study
 */
export async function readStudy(path: string): Promise<Study> {
  return (await import("./study/study-file.js")).readStudy(path);
}

/**
 * Judges a study: a verdict on every pair of arms (better, equal within the margin, or undecided), a rank for
 * each arm, and the result in one sentence.
 *
 * @example
 * ```ts
 * const { sentence, pairs } = await judgeStudy(await readStudy("report/study.json"));
 * ```
 *
 * @param study what `compare` or `readStudy` returned
 * @param options the margin, and what to compare
 * @returns ranks, pairs and the sentence, as plain data
 * @throws {@link OptimbenchError} by rejection: CONFIG if an option is not valid
 */
export async function judgeStudy(study: Study, options?: VerdictOptions): Promise<Verdicts> {
  return (await import("./verdicts/judge.js")).judgeStudy(study, options);
}

/**
 * Runs random runs of a study again and compares what they measure: bit for bit on the same kind of machine, otherwise within a
 * tolerance of 0.02 + 5% of the value.
 *
 * @example
 * ```ts
 * const { passed } = await verifyStudy(await readStudy("report/study.json"), { cells: 3 });
 * ```
 *
 * @param study what `compare` or `readStudy` returned; its datasets must be on this machine
 * @param options how many runs, and which
 * @returns whether the results are equal, and where they differ
 * @throws {@link OptimbenchError} by rejection: CONFIG if `study` has no finished run, otherwise as `train`
 */
export async function verifyStudy(study: Study, options?: VerifyOptions): Promise<Verification> {
  return (await import("./study/verify.js")).verifyStudy(study, options);
}

/**
 * Compares two studies: what they ask, where they ran, and what each run measured, apart from times. Arms are matched by what they
 * are, whatever their names.
 *
 * @example
 * ```ts
 * const { equal, runs } = await diffStudies(await readStudy("before/study.json"), await readStudy("after/study.json"));
 * ```
 *
 * @param a what `compare` or `readStudy` returned
 * @param b the study to compare with `a`
 * @returns what differs
 * @throws {@link OptimbenchError} by rejection: CONFIG if `a` or `b` is not a study
 */
export async function diffStudies(a: Study, b: Study): Promise<StudyDiff> {
  return (await import("./study/diff.js")).diffStudies(a, b);
}

/**
 * Looks for mistakes that studies of optimizers are known for, such as too few seeds or unequal budgets. Each has a section in
 * docs/checks.md.
 *
 * @example
 * ```ts
 * const findings = await checkStudy(await readStudy("report/study.json"), { ignore: ["one-task"] });
 * ```
 *
 * @param study what `compare` or `readStudy` returned
 * @param options which checks to omit
 * @returns what was found, failures first; empty if nothing was
 * @throws {@link OptimbenchError} by rejection: CONFIG if `study` is not a study, or if there is no such check
 */
export async function checkStudy(study: Study, options?: CheckOptions): Promise<readonly Finding[]> {
  return (await import("./checks/check-study.js")).checkStudy(study, options);
}
