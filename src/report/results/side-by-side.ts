import { diffStudies } from "../../study/diff.js";
import { failedNote } from "../../study/failed-runs.js";
import { ranInParallel, type Study } from "../../study/study.js";
import { type Difference, differenceText } from "../../validation/differences.js";
import { printable } from "../../validation/printable.js";
import { accuracyText, numberText, summaryText } from "../text/number-text.js";
import { conclude } from "./conclusion.js";
import { type Result, resultsOf } from "./results.js";

/** A study, and what a page of several studies calls it. */
export interface NamedStudy {
  /** What texts call it, such as "before". */
  readonly name: string;
  /** What `compare` or `readStudy` returned. */
  readonly study: Study;
}

export interface SideBySideColumn {
  readonly title: string;
  /** Columns with the highest number are omitted first if there is no room. Others are never omitted. */
  readonly dispensable?: number;
}

/** Several studies as one table: a row per label of an arm, and the columns of one study after those of the other. */
export interface SideBySide {
  /** What each study asks. */
  readonly questions: readonly string[];
  /** What differs between the first study and each other one. */
  readonly differences: readonly string[];
  /** What a reader must know to compare the columns. */
  readonly notes: readonly string[];
  readonly columns: readonly SideBySideColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** Compares the first study with each other one. Arms with the same label share a row. */
export function sideBySide(studies: readonly NamedStudy[]): SideBySide {
  const named = studies.map(({ name, study }) => ({
    name: printable(name),
    study,
    results: resultsOf(study),
  }));
  const [first, ...others] = named as [(typeof named)[number], ...typeof named];
  const found = others.map((other) => ({ name: other.name, ...diffStudies(first.study, other.study) }));
  const isOneMachine =
    named.every(({ study }) => study.machines === undefined) &&
    found.every(({ environment }) => !environment.some(isOfTimes));
  const isOneTask = found.every(({ question }) => !question.some(({ path }) => OF_TASK.test(path)));
  const isTimed = isOneMachine && !named.some(({ study }) => ranInParallel(study));
  const columns = COLUMNS.filter(
    ({ isTime, of }) =>
      (isTimed || !isTime) && named.some(({ results }) => results.some((each) => of(each) !== undefined)),
  );
  const labels = [...new Set(named.flatMap(({ results }) => results.map(({ arm }) => arm.label)))];
  const cells = (label: string, results: readonly Result[]) => {
    const result = results.find(({ arm }) => arm.label === label);
    return columns.map(({ of, text }) => (result === undefined ? "" : summaryText(of(result), text)));
  };
  return {
    questions: named.map(({ name, study }) => `${name}: ${conclude(study).question}`),
    differences: found.flatMap(({ name, question, environment }) =>
      [...question, ...environment].map(
        (each) => `${differenceText(each, `in ${first.name}`, `in ${name}`)}.`,
      ),
    ),
    notes: [
      ...named.flatMap(({ name, study }) => failedNote(study).map((note) => `${name}: ${note}`)),
      ...(isOneTask ? [] : ["The studies have different images, so accuracies are not comparable."]),
      ...(isTimed
        ? []
        : [
            `Times are omitted, because ${isOneMachine ? "runs in parallel" : "those of different machines or versions"} are not comparable.`,
          ]),
    ],
    columns: [
      { title: "arm" },
      ...named.flatMap(({ name }) =>
        columns.map(({ title }, i) => ({ title: `${name}: ${title}`, ...(i > 0 && { dispensable: i }) })),
      ),
    ],
    rows: labels.map((label) => [label, ...named.flatMap(({ results }) => cells(label, results))]),
  };
}

const COLUMNS = [
  { title: "validation accuracy", of: (result: Result) => result.validationAccuracy, text: accuracyText },
  { title: "test accuracy", of: (result: Result) => result.testAccuracy, text: accuracyText },
  { title: "training, s", of: (result: Result) => result.trainSeconds, text: numberText, isTime: true },
];

/** Whether a difference between environments changes times. */
const isOfTimes = ({ path }: Difference) => !/^(node|devices|config\.execution)/.test(path);

/** The settings that decide which images a study evaluates. */
const OF_TASK = /^(dataset|split|labelColumn|labelFile|groupColumn)\b/;
