import { countText } from "../../validation/count-text.js";
import { didYouMean } from "../../validation/nearest.js";
import { decimalNumber } from "./decimal-number.js";

/** Which columns of a CSV file are not pixels: by their name in the header, or their number from 1. */
export interface ColumnOptions {
  readonly labelColumn?: string | number | undefined;
  readonly groupColumn?: string | number | undefined;
}

/** What the columns of a CSV file are, as indices. */
export interface Columns {
  readonly count: number;
  /** Whether the first line names the columns. */
  readonly isHeader: boolean;
  readonly label: number;
  readonly group?: number;
  readonly pixels: readonly number[];
  /** The name or number of a column, for messages. */
  text(column: number): string;
}

const LABEL_NAMES = ["label", "labels", "class", "target"];
/** The index column that pandas writes. */
const isIndexName = (name: string) => name === "" || /^unnamed: 0$/i.test(name);

/**
 * Finds the columns from the first line. It is a header if it names the label or most of its values are not numbers. Without a
 * header, the label is the first column.
 *
 * @returns undefined if there is no label column, and the file may lack one
 */
export function chooseColumns(
  first: readonly string[],
  options: ColumnOptions & { readonly mayLackLabels: boolean },
  fail: (problem: string) => Error,
): Columns | undefined {
  const names = first.map((name) => name.toLowerCase());
  const words = first.filter((name) => Number.isNaN(decimalNumber(name))).length;
  const wanted = [options.labelColumn, options.groupColumn].filter((each) => typeof each === "string");
  const isHeader =
    words > first.length / 2 ||
    LABEL_NAMES.some((name) => names.includes(name)) ||
    wanted.some((name) => first.includes(name));

  const find = (key: "labelColumn" | "groupColumn"): number | undefined => {
    const column = options[key];
    if (column === undefined) return undefined;
    const named = isHeader ? first.indexOf(String(column)) : -1;
    if (named >= 0) return named;
    if (typeof column === "number" && column <= first.length) return column - 1;
    if (typeof column === "number")
      throw fail(`\`${key}\` is ${column}, but there are ${countText(first.length, "column")}.`);
    throw fail(
      isHeader
        ? `there is no column "${column}" (\`${key}\`).${didYouMean(column, first)} The columns are ${shown(first)}.`
        : `\`${key}\` is "${column}", but the first line is not a header. Give the number of the column, from 1.`,
    );
  };

  const labelByName = (): number | undefined => {
    const [column, other] = names.flatMap((name, index) => (LABEL_NAMES.includes(name) ? [index] : []));
    if (column === undefined || other === undefined) return column;
    throw fail(
      `the columns ${column + 1} ("${first[column]}") and ${other + 1} ("${first[other]}") may both be the label. ` +
        "Say which one is with `labelColumn` (--label-column), and remove the other unless it is a pixel.",
    );
  };

  const label = find("labelColumn") ?? (isHeader ? labelByName() : 0);
  if (label === undefined) {
    if (options.mayLackLabels) return undefined;
    throw fail(
      `no column is named ${LABEL_NAMES.map((name) => `"${name}"`).join(", ")}. The columns are ${shown(first)}. ` +
        "Say which one is the label with `labelColumn` (--label-column).",
    );
  }
  const group = find("groupColumn");
  if (group === label) throw fail("`groupColumn` is the column of the labels.");
  const pixels = first.flatMap((name, index) =>
    index === label || index === group || (isHeader && isIndexName(name)) ? [] : [index],
  );
  return {
    count: first.length,
    isHeader,
    label,
    ...(group !== undefined && { group }),
    pixels,
    text: (column) => (isHeader && first[column] !== "" ? `"${first[column]}"` : `${column + 1}`),
  };
}

/** The first names. */
const shown = (names: readonly string[]) =>
  `${names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(", ")}${names.length > 5 ? `, ... (${names.length})` : ""}`;
