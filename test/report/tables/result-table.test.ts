import { stripVTControlCharacters } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { epochsCsv } from "../../../src/report/tables/epochs-csv.js";
import { markdownTable } from "../../../src/report/tables/markdown-table.js";
import { resultTable } from "../../../src/report/tables/result-table.js";
import type { Study } from "../../../src/study/study.js";
import { exampleStudy, inParallel, STUDIES } from "../example-studies.js";
import { studyOf } from "../outcome-study.js";
import { plainStudy } from "./plain-study.js";

const csvOf = (study: Study) => [...epochsCsv(study)].join("");

test("the table for a terminal covers the completed seeds", () => {
  expect(stripVTControlCharacters(resultTable(plainStudy())).split("\n")).toEqual([
    "Which optimizer learns mnist-10k best with default settings?",
    "Nothing is decided between adam and sgd: validation accuracy after 2 epochs is 97.00% and 80.00% (1 of 2 runs diverged); about 9 more seeds would decide.",
    "┌──────┬───────────┬───────────────┬─────────────────────┬─────────────────┬─────────────────┬───────┬───────────────┬──────────┬──────────────┐",
    "│ rank │ optimizer │ learning rate │ validation accuracy │ validation loss │   test accuracy │ seeds │   training, s │ step, ms │ status       │",
    "│    1 │ adam      │         0.001 │     0.9700 ± 0.0141 │ 0.3333 ± 0.0000 │ 0.9600 ± 0.0141 │     2 │ 5.500 ± 0.707 │    11.00 │ completed    │",
    "│    1 │ sgd       │          0.01 │              0.8000 │          0.3333 │          0.7900 │     1 │         4.000 │    8.000 │ 1/2 diverged │",
    "└──────┴───────────┴───────────────┴─────────────────────┴─────────────────┴─────────────────┴───────┴───────────────┴──────────┴──────────────┘",
    "2 seeds cannot show that an arm is better: with one pair of arms, at least 6 are needed.",
    "Diverged runs count as an accuracy of 0: sgd (1 of 2).",
    "Settings are as shipped, which says little about what an optimizer can reach: after three epochs of mnist-10k (seed 0), Adagrad has 0.26 at its default learning rate and 0.967 at 0.03, and SGD 0.72 at 0.01 and 0.963 at 0.1.",
    "Rank: 1 + the number of arms that are better. Arms of different ranks may still be undecided.",
    "Formulas and defaults: keras3.",
    "Mean ± standard deviation over the completed seeds, at the end of training.",
    "sgd: seed 1 diverged in epoch 2.",
  ]);
});

describe("in a terminal that is too narrow", () => {
  const lines = (text: string) => text.split("\n");
  const tableOf = (text: string) => lines(text).filter((line) => /^[┌│└]/.test(line));

  test("headings are wrapped, then columns are omitted and listed", () => {
    expect(lines(resultTable(plainStudy(), { width: 80 })).slice(1, 12)).toEqual([
      "Nothing is decided between adam and sgd: validation accuracy after 2 epochs is",
      "97.00% and 80.00% (1 of 2 runs diverged); about 9 more seeds would decide.",
      "┌──────┬───────────┬──────────┬─────────────────┬───────┬──────────────┐",
      "│ rank │ optimizer │ learning │      validation │ seeds │ status       │",
      "│      │           │     rate │        accuracy │       │              │",
      "│    1 │ adam      │    0.001 │ 0.9700 ± 0.0141 │     2 │ completed    │",
      "│    1 │ sgd       │     0.01 │          0.8000 │     1 │ 1/2 diverged │",
      "└──────┴───────────┴──────────┴─────────────────┴───────┴──────────────┘",
      "Columns omitted to fit 80 characters: step, ms; validation loss; training, s;",
      "test accuracy.",
      "2 seeds cannot show that an arm is better: with one pair of arms, at least 6 are",
    ]);
  });

  test("no line of a table is wider than the terminal", () => {
    const long = exampleStudy([
      { optimizer: "scheduleFreeAdamw", label: "adam with a name that a person gave it" },
      { optimizer: "sgd" },
    ]);
    for (const study of [plainStudy(), long, STUDIES.endedEarly, STUDIES.twoLosses])
      for (let width = 60; width <= 160; width += 10) {
        const text = resultTable(study, { width });
        const table = tableOf(text);
        for (const line of lines(text)) expect(line.length).toBeLessThanOrEqual(width);
        expect(new Set(table.map(({ length }) => length)).size).toBe(1);
        expect(table.join()).toMatch(/validation.*accuracy/);
      }
  });

  test("80 columns are assumed in a terminal without a size", () => {
    const { stdout } = process;
    const before = Object.getOwnPropertyDescriptor(stdout, "columns");
    Object.defineProperty(stdout, "columns", { value: 0, configurable: true });
    onTestFinished(() => {
      if (before === undefined) Reflect.deleteProperty(stdout, "columns");
      else Object.defineProperty(stdout, "columns", before);
      vi.unstubAllEnvs();
    });
    vi.stubEnv("COLUMNS", "");
    expect(resultTable(plainStudy())).toBe(resultTable(plainStudy(), { width: 80 }));
  });

  test("80 columns are assumed elsewhere than in a terminal, unless COLUMNS says otherwise", () => {
    expect(process.stdout.columns).toBeUndefined();
    for (const [columns, width] of [
      ["", 80],
      ["wide", 80],
      ["120", 120],
    ] as const) {
      vi.stubEnv("COLUMNS", columns);
      expect(resultTable(plainStudy())).toBe(resultTable(plainStudy(), { width }));
    }
    vi.unstubAllEnvs();
  });

  test("the best of many arms are shown, with a note where the others are", () => {
    const many = exampleStudy(
      Array.from({ length: 60 }, (_, i) => ({
        optimizer: `optimizer${i}`,
        epochs: 1,
        reaches: 0.5 + 0.005 * i,
      })),
    );
    const text = resultTable(many);
    expect(tableOf(text)).toHaveLength(50 + 3);
    expect(text).toContain("optimizer59");
    expect(text).not.toContain("optimizer0 ");
    expect(text).toContain("The 50 best of 60 arms are shown; table.md has all.");
  });
});

test("the rows of the best arms are highlighted only if another arm is worse, and ranks are explained", () => {
  const decided = studyOf({ sgd: Array(6).fill(0.8), adam: [0.9, 0.91, 0.92, 0.9, 0.91, 0.9] });
  expect(markdownTable(decided)).toMatch(/^\| \*\*1\*\* \| \*\*adam\*\* .*\n\| 2 \| sgd \| /m);
  expect(markdownTable(plainStudy())).not.toContain("**");
  expect(resultTable(decided)).toContain("Rank: 1 + the number of arms that are better.");
  expect(resultTable(STUDIES.oneRun)).not.toMatch(/rank/i);
});

test("a study without training has no ranks", () => {
  const two = (...accuracies: number[]) => {
    const study = exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd" }]);
    const runs = study.runs.map((run) => ({
      ...run,
      history: accuracies.map((accuracy, i) => {
        const epoch = run.history[i]!;
        return { ...epoch, validation: { ...epoch.validation, accuracy } };
      }),
    }));
    return { ...study, runs };
  };
  expect(resultTable(two(0.1, 0.9))).toMatch(/rank/i);
  const untrained = two(0.1);
  const seeds = [0, 1].flatMap((seed) =>
    untrained.runs.map((run) => ({ ...run, config: { ...run.config, seed } })),
  );
  for (const study of [untrained, { ...untrained, runs: seeds }])
    expect(resultTable(study)).not.toMatch(/rank/i);
});

test("the table in Markdown", () => {
  expect(markdownTable(plainStudy()).split("\n").slice(0, 9)).toEqual([
    "Which optimizer learns mnist-10k best with default settings?",
    "",
    "Nothing is decided between adam and sgd: validation accuracy after 2 epochs is 97.00% and 80.00% (1 of 2 runs diverged); about 9 more seeds would decide.",
    "",
    "| rank | optimizer | learning rate | validation accuracy | validation loss | test accuracy | seeds | training, s | step, ms | status |",
    "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    "| 1 | adam | 0.001 | 0.9700 ± 0.0141 | 0.3333 ± 0.0000 | 0.9600 ± 0.0141 | 2 | 5.500 ± 0.707 | 11.00 | completed |",
    "| 1 | sgd | 0.01 | 0.8000 | 0.3333 | 0.7900 | 1 | 4.000 | 8.000 | 1/2 diverged |",
    "",
  ]);
});

test("only a terminal gets colours", () => {
  const study = studyOf({ sgd: Array(6).fill(0.8), adam: [0.9, 0.91, 0.92, 0.9, 0.91, 0.9] });
  const plain = resultTable(study, { colors: false });
  expect(plain).not.toContain("\u001b");
  const colored = resultTable(study, { colors: true });
  expect(colored).toContain("\u001b[1m");
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test("one seed gives plain numbers, with a caveat", () => {
  const table = resultTable(STUDIES.oneSeed);
  expect(table).not.toContain("±");
  expect(table).toContain("With one seed, nothing can be decided");
});

test("learning rates have enough digits to distinguish them, and the CSV file has all digits", () => {
  const study = (rates: readonly number[]) =>
    exampleStudy(rates.map((learningRate) => ({ optimizer: "mine", epochs: 1, learningRate })));
  const rateTexts = (rates: readonly number[]) =>
    markdownTable(study(rates))
      .match(/^\|.*mine.*$/gm)!
      .map((line) => line.replace(/\*/g, "").split(" | ")[2]!.trim());
  expect(rateTexts([0.1 * 0.1995, 1 / 30, 1e-7, 5])).toEqual(["0.01995", "0.03333", "1e-7", "5"]);
  expect(rateTexts([0.1, 0.100001])).toEqual(["0.1", "0.100001"]);
  expect(rateTexts([0.3, 0.1 + 0.2])).toEqual(["0.3", "0.30000000000000004"]);
  expect(csvOf(study([0.1 * 0.1995, 0.1]))).toContain(",0.019950000000000002,");
});

test("several losses or learning rates have a column, and are not repeated in labels", () => {
  expect(markdownTable(STUDIES.twoLosses)).toContain("| rank | optimizer | loss | learning rate |");
  expect(markdownTable(STUDIES.twoLosses)).toContain("| sgd | meanSquaredError | 0.01 |");
  expect(markdownTable(STUDIES.learningRates)).toContain("| adam | 0.01 |");
});

test("losses of one optimizer are in the first column, and the optimizer is below the table", () => {
  const losses = exampleStudy([
    { optimizer: "adam", loss: "hinge" },
    { optimizer: "adam", loss: "brier" },
  ]);
  expect(markdownTable(losses)).toContain("| loss | validation accuracy |");
  expect(markdownTable(losses)).toContain("| hinge | 0.");
  expect(markdownTable(losses)).toContain(
    "Optimizer: adam, learning rate 0.001. Formulas and defaults: keras3.",
  );
});

test("several losses are compared by common metrics", () => {
  const { runs, ...study } = plainStudy();
  const withLoss = (name: string) =>
    runs.map((run) => {
      const loss = { ...run.config.loss, name } as typeof run.config.loss;
      return { ...run, config: { ...run.config, loss } };
    });
  const both = { ...study, runs: [...withLoss("a"), ...withLoss("b")] };
  const markdown = markdownTable(both);
  expect(markdown).toContain("| validation loss | NLL | ECE | test accuracy |");
  expect(markdown).toContain("| sgd | a | 0.01 | 0.8000 | 0.3333 | 1.200 | 0.2500 | 0.7900 |");
  expect(markdown).toContain("NLL: negative log-likelihood");
  expect(resultTable(both)).toMatch(/│ validation loss │ +NLL │ +ECE │/);
});

test("a step is an update, for any number of batches", () => {
  const study = plainStudy();
  const accumulated = {
    ...study,
    runs: study.runs.map((run) => ({ ...run, config: { ...run.config, gradientAccumulation: 4 } })),
  };
  expect(resultTable(study)).toContain("│    8.000 │");
  // 250 batches of 32 make 63 updates.
  expect(resultTable(accumulated)).toContain(`│    ${(4000 / 126).toFixed(2)} │`);
});

test("an arm with a diverged run is not the best, however good its other runs", () => {
  const study = plainStudy();
  const [, sgd] = study.runs;
  Object.assign(sgd!.history.at(-1)!.validation, { accuracy: 0.999 });
  expect(markdownTable(study)).toMatch(/adam[^|]*\|.*\n.*sgd/);
});

test("no name is executed by a terminal, or read as Markdown or HTML", () => {
  expect(resultTable(exampleStudy([{ optimizer: "\u001b[31mred\nline" }]))).toContain(
    "│ \uFFFD[31mred\uFFFDline │",
  );
  const markdown = markdownTable(exampleStudy([{ optimizer: "a|b<script>*x*_y_`z`[l](u)" }]));
  expect(markdown).toContain("| a\\|b&lt;script>\\*x\\*\\_y\\_\\`z\\`\\[l\\](u) |");
});

test("with early stopping, the table uses and names each run's best epoch", () => {
  const study = plainStudy();
  const runs = [
    { ...study.runs[0]!, bestEpoch: 1, stoppedEarly: true },
    { ...study.runs[1]!, bestEpoch: 2, stoppedEarly: false },
  ];
  const table = markdownTable({ ...study, runs }).replaceAll("**", "");
  expect(table).toContain("| adam | 0.001 | 0.9000 | 0.5000 |");
  expect(table).toContain("| sgd | 0.01 | 0.8000 | 0.3333 |");
  expect(table).toContain("adam: weights and metrics of the best epoch (epoch 1 of 2, stopped early).");
  expect(table).toContain("sgd: weights and metrics of the best epoch (epoch 2 of 2).");
});

test.each([
  ["keras3", "keras3", "Formulas and defaults: keras3."],
  ["keras3", "pytorch", "Formulas and defaults: keras3. Formulas of the losses: meanSquaredError (pytorch)."],
  ["keras3", "custom", "Formulas and defaults: keras3. Formulas of the losses: meanSquaredError (custom)."],
  [
    "custom",
    "keras3",
    "Formulas of the losses: meanSquaredError (keras3), sparseCategoricalCrossentropy (keras3).",
  ],
])("names the sources of the formulas: optimizers %s, losses %s", (optimizer, loss, note) => {
  const study = exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd", loss: "meanSquaredError" }]);
  const runs = study.runs.map((run, i) => {
    const { config } = run;
    if (i === 0) return run;
    const [ofOptimizer, ofLoss] = [
      { ...config.optimizer, semantics: optimizer } as typeof config.optimizer,
      { ...config.loss, semantics: loss } as typeof config.loss,
    ];
    return { ...run, config: { ...config, optimizer: ofOptimizer, loss: ofLoss } };
  });
  expect(resultTable({ ...study, runs }, { colors: false }).split("\n")).toContain(note);
});

test("parallel runs have no times, and the reason is stated", () => {
  const shared = inParallel(plainStudy());
  const [of, text] = [resultTable(plainStudy()), resultTable(shared)];
  for (const times of ["training, s", "step, ms"]) {
    expect(of).toContain(times);
    expect(text).not.toContain(times);
  }
  expect(text).toContain("Runs went in parallel (execution: parallel)");
  expect(of).not.toContain("shared");
});
