import { expect, test } from "vitest";
import { type Chart, studyCharts } from "../../../src/report/charts/study-charts.js";
import type { RunRecord } from "../../../src/training/run-record.js";
import { STUDIES } from "../example-studies.js";

test("arms are compared per dataset, with its name in title and file name", async () => {
  const study = STUDIES.fourOptimizers;
  const onOther = (run: RunRecord): RunRecord => {
    const dataset = "./data/Fashion MNIST";
    return { ...run, config: { ...run.config, dataset }, dataset: { ...run.dataset, name: dataset } };
  };
  const runs = study.runs.map((run) => (run.config.optimizer.name === "adam" ? run : onOther(run)));
  const charts = studyCharts({ ...study, runs });
  expect(charts.slice(0, 6).map(({ name }) => name)).toEqual(
    ["mnist-10k", "fashion-mnist"].flatMap((name) => [
      `validation-accuracy-${name}`,
      `validation-accuracy-seconds-${name}`,
      `validation-loss-${name}`,
    ]),
  );
  expect(charts[3]!.title).toBe("Validation accuracy by epoch on Fashion MNIST");
  const names = ({ spec }: Chart) => {
    const { values } = (spec as unknown as { data: { values: { name: string }[] } }).data;
    return [...new Set(values.map(({ name }) => name))];
  };
  expect(names(charts[0]!)).toEqual(["adam"]);
  expect(names(charts[3]!)).toEqual(["sgd", "rmsprop", "adagrad"]);
});
