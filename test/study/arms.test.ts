import fc from "fast-check";
import { expect, test } from "vitest";
import { studyCharts } from "../../src/report/charts/study-charts.js";
import { armsOf } from "../../src/study/arms.js";
import { exampleStudy, STUDIES } from "../report/example-studies.js";

const labels = (...args: Parameters<typeof exampleStudy>) =>
  armsOf(exampleStudy(...args)).map(({ label }) => label);

test("runs that differ only in the seed form one arm", () => {
  const arms = armsOf(STUDIES.fourOptimizers);
  expect(arms.map(({ label, runs }) => [label, runs.length])).toEqual([
    ["adam", 3],
    ["sgd", 3],
    ["rmsprop", 3],
    ["adagrad", 3],
  ]);
});

test("a study that gains or replaces runs has other arms", () => {
  const { runs, ...rest } = exampleStudy([
    { optimizer: "adam" },
    { optimizer: "sgd" },
    { optimizer: "lion" },
  ]);
  const growing = { ...rest, runs: runs.slice(0, 1) };
  const labelled = () => armsOf(growing).map(({ label }) => label);
  expect(labelled()).toEqual(["adam"]);
  growing.runs.push(runs[1]!);
  expect(labelled()).toEqual(["adam", "sgd"]);
  growing.runs[0] = runs[2]!;
  expect(labelled()).toEqual(["lion", "sgd"]);
  armsOf(growing).reverse();
  expect(labelled()).toEqual(["lion", "sgd"]);
});

test("a label contains what distinguishes arms, and no more", () => {
  expect(
    labels([
      { optimizer: "adam" },
      { optimizer: "sgd", learningRate: 0.1 },
      { optimizer: "sgd", learningRate: 1 },
    ]),
  ).toEqual(["adam", "sgd, learning rate 0.1", "sgd, learning rate 1"]);
  expect(
    labels([
      { optimizer: "adam", loss: "a" },
      { optimizer: "adam", loss: "b" },
    ]),
  ).toEqual(["a", "b"]);
  expect(
    labels([
      { optimizer: "adam", loss: "a" },
      { optimizer: "adam", loss: "b" },
      { optimizer: "sgd", loss: "a" },
    ]),
  ).toEqual(["adam, a", "adam, b", "sgd"]);
  expect(
    labels([
      { optimizer: "adam", epochs: 2 },
      { optimizer: "adam", epochs: 3 },
    ]),
  ).toEqual(["adam, epochs 2", "adam, epochs 3"]);
  const weighed = exampleStudy([{ optimizer: "adam" }, { optimizer: "adam" }]);
  const runs = weighed.runs.map((run, i) => ({
    ...run,
    config: { ...run.config, loss: { ...run.config.loss, classWeights: i === 0 ? [] : [1, 2.5] } },
  }));
  expect(armsOf({ ...weighed, runs }).map(({ label }) => label)).toEqual([
    "adam, class weights none",
    "adam, class weights 1;2.5",
  ]);
  expect(labels([{ optimizer: "adam", label: "mine" }, { optimizer: "adam" }])).toEqual(["mine", "adam"]);
});

/** A study of one run for each optimizer and loss given, with these arms. */
const studyWith = (choices: readonly { optimizer?: object; loss?: object }[]) => {
  const { runs, ...study } = exampleStudy(choices.map(() => ({ optimizer: "sgd" })));
  return {
    ...study,
    runs: runs.map((run, i) => {
      const { optimizer, loss } = run.config;
      const config = {
        ...run.config,
        optimizer: { ...optimizer, momentum: 0, nesterov: false, ...choices[i]!.optimizer },
        loss: { ...loss, ...choices[i]!.loss },
      };
      return { ...run, config };
    }),
  };
};

test("a label contains every setting that is not the optimizer's default, even if no other row differs in it", () => {
  const arms = armsOf(
    studyWith([
      { optimizer: { momentum: 0.9 } },
      { optimizer: { momentum: 0.9, nesterov: true } },
      { optimizer: { learningRate: 0.5, clipNorm: 1 } },
      { optimizer: { learningRate: 0.5, label: "mine" } },
    ]),
  );
  expect(arms.map(({ label }) => label)).toEqual([
    "sgd, learning rate 0.01, nesterov false, momentum 0.9",
    "sgd, learning rate 0.01, nesterov true, momentum 0.9",
    "sgd, learning rate 0.5, clip norm 1",
    "mine",
  ]);
  expect(arms.map(({ name }) => name)).toEqual([
    "sgd, nesterov false, momentum 0.9",
    "sgd, nesterov true, momentum 0.9",
    "sgd, clip norm 1",
    "mine",
  ]);
  expect(armsOf(studyWith([{ optimizer: { momentum: 0.9 } }]))[0]!.label).toBe("sgd, momentum 0.9");
  expect(armsOf(studyWith([{}]))[0]!.label).toBe("sgd");
});

test("numbers in labels have no rounding errors", () => {
  const arms = armsOf(
    studyWith([
      { optimizer: { learningRate: 0.1 * 0.1995, momentum: 0.1 + 0.2 } },
      { optimizer: { learningRate: 1 / 30, momentum: 0.99999 } },
      { loss: { name: "huber", delta: 0.1 + 0.2 } },
    ]),
  );
  expect(arms.map(({ label }) => label)).toEqual([
    "sgd, sparseCategoricalCrossentropy, learning rate 0.01995, momentum 0.3",
    "sgd, sparseCategoricalCrossentropy, learning rate 0.03333, momentum 0.99999",
    "sgd, huber",
  ]);
  expect(arms[2]!.loss).toBe("huber (delta 0.3)");
});

test("a label beside a loss column does not contain the loss's settings", () => {
  const arms = armsOf(
    studyWith([
      { loss: { name: "huber", delta: 0.1 }, optimizer: { momentum: 0.9 } },
      { loss: { name: "huber", delta: 0.2 }, optimizer: { momentum: 0.9 } },
      { loss: { name: "huber", delta: 0.2 } },
    ]),
  );
  expect(arms.map(({ name, loss }) => [name, loss])).toEqual([
    ["sgd, momentum 0.9", "huber (delta 0.1)"],
    ["sgd, momentum 0.9", "huber (delta 0.2)"],
    ["sgd, momentum 0", "huber (delta 0.2)"],
  ]);
});

test("different losses have different names, and separate charts", () => {
  const study = studyWith([
    { loss: { name: "huber", delta: 1 } },
    { loss: { name: "huber", delta: 0.1 } },
    { loss: { name: "poisson", semantics: "keras3" } },
    { loss: { name: "poisson", semantics: "pytorch" } },
    { loss: { name: "mine", semantics: "custom", formula: "mean(z)" } },
    { loss: { name: "mine", semantics: "custom", formula: "sum(z)" } },
  ]);
  expect(armsOf(study).map(({ loss }) => loss)).toEqual([
    "huber",
    "huber (delta 0.1)",
    "poisson (keras3)",
    "poisson (pytorch)",
    "mine (mean(z))",
    "mine (sum(z))",
  ]);
  const losses = studyCharts(study).filter(({ name }) => name.startsWith("validation-loss"));
  expect(losses).toHaveLength(6);
});

test("custom formulas with the same name are distinguished by their content", () => {
  const custom = (formula: string) => ({ optimizer: { name: "mine", semantics: "custom", formula } });
  const arms = (...formulas: string[]) => armsOf(studyWith(formulas.map(custom))).map(({ label }) => label);
  const start = "m = 0.9 * m + g";
  expect(arms(`${start}\ntheta = theta - 0.1 * m`, `${start}; theta = theta - 0.1 * sign(m)`)).toEqual([
    "mine, theta = theta - 0.1 * m",
    "mine, theta = theta - 0.1 * sign(m)",
  ]);
  expect(arms(start, `${start}; theta = theta - m`)).toEqual([
    "mine, nothing more",
    "mine, theta = theta - m",
  ]);
  const long = `theta = theta - ${"0.5 * ".repeat(20)}`;
  expect(arms(`${long}g`, `${long}m`).map((label) => label.slice(-4))).toEqual(["… #1", "… #2"]);
});

test("a label names the framework of an optimizer or a loss before the rate that follows from it", () => {
  const as = (of: "optimizer" | "loss", semantics: readonly string[], rates: readonly number[]) => {
    const study = exampleStudy(rates.map((learningRate) => ({ optimizer: "adagrad", learningRate })));
    const runs = study.runs.map((run, i) => ({
      ...run,
      config: { ...run.config, [of]: { ...run.config[of], semantics: semantics[i]! } },
    }));
    return armsOf({ ...study, runs }).map(({ label }) => label);
  };
  expect(as("optimizer", ["keras3", "keras2", "pytorch"], [0.001, 0.001, 0.01])).toEqual([
    "adagrad, keras3",
    "adagrad, keras2",
    "adagrad, pytorch",
  ]);
  expect(as("optimizer", ["keras3", "keras3", "pytorch"], [0.001, 0.01, 0.01])).toEqual([
    "adagrad, keras3, learning rate 0.001",
    "adagrad, keras3, learning rate 0.01",
    "adagrad, pytorch",
  ]);
  expect(as("loss", ["keras3", "pytorch"], [0.001, 0.001])).toEqual([
    "adagrad, keras3 loss",
    "adagrad, pytorch loss",
  ]);
});

test("labels and file names are never equal, empty or unprintable", () => {
  const run = fc.record({
    optimizer: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a", "A", "../../a", "a".repeat(500))),
    learningRate: fc.constantFrom(0.1, 0.2),
    epochs: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
      const arms = armsOf(exampleStudy(runs));
      const all = (key: "label" | "slug") => arms.map((arm) => arm[key]);
      for (const each of ["label", "slug"] as const) expect(new Set(all(each)).size).toBe(arms.length);
      for (const slug of all("slug")) expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{0,70}$/);
      for (const label of all("label")) expect(label).toMatch(/^[^\p{C}]+$/u);
    }),
  );
});
