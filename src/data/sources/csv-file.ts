import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { dataError, reasonOf } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { integerText } from "../../validation/count-text.js";
import { MOST_BYTES } from "../dataset.js";
import { PixelList } from "../pixel-list.js";
import { type Watch, watched } from "../watch.js";
import { type ColumnOptions, type Columns, chooseColumns } from "./csv-columns.js";
import { decimalNumber } from "./decimal-number.js";
import { isGzip } from "./is-gzip.js";

/** The content of a CSV file of images. */
export interface CsvImages {
  readonly file: string;
  /** Numbers per image. */
  readonly width: number;
  readonly pixels: Uint8Array | Float32Array;
  readonly labels: readonly string[];
  /** The line of each label, from 1. */
  readonly lines: readonly number[];
  /** What the column of groups says, if there is one. */
  readonly groups?: readonly string[];
}

/** What bytes become that are not UTF-8. */
const UNDECODED = "\ufffd";
const LONGEST_LINE = 2 ** 25;
/** The largest number of images. */
const MOST_ROWS = 2 ** 24;

/**
 * Reads a CSV file with an image per line: numbers, and a label in one column. Columns are separated by commas, semicolons or tabs.
 *
 * @returns undefined if it is a file of a test set without labels
 * @throws OptimbenchError (DATA) with the file, line and column of the first value that does not fit
 */
export async function readCsv(
  file: string,
  options: ColumnOptions & { readonly mayLackLabels: boolean },
  watch: Watch,
): Promise<CsvImages | undefined> {
  const fail = (problem: string, cause?: unknown) => dataError(`${file}${problem}`, cause);
  const [pixels, labels, lines, groups]: [PixelList, string[], number[], string[]] = [
    new PixelList(),
    [],
    [],
    [],
  ];
  let columns: Columns | undefined;
  try {
    for await (const { record, info } of await records(file, watch)) {
      const line = info.lines;
      if (columns === undefined) {
        columns = chooseColumns(record, options, (problem) => fail(`, line ${line}: ${problem}`));
        if (columns === undefined) return undefined;
        if (columns.isHeader) continue;
      }
      if (record.length !== columns.count)
        throw fail(
          `, line ${line}: it has ${integerText(record.length)} columns, but the first line has ${integerText(columns.count)}.${record.length > 1.5 * columns.count ? " If its decimals are written with commas, write them with points." : ""}`,
        );
      if (labels.length >= MOST_ROWS) throw fail(`: it has more than ${integerText(MOST_ROWS)} images.`);
      const label = record[columns.label]!;
      if (label === "")
        throw fail(`, line ${line}, column ${columns.text(columns.label)}: the label is empty.`);
      if (label.includes(UNDECODED))
        throw fail(
          `, line ${line}, column ${columns.text(columns.label)}: the label is not UTF-8 text. Save the file as UTF-8.`,
        );
      labels.push(label);
      lines.push(line);
      if (columns.group !== undefined) groups.push(record[columns.group]!);
      for (const column of columns.pixels) {
        const text = record[column]!;
        const value = decimalNumber(text);
        if (!Number.isFinite(value))
          throw fail(
            `, line ${line}, column ${columns.text(column)}: expected a number, got ${JSON.stringify(text.slice(0, 40))}.`,
          );
        if (!pixels.push(value))
          throw fail(`: it has more values than fit into ${integerText(Math.floor(MOST_BYTES / 1e6))} MB.`);
      }
    }
  } catch (cause) {
    if (isFileProblem(cause)) throw dataError(`Cannot read ${file}: ${fileProblem(cause)}.`, cause);
    const { code, lines: line } = cause as { code?: unknown; lines?: number };
    if (typeof code === "string" && code.startsWith("CSV_"))
      throw fail(`, line ${line ?? "?"}: ${PROBLEMS[code] ?? reasonOf(cause)}`, cause);
    if (typeof code === "string" && code.startsWith("Z_"))
      throw dataError(`Cannot read ${file}: its gzip stream is damaged (${reasonOf(cause)}).`, cause);
    throw cause;
  }
  if (columns === undefined || labels.length === 0) throw fail(": it has no images.");
  return {
    file,
    width: columns.pixels.length,
    pixels: pixels.values,
    labels,
    lines,
    ...(columns.group !== undefined && { groups }),
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quoted value is not closed.",
  CSV_MAX_RECORD_SIZE: `it is longer than ${integerText(LONGEST_LINE)} characters.`,
};

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function records(file: string, watch: Watch): Promise<AsyncIterable<Row>> {
  const { parse } = await import("csv-parse");
  const isPacked = await isGzip(file);
  const parser = parse({
    bom: true,
    delimiter: [",", ";", "\t"],
    info: true,
    max_record_size: LONGEST_LINE,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  });
  const { size: total } = await stat(file);
  const bytes = Readable.from(watched(createReadStream(file), { path: file, total, watch }));
  bytes.on("error", (error) => parser.destroy(error));
  if (!isPacked) return bytes.pipe(parser);
  const gunzip = createGunzip();
  gunzip.on("error", (error) => parser.destroy(error));
  return bytes.pipe(gunzip).pipe(parser);
}
