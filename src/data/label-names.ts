import { integerText } from "../validation/count-text.js";
import { type Labels, MOST_CLASSES } from "./dataset.js";
import { narrowLabels } from "./labels.js";

/** Labels as text, and what they are called in messages. */
export interface TextLabels {
  readonly labels: readonly string[];
  /** The place of a label, such as "data.csv, line 7". */
  placeOf(index: number): string;
}

/** The class ids of each part, and the names of the classes unless the labels are ids themselves. */
interface EncodedLabels {
  readonly ids: readonly Labels[];
  readonly classNames?: readonly string[];
}

const ID = /^\d{1,3}(\.0*)?$/;
/** Larger numbers, such as years, are names. */
const MOST_IDS = 256;
const isId = (label: string) => ID.test(label) && Number(label) < MOST_IDS;

/** Whether labels look like the values of a wrong column: very many, with less than two images each on average. */
const areValues = (names: readonly string[], labels: readonly string[]) =>
  names.length > 256 && names.length > labels.length / 2;

/**
 * Converts labels to class ids. If all are whole numbers from 0 to 255, they are the ids; otherwise they are names, which are
 * numbered in the order of their characters. The first part is the training part: others have no other names.
 *
 * @throws what `fail` makes of a problem
 */
export function encodeLabels(parts: readonly TextLabels[], fail: (problem: string) => Error): EncodedLabels {
  if (parts.every(({ labels }) => labels.every(isId)))
    return { ids: parts.map(({ labels }) => Uint8Array.from(labels, Number)) };
  const [train, ...others] = parts as [TextLabels, ...TextLabels[]];
  const classNames = [...new Set(train.labels)].sort();
  const limit =
    classNames.length > MOST_CLASSES ? ` At most ${integerText(MOST_CLASSES)} classes are supported.` : "";
  if (limit !== "" || areValues(classNames, train.labels))
    throw fail(
      `there are ${integerText(classNames.length)} different labels for ${integerText(train.labels.length)} images, such as ${classNames.slice(0, 3).join(", ")}.${limit} Check that \`labelColumn\` (--label-column) is the column of the labels.`,
    );
  if (classNames.length < 2)
    throw fail(`all labels are "${classNames[0]}", but there are at least 2 classes.`);
  const idOf = new Map(classNames.map((name, id) => [name, id]));
  for (const { labels, placeOf } of others) {
    const unknown = labels.findIndex((label) => !idOf.has(label));
    if (unknown >= 0)
      throw fail(
        `${placeOf(unknown)} has the label "${labels[unknown]}", which no training image has. Their labels are ${classNames.slice(0, 10).join(", ")}${classNames.length > 10 ? ", ..." : ""}.`,
      );
  }
  return {
    ids: parts.map(({ labels }) => narrowLabels(labels.map((label) => idOf.get(label)!))),
    classNames,
  };
}
