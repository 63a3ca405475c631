import { expect, test } from "vitest";
import { sideBySidePage } from "../../../src/report/page/side-by-side-page.js";
import { type SideBySide, sideBySide } from "../../../src/report/results/side-by-side.js";
import { sideBySideTable } from "../../../src/report/tables/side-by-side-table.js";
import type { Study } from "../../../src/study/study.js";
import { exampleStudy, HOSTILE, inParallel, STUDIES } from "../example-studies.js";

const a = exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd" }]);
const b = exampleStudy([{ optimizer: "sgd" }, { optimizer: "lion" }]);
const of = (...studies: Study[]) => sideBySide(studies.map((study, i) => ({ name: "ABC"[i]!, study })));
const changed = (study: Study, environment: Partial<Study["environment"]>): Study => ({
  ...study,
  environment: { ...study.environment, ...environment },
});

test("arms with the same label share a row, and each study has its columns", () => {
  const { columns, rows, questions } = of(a, b);
  const [arm, ...others] = columns.map(({ title }) => title);
  expect(arm).toBe("arm");
  expect(others.slice(0, others.length / 2).every((title) => title.startsWith("A: "))).toBe(true);
  expect(others.slice(others.length / 2).every((title) => title.startsWith("B: "))).toBe(true);
  expect(rows.map(([label]) => label)).toEqual(["adam", "sgd", "lion"]);
  const half = others.length / 2;
  const [adam, sgd, lion] = rows.map(([, ...cells]) => [cells.slice(0, half), cells.slice(half)]);
  expect(adam![0]!.join("")).not.toBe("");
  expect(adam![1]!.join("")).toBe("");
  expect(sgd![0]).toEqual(sgd![1]);
  expect(lion![0]!.join("")).toBe("");
  expect(questions).toHaveLength(2);
});

test("says what differs between questions and environments", () => {
  const { differences } = of(a, changed(b, { libtorch: "2.11.0" }));
  expect(differences).toContainEqual(expect.stringContaining("`optimizers` has adam"));
  expect(differences).toContainEqual(expect.stringMatching(/^`libtorch` is .* in A and 2\.11\.0 in B\.$/));
  expect(of(a, a).differences).toEqual([]);
});

test("compares times only within one machine, and not of parallel runs", () => {
  const times = ({ columns }: SideBySide) =>
    columns.map(({ title }) => title).filter((title) => title.endsWith("training, s"));
  expect(times(of(a, b))).toEqual(["A: training, s", "B: training, s"]);
  const elsewhere = of(a, b, changed(b, { cpu: "another" }));
  expect(times(elsewhere)).toEqual([]);
  expect(elsewhere.notes).toEqual([
    "Times are omitted, because those of different machines or versions are not comparable.",
  ]);
  expect(times(of(a, inParallel(b)))).toEqual([]);
});

test("says if accuracies are not comparable", () => {
  const other = { ...b, config: { ...b.config, dataset: "digits" } } as Study;
  expect(of(a, other).notes).toContain(
    "The studies have different images, so accuracies are not comparable.",
  );
});

test("no name is markup or changes the terminal", () => {
  const found = sideBySide([
    { name: HOSTILE, study: STUDIES.fourOptimizers },
    { name: "B", study: exampleStudy([{ optimizer: HOSTILE, label: HOSTILE }]) },
  ]);
  expect(sideBySidePage(found)).not.toContain("<script>alert");
  expect(sideBySidePage(found)).not.toContain("<img src=x");
  expect(sideBySideTable(found, 80)).not.toContain("\u001b[31m");
});
