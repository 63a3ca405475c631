import type { ResolvedCompareConfig } from "../config/resolved-config.js";
import { OptimbenchError } from "../errors.js";
import { canonicalJson } from "./cell.js";
import type { Question } from "./cell-lines.js";
import { type Difference, differencesOf, differenceText } from "./differences.js";

/** The keys of a study's config that do not change numbers. The dataset counts by its content. */
type Incidental = "dataset" | "dataDir" | "threads" | "untimedSteps" | "execution";

function essential(config: ResolvedCompareConfig): Omit<ResolvedCompareConfig, Incidental> {
  const { dataset: _, dataDir: __, threads: ___, untimedSteps: ____, execution: _____, ...rest } = config;
  return rest;
}

/** What differs between two questions, apart from what does not change numbers. */
export function questionDifferences(a: Question, b: Question): Difference[] {
  const checksums = ({ datasets }: Question) => Object.values(datasets).sort();
  const names = ({ datasets }: Question) => Object.keys(datasets).join(", ");
  const isSameData = canonicalJson(checksums(a)) === canonicalJson(checksums(b));
  return [
    ...differencesOf(essential(a.config), essential(b.config)),
    ...(isSameData
      ? []
      : [
          names(a) === names(b)
            ? {
                path: "dataset",
                a: `${names(a)} with other content`,
                b: `${names(b)}`,
                ofLists: false,
              }
            : { path: "dataset", a: names(a), b: names(b), ofLists: false },
        ]),
    ...differencesOf(a.numerics, b.numerics),
  ];
}

/**
 * The question that continues `there` as `here` asks: the same one, or one with more cells.
 *
 * @throws OptimbenchError (FILE) with what differs if `here` does not ask for every cell of `there`
 */
export function continued(there: Question, here: Question, folder: string): Question {
  const asked = new Set(here.cells);
  if (!there.cells.every((key) => asked.has(key))) throw anotherQuestion(there, here, folder);
  const isSame = there.cells.length === here.cells.length && questionDifferences(there, here).length === 0;
  return isSame ? there : { ...here, createdAt: there.createdAt, environment: there.environment };
}

const MOST = 5;

function anotherQuestion(there: Question, here: Question, folder: string): OptimbenchError {
  const differences = questionDifferences(there, here).map((each) => differenceText(each));
  const more = differences.length > MOST ? `; and ${differences.length - MOST} more differences` : "";
  return new OptimbenchError(
    "FILE",
    `${folder} already contains another study: ${differences.slice(0, MOST).join("; ")}${more}. ` +
      "A study continues with the same question, and grows if the question asks for everything that it has and more. " +
      "Choose another `folder`, or replace the study with `overwrite`.",
    { path: folder },
  );
}
