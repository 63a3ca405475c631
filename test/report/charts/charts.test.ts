import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { chartTitle } from "../../../src/report/charts/chart-text.js";
import { curvesOf } from "../../../src/report/charts/curve.js";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { studyCharts } from "../../../src/report/charts/study-charts.js";
import { lossAxis, withTick } from "../../../src/report/charts/value-axis.js";
import { resultsOf } from "../../../src/report/results/results.js";
import { bestFirst } from "../../../src/report/results/select-arms.js";
import { armsOf } from "../../../src/study/arms.js";
import type { Study } from "../../../src/study/study.js";
import { exampleStudy, HOSTILE, inParallel, STUDIES } from "../example-studies.js";

const chart = (study: Study, name: string) => studyCharts(study).find((each) => each.name === name)!;
const draw = (study: Study, name: string) => drawSvg(chart(study, name).spec);
/** The paths of marks of one kind, such as "line". */
const marks = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`<g class="mark-${kind} role-mark [^>]*>(.*?)</g>`, "g"))].flatMap(
    ([, inner]) => [...inner!.matchAll(/<path /g)],
  ).length;
const lines = (svg: string) => marks(svg.replaceAll("<g></g>", ""), "line");

test("has the paper's figures, the losses and the comparisons", () => {
  expect(studyCharts(STUDIES.fourOptimizers).map(({ name }) => name)).toEqual([
    "validation-accuracy",
    "validation-accuracy-seconds",
    "validation-loss",
    ...["adam", "sgd", "rmsprop", "adagrad"].flatMap((name) => [`accuracy-${name}`, `loss-${name}`]),
  ]);
});

test("parallel runs have no chart by time", () => {
  const shared = inParallel(STUDIES.fourOptimizers);
  expect(
    studyCharts(shared)
      .slice(0, 2)
      .map(({ name }) => name),
  ).toEqual(["validation-accuracy", "validation-loss"]);
});

test("a comparison has a line, a band and a legend entry per optimizer, and no warning", async () => {
  const warn = vi.spyOn(console, "warn");
  const svg = await draw(STUDIES.fourOptimizers, "validation-accuracy");
  expect(lines(svg)).toBe(4);
  expect(marks(svg, "area")).toBe(4);
  for (const name of ["adam", "sgd", "rmsprop", "adagrad"]) expect(svg).toContain(`>${name}</text>`);
  expect(svg).toContain("band: lowest to highest");
  expect(warn).not.toHaveBeenCalled();
});

test("every epoch has a label if there are few", async () => {
  const svg = await draw(STUDIES.fourOptimizers, "validation-accuracy");
  for (const epoch of [1, 2, 3, 4, 5, 6]) expect(svg).toContain(`>${epoch}</text>`);
});

test("an arm's chart has training and validation curves; one seed has no band", async () => {
  const svg = await draw(STUDIES.oneSeed, "accuracy-adam");
  expect(lines(svg)).toBe(2);
  expect(marks(svg, "area")).toBe(0);
  expect(svg).toContain(">training</text>");
  expect(svg).toContain(">validation</text>");
});

test("each loss has a comparison, in which an arm keeps its colour", async () => {
  const study = STUDIES.twoLosses;
  const [all, second] = [chart(study, "validation-accuracy"), chart(study, "validation-loss-2")];
  expect(second.spec).toMatchObject({
    encoding: {
      color: {
        scale: (all.spec as never as { encoding: { color: { scale: object } } }).encoding.color.scale,
      },
    },
  });
  const svg = await drawSvg(second.spec);
  expect(lines(svg)).toBe(4);
  expect(svg).toContain(">adam, meanSquaredError</text>");
  expect(svg).not.toContain(">adam, sparseCategoricalCrossentropy</text>");
});

test("runs that ended early are separate from the mean, marked and named", async () => {
  const sgd = armsOf(STUDIES.endedEarly)[1]!;
  const curves = curvesOf(sgd, "sgd", ({ validation }) => validation.accuracy);
  expect(curves.map(({ of, ended, points }) => [of, ended, points.map(({ epoch }) => epoch)])).toEqual([
    ["completed runs", "completed", [1, 2, 3, 4, 5, 6]],
    ["one run", "diverged", [1, 2]],
    // Its seed is not compared, because another arm's run with it was cancelled.
    ["one run", "completed", [1, 2, 3, 4, 5, 6]],
  ]);
  const [adam] = armsOf(STUDIES.endedEarly);
  const finals = adam!.completed.map(({ history }) => history.at(-1)!.validation.accuracy);
  expect(curvesOf(adam!, "adam", ({ validation }) => validation.accuracy)[0]!.points.at(-1)).toMatchObject({
    value: (finals[0]! + finals[1]!) / 2,
    low: Math.min(...finals),
    high: Math.max(...finals),
  });
  const svg = await draw(STUDIES.endedEarly, "validation-accuracy");
  expect(svg).toContain("× sgd, seed 1 diverged in epoch 3");
  expect(svg).toContain("○ rmsprop, seed 2 cancelled after epoch 3");
  expect(svg).toContain("Thin lines: runs of seeds that not every arm finished");
  // Means of three arms, and separately a run of adam, two of sgd, one of rmsprop and all of adagrad.
  expect(lines(svg)).toBe(3 + 1 + 2 + 1 + 3);
});

test("accuracy's axis fits the epochs after the first, and its labels are accuracies", async () => {
  const { axis, scale } = (
    chart(STUDIES.oneSeed, "accuracy-adam").spec as never as {
      encoding: { y: { axis: { values: number[] }; scale: { domain: [number, number] } } };
    }
  ).encoding.y;
  expect(scale.domain[0]).toBeGreaterThan(0.8);
  expect(scale.domain[1]).toBeLessThanOrEqual(1);
  expect(axis.values.length).toBeGreaterThanOrEqual(4);
  expect(await draw(STUDIES.oneSeed, "validation-accuracy")).toContain(">0.95</text>");
});

test("a comparison has a tick at the best arm's value, and no other tick overlaps it", async () => {
  for (const study of [STUDIES.fourOptimizers, STUDIES.earlyStopping, STUDIES.many, STUDIES.oneEpoch]) {
    const [best] = bestFirst(resultsOf(study));
    const labels = [
      best!.validationAccuracy!.mean.toFixed(4).replace(/0+$/, ""),
      String(Number(best!.validationLoss!.mean.toPrecision(4))),
    ];
    for (const [i, name] of ["validation-accuracy", "validation-loss"].entries()) {
      const svg = await draw(study, name);
      expect(svg).toContain(`>${labels[i]}</text>`);
    }
  }
  const axis = logAxis([0.01, 0.1, 0.5]);
  for (const value of [0.011, 0.0499, 0.051, 0.2, 0.4]) {
    const { ticks, domain } = withTick(axis, value);
    expect(ticks).toContain(value);
    const places = ticks.map((tick) => Math.log(tick / domain[0]) / Math.log(domain[1] / domain[0]));
    for (const [i, place] of places.entries())
      if (i > 0) expect(place - places[i - 1]!).toBeGreaterThan(0.03);
  }
  expect(withTick(axis, 7)).toBe(axis);
});

const logAxis = lossAxis("a");

test("of many arms, the best have distinct styles and the others are grey", async () => {
  const { title, encoding, layer } = chart(STUDIES.many, "validation-accuracy").spec as never as {
    title: { subtitle: string[] };
    encoding: { color: { scale: { domain: string[]; range: string[] } } };
    layer: { encoding?: { strokeDash?: { scale: { range: number[][] } } } }[];
  };
  const dashes = layer.find((each) => each.encoding?.strokeDash)!.encoding!.strokeDash!.scale.range;
  const { domain, range } = encoding.color.scale;
  const best = armsOf(STUDIES.many)
    .sort(
      (a, b) =>
        b.runs[0]!.history.at(-1)!.validation.accuracy - a.runs[0]!.history.at(-1)!.validation.accuracy,
    )
    .slice(0, 10)
    .map(({ label }) => label);
  expect(new Set(domain)).toEqual(new Set([...best, "10 other arms"]));
  expect(domain.at(-1)).toBe("10 other arms");
  expect(new Set(range.map((colour, i) => `${colour} ${dashes[i]}`)).size).toBe(11);
  expect(title.subtitle).toContain("In colour: the 10 best; in grey: the others");
  expect(lines(await draw(STUDIES.many, "validation-accuracy"))).toBe(20);
});

test("long titles, subtitles and legends are wrapped, never truncated", async () => {
  const label = "clipNorm 1, weightAverage 0.99, epsilon 0.001, weightDecay 0"; // 60 characters
  const study = exampleStudy(
    [0, 1].flatMap((seed) =>
      ["meanSquaredError", "categoricalFocalCrossentropy"].map((loss) => ({
        optimizer: "adam",
        label,
        loss,
        seed,
        status: seed === 1 ? ("diverged" as const) : ("completed" as const),
      })),
    ),
  );
  const drawn = studyCharts(study).filter(({ name }) => /^accuracy|^loss|^validation-accuracy$/.test(name));
  expect(drawn).toHaveLength(5);
  for (const { title, spec } of drawn) {
    const svg = await drawSvg(spec);
    const text = [...svg.matchAll(/<t(?:ext|span)\b[^>]*>([^<]+)</g)].map(([, each]) => each).join(" ");
    expect(text).not.toContain("…");
    expect(text).toContain(title);
    for (const { label: name } of armsOf(study))
      if (title.startsWith("Validation")) expect(text).toContain(`${name}, seed 1 diverged in epoch 3`);
    const [, width] = svg.match(/ width="(\d+)"/)!;
    expect(Number(width)).toBeLessThan((spec as { width: number }).width + 110);
  }
});

test("a word longer than a line is broken, and a very long title is truncated", () => {
  const { text, subtitle } = chartTitle("x".repeat(100), ["word ".repeat(1000).trim()], 400);
  expect(text.join("")).toBe("x".repeat(100));
  expect(Math.max(...text.map(({ length }) => length))).toBeLessThan(40);
  expect(subtitle).toHaveLength(5);
  expect(subtitle.at(-1)).toMatch(/^word.* …$/);
});

describe("figures stay small for large studies", () => {
  test("of many arms, only some are drawn and fewer have figures", () => {
    const many = exampleStudy(
      Array.from({ length: 300 }, (_, i) => ({
        optimizer: `optimizer${i}`,
        loss: `loss${i % 50}`,
        epochs: 2,
      })),
    );
    const charts = studyCharts(many);
    expect(charts.length).toBeLessThanOrEqual(2 + 10 + 2 * 20);
    const { data, title } = charts[0]!.spec as never as {
      data: { values: { curve: number }[] };
      title: { subtitle: string[] };
    };
    expect(new Set(data.values.map(({ curve }) => curve)).size).toBe(50);
    expect(title.subtitle).toContain("In colour: the 10 best; in grey: 40 of the 290 others");
  });

  test("of many epochs, a line keeps both ends and its extremes", () => {
    const epochs = 130_000; // more arguments than a call can have
    const [run] = exampleStudy([{ optimizer: "adam", epochs: 2 }]).runs;
    const long = {
      ...exampleStudy([]),
      runs: [
        {
          ...run!,
          history: Array.from({ length: epochs + 1 }, (_, epoch) => {
            const accuracy = epoch === 77_777 ? 0.01 : epoch === 123_456 ? 0.999 : 0.5;
            const metrics = { loss: 1, accuracy, negativeLogLikelihood: 1, calibrationError: 0 };
            return { ...run!.history[1]!, epoch, train: metrics, validation: metrics };
          }),
        },
      ],
    };
    const { spec } = studyCharts(long).find(({ name }) => name === "validation-accuracy")!;
    const { data, title } = spec as never as {
      data: { values: { x: number; value: number }[] };
      title: { subtitle: string[] };
    };
    expect(data.values.length).toBeLessThanOrEqual(400);
    const at = new Map(data.values.map(({ x, value }) => [x, value]));
    expect([1, 77_777, 123_456, epochs].map((epoch) => at.get(epoch))).toEqual([0.5, 0.01, 0.999, 0.5]);
    expect(title.subtitle).toContain("Drawn at about 400 of 130,000 epochs, including the extremes");
  });

  test("of many runs that ended early, an arm lists only a few", () => {
    const runs = Array.from({ length: 50 }, (_, seed) => ({
      optimizer: "adam",
      seed,
      status: "diverged" as const,
    }));
    const [adam] = armsOf(exampleStudy(runs));
    expect(curvesOf(adam!, "adam", ({ train }) => train.accuracy)).toHaveLength(3);
  });
});

test("importing the report loads no drawing library", async () => {
  const folder = new URL("../../../src/report/", import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const imports = readFileSync(new URL(name, folder), "utf8").match(/^import (?!type).*$/gm) ?? [];
    expect(imports.filter((line) => /"(vega|vega-lite|@resvg\/resvg-js)"/.test(line))).toEqual([]);
  }
});

test("there is no chart without a completed epoch", () => {
  expect(studyCharts(STUDIES.noEpoch)).toEqual([]);
  expect(studyCharts(STUDIES.noRun)).toEqual([]);
});

test("names are escaped, and the chart has a description", async () => {
  const svg = await draw(
    exampleStudy([{ optimizer: HOSTILE.slice(0, 40) }, { optimizer: "adam" }]),
    "validation-accuracy",
  );
  expect(svg).not.toContain("<script");
  expect(svg).toMatch(
    /^<svg role="img" aria-label="Validation accuracy by epoch, one line for each of &#34;&#62;&#60;script/,
  );
});
