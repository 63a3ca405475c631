import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { version } from "vega-lite";
import { expect, test, vi } from "vitest";
import type { BenchRecord } from "../../../src/bench/bench-record.js";
import { benchChart } from "../../../src/report/charts/bench-chart.js";
import { VEGA_LITE } from "../../../src/report/charts/chart-style.js";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { scheduleChart } from "../../../src/report/charts/schedule-chart.js";
import { studyCharts } from "../../../src/report/charts/study-charts.js";
import { taskCharts } from "../../../src/report/charts/task-charts.js";
import { tuningCharts } from "../../../src/report/charts/tuning-charts.js";
import type { Study } from "../../../src/study/study.js";
import { requireFromPackage } from "../../../src/system/package-root.js";
import { exampleStudy, STUDIES } from "../example-studies.js";
import { tunedStudy } from "../tuned-study.js";

const schema = requireFromPackage("vega-lite/vega-lite-schema.json") as object & { $schema: string };
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

/** What the schema rejects, the deepest place first; alternatives that a spec does not mean are further up. */
function problems(spec: unknown): string[] {
  if (validate(JSON.parse(JSON.stringify(spec)))) return [];
  return validate
    .errors!.map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
    .sort((a, b) => b.split("/").length - a.split("/").length)
    .slice(0, 5);
}

const many = exampleStudy(
  Array.from({ length: 300 }, (_, i) => ({ optimizer: `optimizer${i}`, loss: `loss${i % 50}`, epochs: 2 })),
);
const chartsOf = (study: Study) => [...studyCharts(study), ...taskCharts(study), ...tuningCharts(study)];

const KINDS = {
  ...STUDIES,
  many300: many,
  tuned: tunedStudy(4),
  tuned17: tunedStudy(17),
  tunedTwoDatasets: tunedStudy(3, 2, ["mnist-10k", "digits"]),
} satisfies Record<string, Study>;

test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
  "%s: charts are valid Vega-Lite, and drawn without a warning",
  async (name) => {
    const warn = vi.spyOn(console, "warn");
    const charts = chartsOf(KINDS[name]);
    expect(charts.length > 0).toBe(!["noEpoch", "noRun"].includes(name));
    for (const chart of charts) expect([chart.name, ...problems(chart.spec)]).toEqual([chart.name]);
    const ofArms = charts.filter(({ name: each }) => /^(accuracy|loss)-/.test(each));
    for (const { spec } of charts.filter((each) => !ofArms.slice(2).includes(each))) {
      const svg = await drawSvg(spec);
      expect(svg).toMatch(/<path [^>]*d="M/);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(warn).not.toHaveBeenCalled();
  },
);

test("charts of schedules and measurements are valid Vega-Lite", () => {
  const schedule = {
    title: "mine",
    subtitle: "few steps",
    rates: Float64Array.of(0.1, 0.2),
    stepsPerEpoch: 2,
  };
  expect(problems(scheduleChart(schedule))).toEqual([]);
  expect(problems(scheduleChart({ ...schedule, momenta: Float64Array.of(0.9, 0.8) }))).toEqual([]);
  const text = readFileSync(new URL("../../../bench/records/bench.json", import.meta.url), "utf8");
  expect(problems(benchChart(JSON.parse(text) as BenchRecord))).toEqual([]);
});

test("charts name the version of Vega-Lite that draws them", () => {
  expect(VEGA_LITE).toContain(`/v${version.split(".")[0]}.json`);
});

test("a spec with a wrong key or value is rejected", () => {
  const { spec } = studyCharts(STUDIES.oneSeed)[0]!;
  expect(problems({ ...spec, layer: [{ mark: { type: "lines" } }] })).not.toEqual([]);
  expect(problems({ ...spec, widht: 100 })).not.toEqual([]);
});
