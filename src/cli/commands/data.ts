import { existsSync } from "node:fs";
import { extname } from "node:path";
import { Argument, type Command, InvalidArgumentError } from "commander";
import { type Augmentation, augmentationSchema } from "../../config/augmentation.js";
import type { Dataset } from "../../data/dataset.js";
import { describeDataset } from "../../data/describe-dataset.js";
import { loadDataset } from "../../data/load-dataset.js";
import type { LoadOptions } from "../../data/load-options.js";
import {
  DATASET_NAMES,
  type DatasetName,
  isDatasetName,
  PUBLISHED_NAMES,
  placeOfNamed,
} from "../../data/named/named-datasets.js";
import type { PublishedName } from "../../data/named/published.js";
import { type ReadOptions, readOptionsOf } from "../../data/read-options.js";
import { configError, OptimbenchError } from "../../errors.js";
import { namedSamples } from "../../report/charts/named-samples.js";
import { plainTable } from "../../system/plain-table.js";
import { writeFileAtomically } from "../../system/write-file.js";
import { augmentedImages } from "../../training/augmented-images.js";
import { integerText } from "../../validation/count-text.js";
import { didYouMean } from "../../validation/nearest.js";
import { parse } from "../../validation/parse.js";
import { imageSize } from "../options/config-options.js";
import { decimalNumber } from "../options/decimal-number.js";
import { parseSettings } from "../options/spec.js";
import { wholeNumber } from "../options/whole-number.js";
import { type Answer, addAction } from "../output/answer.js";
import { datasetText } from "../output/dataset-text.js";
import { checkOutFile } from "../output/out-file.js";
import { showDownload } from "../progress/download-progress.js";
import { onInterrupt } from "../progress/interrupt.js";
import { showPart } from "../progress/part-progress.js";
import { showReading } from "../progress/read-progress.js";

/** Adds `optimbench data`, which lists, fetches and draws datasets. */
export function addDataCommand(program: Command): void {
  const data = program.command("data").description("list, describe, fetch or draw datasets");
  const dataDir = [
    "--data-dir <folder>",
    "folder with the files of a named dataset (default: OPTIMBENCH_DATA, then the per-user cache)",
  ] as const;

  const describe = data
    .command("describe", { isDefault: true })
    .description("list the named datasets, or describe one: classes, values, duplicates (default)")
    .argument("[dataset]", "name of a dataset, or its path (default: list the named ones)")
    .option(...dataDir)
    .allowExcessArguments();
  addAction(
    addReadOptions(describe),
    async (answer, dataset: string | undefined, options: DescribeOptions) => {
      if (dataset === undefined) return listDatasets(answer, options);
      // Unknown sub-commands of `data` arrive here as arguments.
      if (describe.args.length > 1 || isLikeCommand(data, dataset)) throw unknownCommand(data, dataset);
      await describeOne(answer, dataset, options);
    },
  );

  const fetch = data
    .command("fetch")
    .description(
      "download a dataset, by default into the per-user cache; an interrupted download is continued",
    )
    .addArgument(new Argument("<dataset>").choices(PUBLISHED_NAMES))
    .option("--data-dir <folder>", "folder to write its files to")
    .option("--mirror <url...>", "base URLs to download from instead of the public mirrors", webFolder)
    .option("--quiet", "print problems only");
  addAction(fetch, fetchDataset);

  const samples = data
    .command("samples")
    .description("write an image with samples of each class")
    .argument("[dataset]", "name of a dataset, or its path (default: as for training)")
    .requiredOption("--out <file>", "PNG file to write")
    .option("--per-class <number>", "samples per class, 1 to 100", wholeNumber(1, 100), 12)
    .option("--seed <number>", "seed that selects the samples", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option(
      "--augmentation <settings>",
      "augment the samples as training would, such as shift=2:rotation=10",
      (text) => parse(augmentationSchema, parseSettings(text), "augmentation"),
    )
    .option(...dataDir);
  addAction(addReadOptions(samples), writeSamples);
}

const addReadOptions = (command: Command) =>
  command
    .option("--resize <pixels>", "size to which all images are resized, such as 32 or 32x48", imageSize)
    .option("--label-column <name|number>", "column of the labels in CSV files", decimalNumber)
    .option("--group-column <name|number>", "column of CSV files that groups images", decimalNumber)
    .option("--label-file <file.npy>", "file of the labels, for an .npy file of images")
    .option("--greyscale", "convert colour images to one channel");

interface DescribeOptions extends ReadOptions {
  readonly dataDir?: string;
}

/** Whether a word is the name of no dataset and no file, but similar to a command's. */
const isLikeCommand = (data: Command, word: string) =>
  !isDatasetName(word) &&
  !existsSync(word) &&
  didYouMean(
    word,
    data.commands.map((command) => command.name()),
  ) !== "";

async function describeOne(
  answer: Answer,
  name: string,
  { dataDir, ...reading }: DescribeOptions,
): Promise<void> {
  const dataset = await readDataset(name, { dataDir, ...readOptionsOf(reading) });
  const progress = showPart("examining images");
  try {
    const description = await describeDataset(dataset, progress.onProgress);
    answer.give(description, () => datasetText(description));
  } finally {
    progress.stop();
  }
}

async function readDataset(name: string | undefined, options: LoadOptions): Promise<Dataset> {
  const reading = showReading();
  try {
    return await loadDataset(name, { ...options, onRead: reading.onRead });
  } finally {
    reading.stop();
  }
}

async function listDatasets(answer: Answer, { dataDir }: DescribeOptions): Promise<void> {
  const rows: DatasetStatus[] = [];
  for (const name of DATASET_NAMES) rows.push(await datasetStatus(name, dataDir)); // one after the other, to save memory
  answer.give(rows, () => listText(rows));
}

function listText(rows: readonly DatasetStatus[]): string {
  const text = (count: number | null) => (count === null ? "–" : integerText(count));
  const table = plainTable(
    [
      { title: "dataset" },
      { title: "images" },
      { title: "test images" },
      { title: "classes" },
      { title: "where", path: true },
    ],
    rows.map(({ name, count, testCount, classes, where }) => [
      name,
      ...[count, testCount, classes].map(text),
      where ?? "not found",
    ]),
  );
  const problems = rows.flatMap(({ where, problem }) =>
    where === null || problem === null ? [] : [problem],
  );
  const isMissing = rows.some(({ where }) => where === null);
  return [
    table,
    ...problems,
    ...(isMissing ? ["Fetch one that was not found: optimbench data fetch NAME"] : []),
  ].join("\n");
}

/** A named dataset, and where it is on this machine. */
export interface DatasetStatus {
  readonly name: DatasetName;
  readonly available: boolean;
  /** Null if it was not found. */
  readonly where: string | null;
  readonly count: number | null;
  readonly testCount: number | null;
  readonly classes: number | null;
  /** Why it cannot be used; null if it can. */
  readonly problem: string | null;
}

/** Where a named dataset is on this machine. Loads it, so that its content is checked. */
async function datasetStatus(name: DatasetName, dataDir: string | undefined): Promise<DatasetStatus> {
  const where = placeOfNamed(name, dataDir) ?? null;
  try {
    const { count, test, classes } = await loadDataset(name, { dataDir });
    return { name, available: true, where, count, testCount: test?.count ?? null, classes, problem: null };
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    const nothing = { count: null, testCount: null, classes: null };
    return { name, available: false, where, ...nothing, problem: error.message };
  }
}

async function fetchDataset(
  answer: Answer,
  name: PublishedName,
  { dataDir, mirror, quiet = false }: { dataDir?: string; mirror?: string[]; quiet?: boolean },
): Promise<void> {
  const interrupt = onInterrupt();
  const progress = showDownload({ quiet });
  const before = placeOfNamed(name, dataDir);
  try {
    const { onProgress } = progress;
    await loadDataset(name, {
      dataDir,
      download: true,
      mirrors: mirror,
      onProgress,
      signal: interrupt.signal,
    });
  } finally {
    progress.stop();
    interrupt.stop();
  }
  const state = before === undefined ? "downloaded and verified" : "already present, verified";
  const where = placeOfNamed(name, dataDir);
  answer.give({ name, where, wasDownloaded: before === undefined });
  if (!quiet) answer.remark(`${name}: ${state}: ${where}`);
}

interface SamplesOptions extends ReadOptions {
  readonly out: string;
  readonly perClass: number;
  readonly seed: number;
  readonly augmentation?: Augmentation;
  readonly dataDir?: string;
}

async function writeSamples(
  answer: Answer,
  name: string | undefined,
  { out, perClass, seed, augmentation, dataDir, ...reading }: SamplesOptions,
): Promise<void> {
  if (extname(out).toLowerCase() !== ".png")
    throw configError(`Expected a file name ending in .png for --out, got "${out}".`);
  await checkOutFile(out, "--out");
  const dataset = await readDataset(name, { dataDir, ...readOptionsOf(reading) });
  const displayed =
    augmentation === undefined
      ? dataset
      : { ...dataset, images: augmentedImages(dataset, augmentation, { seed, epoch: 1 }) };
  await writeFileAtomically(out, await namedSamples(displayed, { perClass, seed }));
  const how = augmentation === undefined ? "" : ", augmented as in the first epoch of a run";
  answer.give({ file: out, dataset: dataset.name, classes: dataset.classes, perClass });
  answer.remark(
    `${out}: up to ${perClass} samples of each of the ${dataset.classes} classes of ${dataset.name}${how}`,
  );
}

function unknownCommand(data: Command, word: string) {
  const names = data.commands.map((command) => command.name());
  return configError(
    `Unknown command "data ${word}".${didYouMean(word, names)} Expected ${names.join(", ")}.`,
  );
}

function webFolder(text: string, previous: readonly string[] = []): string[] {
  if (/^https?:/.test(text) && URL.canParse(text)) return [...previous, text];
  throw new InvalidArgumentError("Expected a URL that starts with https:// or http://.");
}
