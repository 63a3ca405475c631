import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EpochRecord, RunStatus } from "../../../src/history/epoch-record.js";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { studyCharts } from "../../../src/report/charts/study-charts.js";
import { reportPage } from "../../../src/report/page/page.js";
import type { Study } from "../../../src/study/study.js";
import { exampleRun, exampleStudy, FORMULAS, HOSTILE, inParallel, STUDIES } from "../example-studies.js";

/** index.html, without the time to draw PNG images. */
const pageOf = async (study: Study, samples?: Uint8Array) =>
  reportPage(
    study,
    await Promise.all(
      studyCharts(study).map(async (chart) => ({ ...chart, svg: await drawSvg(chart.spec) })),
    ),
    samples,
  );
test("the page mentions parallel runs only if there were any", async () => {
  const page = await pageOf(STUDIES.fourOptimizers);
  const shared = await pageOf(inParallel(STUDIES.fourOptimizers));
  for (const said of ["in parallel (execution: parallel)", "are not comparable", "Runs went in parallel"]) {
    expect(shared).toContain(said);
    expect(page).not.toContain(said);
  }
  expect(page).toContain("measured with a monotonic clock");
  expect(shared).not.toContain("measured with a monotonic clock");
});

describe("index.html", () => {
  test("loads nothing from anywhere", async () => {
    const page = await pageOf(STUDIES.fourOptimizers, Uint8Array.of(1, 2, 3));
    expect(page).not.toMatch(/<(script|link(?! rel="icon" href="data:,")|iframe|object|embed|base)\b/i);
    expect(page).not.toMatch(/\b(src|href|srcset|action|data)\s*=\s*["']?\s*(?!data:)[^"'\s>]/i);
    expect(page).not.toMatch(/url\(|@import/i);
    expect(page.replaceAll(/xmlns(:xlink)?="http:\/\/www\.w3\.org\/[^"]*"/g, "")).not.toMatch(/https?:/);
    expect(page).toContain(`src="data:image/png;base64,AQID"`);
  });

  test("has the question, the answer, the table, every chart, every formula and the environment", async () => {
    const page = await pageOf(STUDIES.fourOptimizers);
    expect(page).toContain("<h1>Which optimizer learns mnist-10k best?</h1>");
    expect(page).toContain(
      "adam reached the highest validation accuracy: 0.9832 ± 0.0003 (mean ± standard deviation of 3 seeds) after 6 epochs.",
    );
    expect(page.match(/<th scope="row">/g)).toHaveLength(4);
    expect(page.match(/<svg role="img" aria-label="[^"]+"/g)).toHaveLength(3 + 2 * 4);
    for (const formula of Object.values(FORMULAS)) expect(page).toContain(`<code>${formula}</code>`);
    expect(page).toContain("<code>-sum(y * logSoftmax(z))</code>");
    expect(page).toContain("<dt>epsilon</dt><dd>1e-7</dd>");
    expect(page).toContain("<dt>cpu</dt><dd>Example CPU @ 2.60GHz</dd>");
    expect(page).toContain("All runs with the same seed started from the same weights");
  });

  test("nothing is cut off in print, and figures are dark in dark mode", async () => {
    const page = await pageOf(STUDIES.oneRun);
    const media = (query: string) => page.slice(page.indexOf(`@media ${query}`)).split("\n}\n")[0];
    // Unlike "anywhere", it does not break words that fit, such as scheduleFreeAdamw.
    expect(page).toMatch(/th\[scope=row\] \{[^}]*overflow-wrap: break-word;[^}]*max-width: 14rem;/);
    expect(media("print")).toContain(".scroll, pre, figure { overflow: visible; }");
    expect(media("print")).toContain("pre { white-space: pre-wrap;");
    expect(media("print")).toContain("th, td, thead th { padding: .3rem .35rem; white-space: normal; }");
    expect(media("print")).toContain("figure svg { filter: none; }");
    expect(media("(prefers-color-scheme: dark)")).toContain("figure svg { filter: invert(");
  });

  test("reports runs of a seed that started from different weights", async () => {
    const study = structuredClone<unknown>(STUDIES.oneSeed) as {
      runs: { parametersSha256: { initial: string } }[];
    };
    study.runs[1]!.parametersSha256.initial = "another";
    expect(await pageOf(study as unknown as Study)).toContain("did NOT all start from the same weights");
  });

  test("escapes hostile names everywhere", async () => {
    const study = structuredClone(STUDIES.hostileNames) as Study;
    for (const run of study.runs) {
      const { config } = run as unknown as { config: Record<string, Record<string, unknown>> };
      Object.assign(config, { dataset: HOSTILE, device: HOSTILE, novelty: { [HOSTILE]: HOSTILE } });
      Object.assign(config.model!, { name: HOSTILE });
      Object.assign(config.schedule!, { name: HOSTILE, [HOSTILE]: HOSTILE });
      Object.assign(config.optimizer!, { semantics: HOSTILE, formula: HOSTILE, [HOSTILE]: HOSTILE });
      Object.assign(config.loss!, { semantics: HOSTILE, formula: HOSTILE, [HOSTILE]: HOSTILE });
    }
    Object.assign(study, {
      environment: { ...study.environment, [HOSTILE]: HOSTILE },
      config: { ...study.config, [HOSTILE]: HOSTILE },
      createdAt: HOSTILE,
    });
    const page = await pageOf(study);
    expect(page).toContain("&#60;script&#62;alert(1)");
    expect(page).not.toMatch(/<script|<img/i);
  });

  test("no name can end an attribute", async () => {
    const page = await pageOf(exampleStudy([{ optimizer: 'x" onload="alert(3)' }]));
    const tags = page.match(/<[^>]*>/g)!;
    expect(tags.filter((tag) => tag.includes("onload=&#34;alert(3)")).length).toBeGreaterThan(0);
    expect(tags.filter((tag) => tag.includes('" onload'))).toEqual([]);
  });
});

describe("the answer depends on the seeds", () => {
  const study = (accuracies: Record<string, number[]>) => ({
    ...exampleStudy([]),
    runs: Object.entries(accuracies).flatMap(([optimizer, finals]) =>
      finals.map((accuracy, seed) => {
        const run = exampleRun({ optimizer, seed, epochs: 1 });
        const last = run.history[1]!;
        return {
          ...run,
          history: [run.history[0]!, { ...last, validation: { ...last.validation, accuracy } }],
        };
      }),
    ),
  });
  test.each([
    [{ adam: [0.9], sgd: [0.8] }, "With one seed, a difference may be due to chance;"],
    [
      { adam: [0.95, 0.97, 0.96], sgd: [0.9, 0.92, 0.91] },
      "Compared seed by seed, its lead over every other arm",
    ],
    // The same means, but sgd wins with one seed: differences 0.05, 0.1, -0.03.
    [
      { adam: [0.95, 0.99, 0.94], sgd: [0.9, 0.89, 0.97] },
      "Not significantly different from sgd (difference +0.0400 ± 0.1629)",
    ],
  ])("%j", async (accuracies, caveat) => {
    const page = await pageOf(study(accuracies as unknown as Record<string, number[]>));
    expect(page).toContain("adam reached the highest validation accuracy");
    expect(page).toContain(`<p class="caveat">${caveat}`);
  });

  test("arms that did not complete are named, not ranked", async () => {
    const page = await pageOf(STUDIES.endedEarly);
    expect(page).toContain("Not ranked because runs diverged: sgd (1/3 diverged), adagrad (3/3 diverged).");
  });
});

test.each([
  ["noEpoch", "Nothing was trained: with 0 epochs, all numbers are those of the initial weights."],
  ["noRun", "No run completed its training."],
] as const)("%s still gives a report", async (name, answer) => {
  expect(await pageOf(STUDIES[name])).toContain(`<p class="answer">${answer}</p>`);
});

test("a page with many arms has sections for the best only, and says so", async () => {
  const many = exampleStudy(
    Array.from({ length: 60 }, (_, i) => ({ optimizer: `optimizer${i}`, epochs: 1 })),
  );
  const page = reportPage(many, []);
  expect(page.match(/<th scope="row">/g)).toHaveLength(60);
  expect(page.match(/<h3>Update:/g)).toHaveLength(20);
  expect(page).toContain("The 20 arms with the highest validation accuracy have a section here");
});

test("any history gives a report", async () => {
  const loss = fc.oneof(
    fc.constant(null),
    fc.constantFrom(0, -1, 1e-30, 1e30, 2.3),
    fc.double({ noNaN: true, min: 0, max: 10 }),
  );
  const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
  const metrics = fc.record({
    loss,
    accuracy: share,
    negativeLogLikelihood: loss,
    calibrationError: fc.oneof(fc.constant(null), share),
  });
  const seconds = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }));
  const history = fc
    .array(
      fc.record({
        learningRate: fc.double({ min: 0, max: 10, noNaN: true }),
        train: metrics,
        validation: metrics,
        seconds: fc.record({ train: seconds, evaluate: seconds }),
      }),
      { maxLength: 4 },
    )
    .map((epochs): EpochRecord[] => epochs.map((record, epoch) => ({ epoch, ...record })));
  const run = fc
    .record({
      optimizer: fc.constantFrom("adam", "sgd"),
      seed: fc.constantFrom(0, 1),
      status: fc.constantFrom<RunStatus>("completed", "diverged", "cancelled"),
      history,
      test: fc.option(metrics, { nil: undefined }),
    })
    .map(({ optimizer, seed, ...rest }) => ({ ...exampleRun({ optimizer, seed }), ...rest }));
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 3 }), async (runs) => {
      const page = await pageOf({ ...exampleStudy([]), runs });
      expect(page).not.toMatch(/NaN|undefined|Infinity/);
    }),
    { numRuns: 20 },
  );
});
