import type { DatasetDescription } from "../../data/describe-dataset.js";
import { scalingText } from "../../data/scaling.js";
import { plainTable } from "../../system/plain-table.js";
import { countText, integerText } from "../../validation/count-text.js";

/** What a set is called beside its number of images. */
const IMAGES = { train: "training", validation: "validation", test: "test" } as const;

/** A dataset's description for the terminal. */
export function datasetText(dataset: DatasetDescription): string {
  const { name, height, width, channels, classes, scaling, sets } = dataset;
  const counts = sets.map(({ set, count }) => countText(count, `${IMAGES[set]} image`)).join(", ");
  return [
    `${name}: ${counts}, ${height} x ${width} x ${channels}, ${classes} classes`,
    valuesText(dataset),
    ...(scaling ? [`Before loading, ${scalingText(scaling)}.`] : []),
    ...groupsText(dataset),
    ...duplicatesText(dataset),
    ...hints(dataset),
    classTable(dataset),
  ].join("\n");
}

function valuesText({ values }: DatasetDescription): string {
  const { minimum, maximum, mean, standardDeviation } = values;
  // Networks take the values divided by 255, so both scales are useful.
  const text = (numbers: readonly number[]) =>
    `${numbers.map((value) => value.toFixed(2)).join(", ")} (${numbers.map((value) => (value / 255).toFixed(4)).join(", ")} of 255)`;
  return `Values: ${minimum} to ${maximum}, mean ${text(mean)}, standard deviation ${text(standardDeviation)}`;
}

function groupsText({ groups }: DatasetDescription): string[] {
  if (groups === undefined) return [];
  const { count, smallest, median, largest } = groups;
  const sizes =
    smallest === largest
      ? `${countText(largest, "training image")} each`
      : `${integerText(smallest)} to ${countText(largest, "training image")} each, ${median} in the median`;
  return [`Groups: ${integerText(count)}, of ${sizes}`];
}

function duplicatesText({ sets, shared }: DatasetDescription): string[] {
  const within = sets
    .filter(({ duplicates }) => duplicates > 0)
    .map(({ set, duplicates, conflicts }) => {
      const other = conflicts === 0 ? "" : `, ${integerText(conflicts)} of them with another label`;
      return `${countText(duplicates, `${IMAGES[set]} image`)} equal to an earlier one${other}`;
    });
  const across = shared.map(
    ({ set, earlier, count }) =>
      `${countText(count, `${IMAGES[set]} image`)} equal to a ${IMAGES[earlier]} image`,
  );
  const all = [...within, ...across];
  return [all.length === 0 ? "Duplicates: none" : `Duplicates: ${all.join("; ")}`];
}

/** Images whose values stay below this are dark, such as scikit-learn's digits, whose values are 0 to 16. */
const DARK = 64;

function hints({ looksInverted, sets, classNames, values }: DatasetDescription): string[] {
  const empty = sets[0]!.perClass.flatMap((count, label) =>
    count === 0 ? [classNames?.[label] ?? label] : [],
  );
  return [
    ...(looksInverted
      ? [
          "The images look inverted: they are dark on a light background. MNIST and the datasets like it are light on dark.",
        ]
      : []),
    ...(values.maximum < DARK
      ? [
          `The images use only the values ${values.minimum} to ${values.maximum} of 0 to 255. Standardise them when you train (--standardise).`,
        ]
      : []),
    ...(empty.length > 0
      ? [
          `Classes without training images: ${empty.slice(0, 20).join(", ")}${empty.length > 20 ? ", ..." : ""}`,
        ]
      : []),
  ];
}

function classTable({ sets, classNames, classes }: DatasetDescription): string {
  return plainTable(
    [
      { title: "class", right: true },
      ...(classNames ? [{ title: "name" }] : []),
      ...sets.map(({ set }) => ({ title: set, right: true })),
    ],
    Array.from({ length: classes }, (_, label) => [
      `${label}`,
      ...(classNames ? [classNames[label]!] : []),
      ...sets.map(({ perClass }) => integerText(perClass[label]!)),
    ]),
  );
}
