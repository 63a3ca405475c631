import type { TopLevelSpec } from "vega-lite";
import type { BenchRecord, BenchResult } from "../../bench/bench-record.js";
import { groupBy } from "../../validation/group-by.js";
import { benchLabel, imagesText } from "../text/bench-label.js";
import { CHART_CONFIG, colourOf, VEGA_LITE } from "./chart-style.js";
import { chartTitle } from "./chart-text.js";

const WIDTH = 460;

/** A chart of medians with quartiles, with one panel per measure and one row per optimizer. */
export function benchChart(record: BenchRecord): TopLevelSpec {
  const { environment, settings, results, createdAt } = record;
  const threads = [...new Set(results.map((each) => each.threads))];
  const measured = results.filter(({ milliseconds }) => milliseconds !== null);
  const panels = groupBy(measured, panelOf);
  return {
    $schema: VEGA_LITE,
    description: `Milliseconds of ${results.map(benchLabel).join("; ")}. The record has the numbers.`,
    title: chartTitle(
      `Time of training, ${settings.model}`,
      [
        `${environment.cpu}, ${settings.device}${threads.length === 1 ? `, ${threadsText(threads[0]!)}` : ""}, libtorch ${environment.libtorch}, ${createdAt.slice(0, 10)}`,
        "Point: median; line: from the lower to the upper quartile",
      ],
      WIDTH + 100, // including the row names
    ),
    config: CHART_CONFIG,
    vconcat: panels.map((panel) => panelSpec(panel, threads)),
  };
}

/** Measures that do not depend on the optimizer share a panel. */
const panelOf = (result: BenchResult) => {
  const { measure, images } = result;
  if (measure === "update") return "update only";
  if (measure === "step") return `training step, ${imagesText({ measure, images: images! })}`;
  return "passes of a step, and evaluation";
};

function panelSpec(panel: readonly BenchResult[], threads: readonly number[]) {
  const values = panel.map((result) => ({
    row: rowOf(result),
    threads: threadsText(result.threads),
    ...result.milliseconds,
  }));
  const y = { field: "row", type: "nominal", sort: null, title: null, axis: { labelLimit: 260 } } as const;
  const color = {
    field: "threads",
    type: "nominal",
    sort: null,
    title: null,
    scale: { domain: threads.map(threadsText), range: threads.map((_, i) => colourOf(i)) },
    ...(threads.length === 1 && { legend: null }),
  } as const;
  const yOffset = { field: "threads", type: "nominal", sort: null } as const;
  const x = (field: string) =>
    ({
      field,
      type: "quantitative",
      scale: { domainMin: 0, nice: true },
      title: "milliseconds",
      axis: { tickCount: 6 },
    }) as const;
  return {
    title: { text: panelOf(panel[0]!), fontSize: 12, offset: 6, frame: "group" },
    data: { values },
    width: WIDTH,
    height: { step: 20 },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2.5 } as const,
        encoding: { y, yOffset, color, x: x("lowerQuartile"), x2: { field: "upperQuartile" } },
      },
      {
        mark: { type: "point", filled: true, size: 55, opacity: 1 } as const,
        encoding: { y, yOffset, color, x: x("median") },
      },
    ],
  };
}

const rowOf = ({ measure, optimizer, images }: BenchResult) =>
  measure === "step" || measure === "update"
    ? optimizer
    : `${measure}, ${imagesText({ measure, images: images! })}`;

const threadsText = (count: number) => `${count} thread${count === 1 ? "" : "s"}`;
