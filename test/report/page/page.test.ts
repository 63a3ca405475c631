import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EpochRecord, RunStatus } from "../../../src/history/epoch-record.js";
import { reportPage } from "../../../src/report/page/page.js";
import type { Study } from "../../../src/study/study.js";
import { exampleRun, exampleStudy, FORMULAS, HOSTILE, inParallel, STUDIES } from "../example-studies.js";

test("the page mentions parallel runs only if there were any", () => {
  const page = reportPage(STUDIES.fourOptimizers);
  const shared = reportPage(inParallel(STUDIES.fourOptimizers));
  for (const said of ["in parallel (execution: parallel)", "are not comparable", "Runs went in parallel"]) {
    expect(shared).toContain(said);
    expect(page).not.toContain(said);
  }
  expect(page).toContain("measured with a monotonic clock");
  expect(shared).not.toContain("measured with a monotonic clock");
});

describe("index.html", () => {
  test("loads nothing from anywhere, and runs only its own script", () => {
    const page = reportPage(STUDIES.fourOptimizers, { samples: Uint8Array.of(1, 2, 3) });
    expect(page).not.toMatch(/<(link(?! rel="icon" href="data:,")|iframe|object|embed|base)\b/i);
    expect(page).not.toMatch(/\b(src|href|srcset|action|data)\s*=\s*["']?\s*(?!data:)[^"'\s>]/i);
    expect(page).not.toMatch(/url\(|@import|https?:/i);
    expect(page).toContain(`src="data:image/png;base64,AQID"`);
    const [, hash] = page.match(/script-src '(sha256-[^']+)'/)!;
    const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text!);
    expect(scripts.map((text) => `sha256-${createHash("sha256").update(text).digest("base64")}`)).toEqual([
      hash,
    ]);
    expect(page.match(/<script\b/g)).toHaveLength(2); // and the data of the curves
  });

  test("has the question, the answer, the table, every formula and the environment", () => {
    const page = reportPage(STUDIES.fourOptimizers);
    expect(page).toContain("<h1>Which optimizer learns mnist-10k best with default settings?</h1>");
    expect(page).toContain(
      "adam has the highest validation accuracy after 6 epochs: 98.32%, but is not shown to be better than rmsprop, sgd and adagrad (about 5 more seeds would decide).",
    );
    for (const formula of Object.values(FORMULAS)) expect(page).toContain(`<code>${formula}</code>`);
    expect(page).toContain("<code>-sum(y * logSoftmax(z))</code>");
    expect(page).toContain("<dt>epsilon</dt><dd>1e-7</dd>");
    expect(page).toContain("<dt>cpu</dt><dd>Example CPU @ 2.60GHz</dd>");
    expect(page).toContain("All runs with the same seed started from the same weights");
  });

  test("shows the verdict on every two arms from both sides", () => {
    const page = reportPage(STUDIES.fourOptimizers);
    const matrix = page.slice(page.indexOf('id="pairs"'), page.indexOf('id="curves"'));
    const cells = [...matrix.matchAll(/<td class="(\w+)" title="difference ([^ ]+) points/g)];
    expect(cells).toHaveLength(12);
    const count = (word: string) => cells.filter((cell) => cell[1] === word).length;
    expect(count("better")).toBe(count("worse"));
    for (const [, word, difference] of cells)
      if (word !== "undecided" && word !== "equal") expect(Number(difference) > 0).toBe(word === "better");
  });

  test("shows what checks found, with what to do, and says if they found nothing", () => {
    const sectionOf = (study: Study) => {
      const page = reportPage(study);
      return page.slice(page.indexOf('id="checks"'), page.indexOf('id="curves"'));
    };
    const one = sectionOf(STUDIES.oneSeed);
    expect(one).toContain('class="finding fails" id="check-one-seed"');
    expect(one).toMatch(/\d arms are compared on seed 0 alone/);
    expect(one).toContain("Run more seeds into the same folder");
    const single = exampleStudy([{ optimizer: "adam" }, { optimizer: "adam", seed: 1 }]);
    expect(sectionOf(single)).toContain("found nothing");
  });

  test("ranks the arms, best first", () => {
    const page = reportPage(STUDIES.fourOptimizers);
    const ranking = page.slice(page.indexOf('id="ranking"'), page.indexOf('id="cost"'));
    const arms = [...ranking.matchAll(/<th scope="row"[^>]*>([^<]+)/g)].map(([, arm]) => arm);
    expect(arms).toEqual(["adam", "rmsprop", "sgd", "adagrad"]);
  });

  test("has a tick beside the best result, and none that overlaps it", () => {
    const page = reportPage(STUDIES.fourOptimizers);
    const ranking = page.slice(page.indexOf('id="ranking"'), page.indexOf('id="cost"'));
    const ticks = [...ranking.matchAll(/<text x="([\d.]+)%"[^>]*>([\d.]+)</g)].map(([, at, tick]) => ({
      at: Number(at),
      tick: Number(tick),
    }));
    const [best, ...others] = ticks;
    expect(best!.tick).toBeGreaterThan(0.97); // adam has 0.9832
    for (const [i, { at }] of others.entries()) expect(ticks[i]!.at - at).toBeGreaterThan(18);
  });

  test("reports runs of a seed that started from different weights", () => {
    const study = structuredClone<unknown>(STUDIES.oneSeed) as {
      runs: { parametersSha256: { initial: string } }[];
    };
    study.runs[1]!.parametersSha256.initial = "another";
    expect(reportPage(study as unknown as Study)).toContain("did NOT all start from the same weights");
  });

  test("escapes hostile names everywhere", () => {
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
    const page = reportPage(study);
    expect(page).toContain("&#60;script&#62;alert(1)");
    expect(page).not.toMatch(/<script>alert|<img/i);
    expect(page.match(/<script/gi)).toHaveLength(2);
  });

  test("no name can end an attribute", () => {
    const page = reportPage(exampleStudy([{ optimizer: 'x" onload="alert(3)' }]));
    const tags = page.match(/<[^>]*>/g)!;
    expect(tags.filter((tag) => tag.includes('" onload'))).toEqual([]);
  });
});

test("the answer is the verdict, with what limits it", () => {
  const one = reportPage(STUDIES.oneSeed);
  expect(one).toContain('<p class="answer">With one seed, nothing can be decided: adam has the highest');
  expect(one).toContain(
    '<p class="caveat">One seed cannot show that an arm is better: with 6 pairs of arms,',
  );
  expect(reportPage(STUDIES.endedEarly)).toContain(
    '<p class="caveat">Diverged runs count as an accuracy of 0: sgd (1 of 2), adagrad (2 of 2).',
  );
});

test.each([
  ["noEpoch", "Nothing was trained: with 0 epochs, all numbers are those of the initial weights."],
  ["noRun", "No run completed its training."],
] as const)("%s still gives a report", (name, answer) => {
  expect(reportPage(STUDIES[name])).toContain(`<p class="answer">${answer}</p>`);
});

test("a page with many arms has sections for the best only, and says so", () => {
  const many = exampleStudy(
    Array.from({ length: 60 }, (_, i) => ({ optimizer: `optimizer${i}`, epochs: 1 })),
  );
  const page = reportPage(many);
  expect(page.slice(0, page.indexOf('id="cost"')).match(/<th scope="row"/g)).toHaveLength(60);
  expect(page.match(/<p>Update:/g)).toHaveLength(20);
  expect(page).toContain("The 20 arms with the highest validation accuracy are listed");
});

test("a table of very many arms has the best, and says so", () => {
  const many = exampleStudy(
    Array.from({ length: 510 }, (_, i) => ({
      optimizer: `optimizer${i}`,
      epochs: 1,
      reaches: 0.5 + i / 1100,
    })),
  );
  const page = reportPage(many);
  const ranking = page.slice(page.indexOf('id="ranking"'), page.indexOf('id="cost"'));
  expect(ranking.match(/role="rowheader"/g)).toHaveLength(500);
  expect(ranking).toContain("optimizer509");
  expect(ranking).toContain("The 500 best of 510 arms are shown; table.md has all.");
});

test("any history gives a report", () => {
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
  fc.assert(
    fc.property(fc.array(run, { maxLength: 3 }), (runs) => {
      const page = reportPage({ ...exampleStudy([]), runs }).split("<script>")[0];
      expect(page).not.toMatch(/NaN|undefined|Infinity/);
    }),
    { numRuns: 100 },
  );
});

test("explains and offers only what a page has", () => {
  const near = reportPage(exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd" }]));
  const far = reportPage(exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd", reaches: 0.5 }]));
  expect(near).not.toContain("further left");
  expect(far).toContain("◂: further left");
  expect(near).toContain('<label class="others" hidden>');
  expect(reportPage(STUDIES.many)).toContain('<label class="others">');
  expect(near).toContain("Arms by rank, best first");
  expect(reportPage(STUDIES.twoDatasets)).toContain("Arms by accuracy, best first: mnist-10k");
});

test("names arms in the table of losses and times, also those that only a column of the results distinguishes", () => {
  const page = reportPage(STUDIES.learningRates);
  const costs = page.slice(page.indexOf('id="cost"'), page.indexOf('id="pairs"'));
  const arms = [...costs.matchAll(/role="rowheader">([^<]+)/g)].map(([, arm]) => arm);
  expect(new Set(arms)).toEqual(
    new Set(
      ["adam", "sgd"].flatMap((name) => [0.1, 0.01, 0.001].map((rate) => `${name}, learning rate ${rate}`)),
    ),
  );
});
