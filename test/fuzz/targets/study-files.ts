import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkStudy } from "../../../src/checks/check-study.js";
import type { OptimbenchError } from "../../../src/errors.js";
import { studyCharts } from "../../../src/report/charts/study-charts.js";
import { taskCharts } from "../../../src/report/charts/task-charts.js";
import { tuningCharts } from "../../../src/report/charts/tuning-charts.js";
import { reportPage } from "../../../src/report/page/page.js";
import { epochsCsv } from "../../../src/report/tables/epochs-csv.js";
import { latexTable } from "../../../src/report/tables/latex-table.js";
import { markdownTable } from "../../../src/report/tables/markdown-table.js";
import { resultTable } from "../../../src/report/tables/result-table.js";
import { runsCsv } from "../../../src/report/tables/runs-csv.js";
import { eventFiles } from "../../../src/report/tensorboard/event-files.js";
import { diffStudies } from "../../../src/study/diff.js";
import { readStudy } from "../../../src/study/study-file.js";
import { judgeStudy } from "../../../src/verdicts/judge.js";
import { STUDIES } from "../../report/example-studies.js";
import { tunedStudy } from "../../report/tuned-study.js";
import { type DamagedFile, damage, damaged } from "../byte-edits.js";
import type { Target } from "../target.js";
import { type DamagedValue, damagedValues, damageValue } from "../value-edits.js";
import { TemporaryFolder } from "./temporary-folder.js";

const studies = [
  STUDIES.oneRun,
  ...Object.values(STUDIES).filter(({ runs }) => runs.length <= 12),
  tunedStudy(2, 2),
];
const texts = studies.map((study) => Buffer.from(JSON.stringify(study)));

const WORDS = [
  "diverged",
  "cancelled",
  "completed",
  "tuned",
  "parallel",
  "pytorch",
  "adam",
  "auto",
  "2020-01-01",
];

type Input = { readonly bytes: DamagedFile } | { readonly values: DamagedValue };

/** study.json, of which every result is made if it is accepted. */
export const studyJson = (): Target<Input> => {
  const folder = new TemporaryFolder();
  const path = join(folder.path, "study.json");
  return {
    name: "study.json",
    quick: 150,
    inputs: fc.oneof(
      {
        weight: 1,
        arbitrary: fc.record({ bytes: damaged(texts.length, ["null", "1e999", '"', "[", "{}", "-0"]) }),
      },
      { weight: 4, arbitrary: fc.record({ values: damagedValues(studies.length, WORDS) }) },
    ),
    read: async (input) => {
      writeFileSync(
        path,
        "bytes" in input
          ? damage(texts, input.bytes)
          : (JSON.stringify(damageValue(studies, input.values)) ?? ""),
      );
      const study = await readStudy(path);
      const verdicts = await judgeStudy(study);
      const findings = await checkStudy(study);
      resultTable(study, { verdicts });
      markdownTable(study, verdicts);
      latexTable(study, verdicts);
      for (const rows of [runsCsv(study), epochsCsv(study), eventFiles(study)]) [...rows];
      JSON.stringify([...studyCharts(study), ...taskCharts(study), ...tuningCharts(study)]);
      reportPage(study, { verdicts, findings });
      diffStudies(study, STUDIES.oneRun);
    },
    codes: ["FILE", "CONFIG"],
    names: ({ code, path: place, message }: OptimbenchError) =>
      code === "FILE" ? message.includes(path) : place !== undefined || message.includes("`"),
    close: folder.remove,
  };
};
