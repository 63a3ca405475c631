import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { epochsCsv } from "../../../src/report/tables/epochs-csv.js";
import { runsCsv } from "../../../src/report/tables/runs-csv.js";
import type { Study } from "../../../src/study/study.js";
import { exampleStudy, inParallel } from "../example-studies.js";
import { plainStudy } from "./plain-study.js";

const rowsOf = (study: Study): Record<string, string>[] =>
  parse([...runsCsv(study)].join(""), { columns: true });

test("has a row per run, with the metrics of its final weights", () => {
  const [adam] = plainStudy().runs;
  const study = {
    ...plainStudy(),
    runs: [{ ...adam!, bestEpoch: 1, stoppedEarly: true }, ...plainStudy().runs.slice(1)],
  };
  const rows = rowsOf(study);
  expect(rows).toHaveLength(4);
  const [, best] = adam!.history;
  expect(rows[0]).toMatchObject({
    arm: "adam",
    seed: "0",
    status: "completed",
    epochs: "2",
    finalEpoch: "1",
    validationAccuracy: String(best!.validation.accuracy),
    testAccuracy: "0.95",
    trainSeconds: String(adam!.seconds.train),
    finalParametersSha256: adam!.parametersSha256.final,
  });
  expect(rows[3]).toMatchObject({ status: "diverged", validationLoss: "", testAccuracy: "" });
});

test("has a column for each varied field, and no seconds of parallel runs", () => {
  const study = exampleStudy([{ optimizer: "adam" }, { optimizer: "adam" }]);
  const runs = study.runs.map((run, i) => ({ ...run, config: { ...run.config, batchSize: [32, 256][i]! } }));
  const rows = rowsOf(inParallel({ ...study, runs }));
  expect(rows.map(({ batchSize }) => batchSize)).toEqual(["32", "256"]);
  expect(rows.map(({ totalSeconds }) => totalSeconds)).toEqual(["", ""]);
});

test("no cell is a spreadsheet formula, whatever the names", () => {
  const name = fc
    .tuple(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n=", " =", '"=', ""), fc.string())
    .map(([first, rest]) => first + rest)
    .filter((text) => text !== "");
  fc.assert(
    fc.property(name, name, (label, loss) => {
      const study = exampleStudy([{ optimizer: label, label, loss, epochs: 1 }]);
      for (const csv of [runsCsv(study), epochsCsv(study)]) {
        const [head, ...rows] = parse([...csv].join("")) as string[][];
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) {
          expect(row).toHaveLength(head!.length);
          for (const cell of row) expect(cell).not.toMatch(/^[=+@\t\r]|^-(?![\d.])/);
        }
      }
    }),
  );
});
