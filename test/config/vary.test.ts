import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";

const DATASET = { name: "some", count: 1000, height: 28, width: 28, channels: 1, classes: 10 };
const plan = (config: object) =>
  planStudy(studyArms(parseCompareConfig(config as CompareConfig)), () => DATASET);
const configs = (config: object) => plan(config).runs.map(({ plan }) => plan.config);

const problem = (config: object) => {
  try {
    plan(config);
  } catch (error) {
    const { message, path } = error as { message: string; path: string };
    return { message, path };
  }
  throw new Error("was accepted");
};

describe("vary", () => {
  it("combines every value with every optimizer, the optimizers changing fastest", () => {
    const runs = configs({ optimizers: ["adam", "sgd"], seeds: 2, vary: { batchSize: [32, 256] } });
    expect(runs.map(({ seed, batchSize, optimizer }) => `${seed} ${batchSize} ${optimizer.name}`)).toEqual([
      "0 32 adam",
      "0 32 sgd",
      "0 256 adam",
      "0 256 sgd",
      "1 32 adam",
      "1 32 sgd",
      "1 256 adam",
      "1 256 sgd",
    ]);
  });

  it("varies any key, whole or in part", () => {
    const of = (vary: object, config: object = {}) => configs({ optimizers: ["sgd"], ...config, vary });
    expect(of({ schedule: ["constant", { name: "cosine", alpha: 0.1 }] })).toMatchObject([
      { schedule: { name: "constant" } },
      { schedule: { name: "cosine", alpha: 0.1 } },
    ]);
    expect(of({ "schedule.alpha": [0, 0.5] }, { schedule: "cosine" })).toMatchObject([
      { schedule: { name: "cosine", alpha: 0 } },
      { schedule: { name: "cosine", alpha: 0.5 } },
    ]);
    expect(of({ model: ["mlp", "lenet-5"] })).toMatchObject([
      { model: { name: "mlp" } },
      { model: { name: "lenet-5" } },
    ]);
    const layers = [{ type: "flatten" }, { type: "dropout", rate: 0.1 }, { type: "dense", units: 10 }];
    expect(of({ "model.layers[1].rate": [0.2, 0.4] }, { model: { layers } })).toMatchObject([
      { model: { layers: [{}, { rate: 0.2 }, {}] } },
      { model: { layers: [{}, { rate: 0.4 }, {}] } },
    ]);
    expect(of({ "split.train": [100, 200] }, { split: { validation: 50 } })).toMatchObject([
      { split: { train: 100, validation: 50 } },
      { split: { train: 200, validation: 50 } },
    ]);
    expect(of({ "loss.delta": [1, 2] }, { losses: ["huber"] })).toMatchObject([
      { loss: { delta: 1 } },
      { loss: { delta: 2 } },
    ]);
  });

  it("takes null for the default", () => {
    const [none, some] = configs({ optimizers: ["sgd"], vary: { augmentation: [null, { shift: 2 }] } });
    expect(none).not.toHaveProperty("augmentation");
    expect(some).toMatchObject({ augmentation: { shift: 2, rotation: 0 } });
  });

  it("varies a hyperparameter of a custom formula by its name", () => {
    const mine = { name: "mine", formula: "theta = theta - k * g", hyperparameters: { k: 1 } };
    expect(configs({ optimizers: [mine], vary: { "optimizer.k": [0.1, 0.2] } })).toMatchObject([
      { optimizer: { hyperparameters: { k: 0.1 } } },
      { optimizer: { hyperparameters: { k: 0.2 } } },
    ]);
  });

  it("takes a range", () => {
    const rates = (range: object) =>
      configs({ optimizers: ["sgd"], vary: { "optimizer.learningRate": range } }).map(
        ({ optimizer }) => optimizer.learningRate,
      );
    expect(rates({ from: 1e-4, to: 1e-1, points: 4 })).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
    expect(rates({ from: 0.1, to: 0.3, points: 3, scale: "linear" })).toEqual([0.1, 0.2, 0.3]);
    const momenta = configs({
      optimizers: ["sgd"],
      vary: { "optimizer.momentum": { from: 0, to: 0.9, points: 4 } },
    });
    expect(momenta.map(({ optimizer }) => (optimizer as { momentum?: number }).momentum)).toEqual([
      0, 0.3, 0.6, 0.9,
    ]);
  });

  it("rounds a range of whole numbers", () => {
    const sizes = configs({ optimizers: ["sgd"], vary: { batchSize: { from: 16, to: 100, points: 3 } } });
    expect(sizes.map(({ batchSize }) => batchSize)).toEqual([16, 40, 100]);
  });

  it.each([
    [{ batchSzie: [1] }, "vary.batchSzie", 'Did you mean "batchSize"?'],
    [{ "optimizers.momentum": [1] }, "vary.optimizers.momentum", 'Did you mean "optimizer"?'],
    [{ optimizer: ["adam"] }, "vary.optimizer", "Give a list in `optimizers` instead of `vary.optimizer`."],
    [{ seed: [1, 2] }, "vary.seed", "`seeds`"],
    [{ threads: [1, 2] }, "vary.threads", "all runs of a study have the same `threads`"],
    [{ device: ["cpu"] }, "vary.device", "Run one study per device"],
    [{ dataDir: ["a", "b"] }, "vary.dataDir", "Give each folder as a `dataset` instead"],
    [{ resize: [28, 0] }, "vary.resize[1]", "of at least 1"],
    [{ batchSize: [8, 0] }, "vary.batchSize[1]", "`vary.batchSize[1]`, got 0"],
    [{ batchSize: [] }, "vary.batchSize", "at least 1 item"],
    [{ batchSize: 32 }, "vary.batchSize", "`vary.batchSize`, got 32"],
    [{ batchSize: { from: 2, to: 2 } }, "vary.batchSize", "equal ends"],
    [{ batchSize: { from: 0, to: 2, scale: "log" } }, "vary.batchSize", 'Use "linear"'],
    [{ "split.train": [10, 5000] }, "vary.split.train[1]", "but some has 1,000 images"],
    [{ "schedule.alpah": [1] }, "vary.schedule.alpah[0]", "alpah"],
    [{ "model.layers[0].rate": [1] }, "vary.model.layers[0].rate[0]", "Write out its layers"],
    [{ "batchSize.size": [1] }, "vary.batchSize.size[0]", '32 (number) has no key "size"'],
    [{ "optimizer.momentum": [0.5, 2] }, "vary.optimizer.momentum[1]", "less than 1"],
  ])("rejects %j, and says where", (vary, path, text) => {
    const { message, path: found } = problem({ optimizers: ["sgd"], vary });
    expect(message).toContain(text);
    expect(found).toBe(path);
  });

  it("names the optimizers that lack a setting, and those that have it", () => {
    const vary = { "optimizer.momentum": [0, 0.9] };
    expect(problem({ optimizers: ["adam", "sgd", "adagrad"], vary }).message).toBe(
      '`vary.optimizer.momentum` changes a setting that adam, adagrad do not have. Compare only those that have it: sgd. Or omit `vary.optimizer.momentum` and vary it in `optimizers`, such as {"name":"sgd","momentum":[0,0.9]}.',
    );
    expect(problem({ optimizers: "all", vary }).message).toContain(
      "Compare only those that have it: sgd,rmsprop,muon,scheduleFreeSgd.",
    );
    expect(problem({ optimizers: ["adam"], vary: { "optimizer.beta": [0] } }).message).toContain(
      '`vary.optimizer.beta` changes a setting that adam does not have. Did you mean "beta1"?',
    );
  });

  it("says which arm does not fit", () => {
    const vary = { "split.train": [100, 200], batchSize: [32], model: [{ layers: [{ type: "flatten" }] }] };
    expect(problem({ optimizers: ["sgd"], vary }).message).toMatch(
      /`vary\.model\[0\]\.layers.* This is the arm with `vary\.split\.train\[0\]`, `vary\.batchSize\[0\]`\.$/s,
    );
  });

  it("rejects two equal arms", () => {
    expect(problem({ optimizers: ["sgd"], vary: { batchSize: [32, 64, 32] } })).toEqual({
      message: "`vary.batchSize[2]` is the same as `vary.batchSize[0]`. Remove one of them.",
      path: "vary.batchSize[2]",
    });
    const capped = { optimizers: ["sgd"], vary: { batchSize: [900, 1000] } };
    expect(problem(capped).message).toContain("is the same as");
  });

  it("counts the runs of a study that is too large", () => {
    const vary = { batchSize: { from: 1, to: 1000, points: 1000, scale: "linear" }, epochs: [1, 2, 3] };
    expect(problem({ optimizers: ["adam", "sgd"], seeds: 40, vary }).message).toBe(
      "The study would have 240,000 runs (2 optimizers x 1 loss x 3 values of epochs x 1,000 values of batchSize x 40 seeds), but at most 100,000 runs are supported. Split it into several studies.",
    );
  });
});

describe("arms", () => {
  it("differ from the study as each says", () => {
    const runs = configs({
      epochs: 2,
      augmentation: { shift: 1 },
      arms: [
        { name: "plain", augmentation: null },
        { name: "large batches", optimizer: { name: "sgd", momentum: 0.9 }, batchSize: 256, epochs: 4 },
        { optimizer: "sgd", semantics: "pytorch" },
      ],
      seeds: 2,
    });
    expect(runs).toHaveLength(6);
    expect(runs[0]).toMatchObject({ name: "plain", optimizer: { name: "adam" }, epochs: 2, batchSize: 32 });
    expect(runs[0]).not.toHaveProperty("augmentation");
    expect(runs[1]).toMatchObject({ name: "large batches", batchSize: 256, epochs: 4, augmentation: {} });
    expect(runs[2]).toMatchObject({ semantics: "pytorch", optimizer: { semantics: "pytorch" } });
    expect(runs[2]).not.toHaveProperty("name");
  });

  it("may be equal if their names differ", () => {
    expect(configs({ arms: [{ name: "a" }, { name: "b" }] })).toHaveLength(2);
    expect(problem({ arms: [{ name: "a" }, { optimizer: "sgd" }, { name: "a" }] })).toEqual({
      message: "`arms[2]` is the same as `arms[0]`. Remove one of them.",
      path: "arms[2]",
    });
  });

  it.each([
    [{ optimizers: ["sgd"] }, "optimizers"],
    [{ losses: ["brier"] }, "losses"],
    [{ vary: { batchSize: [1] } }, "vary"],
    [{ semantics: ["keras3", "pytorch"] }, "semantics"],
  ])("exclude %j", (other, path) => {
    expect(problem({ arms: [{ name: "a" }], ...other })).toMatchObject({ path });
  });

  it("are shown in errors", () => {
    const arms = (arm: object) => problem({ arms: [{ name: "a" }, arm] });
    expect(arms({ batchSize: 0 })).toMatchObject({ path: "arms[1].batchSize" });
    expect(arms({ split: { train: 2000 } })).toMatchObject({ path: "arms[1].split.train" });
    expect(arms({ optimizer: { name: "sgd", nesterov: true } }).message).toContain(
      "`arms[1].optimizer` (sgd)",
    );
    expect(arms({ seed: 1 }).message).toContain("Unknown key `arms[1].seed`.");
  });
});

describe("the resolved config", () => {
  const AXES = {
    batchSize: [8, 32, 900],
    schedule: ["constant", "cosine", { name: "step", stepSize: 1 }],
    model: ["mlp", "lenet-5"],
    epochs: [1, 2],
    augmentation: [null, { shift: 1 }],
    "split.train": [500, 700],
    "optimizer.learningRate": [1e-3, 1e-2],
    "optimizer.clipNorm": [null, 1],
    microBatch: [8, 4],
  };
  const study = fc.record({
    optimizers: fc.subarray(["adam", "sgd", { name: "sgd", momentum: 0.5 }, "lion"], { minLength: 1 }),
    losses: fc.subarray(["brier", { name: "huber", delta: 0.5 }], { minLength: 1 }),
    semantics: fc.constantFrom("keras3", "pytorch", ["keras3", "pytorch"]),
    seeds: fc.constantFrom(1, 2, [7]),
    vary: fc
      .subarray(Object.keys(AXES) as (keyof typeof AXES)[])
      .map((paths) => Object.fromEntries(paths.map((path) => [path, AXES[path]]))),
  });

  it("is plain JSON that gives the same runs again", () => {
    fc.assert(
      fc.property(study, (config) => {
        const { config: resolved, runs } = plan(config);
        const read = JSON.parse(JSON.stringify(resolved)) as object;
        expect(read).toEqual(resolved);
        const again = plan(read);
        expect(again.config).toEqual(resolved);
        expect(again.runs.map(({ plan }) => plan)).toEqual(runs.map(({ plan }) => plan));
      }),
      { numRuns: 40 },
    );
  });

  it("contains in its arms only what differs between them", () => {
    const { config } = plan({ optimizers: ["adam", "sgd"], vary: { batchSize: [16, 256] } });
    expect(config).not.toHaveProperty("optimizers");
    expect(config).not.toHaveProperty("batchSize");
    expect(config).toMatchObject({ epochs: 3, schedule: { name: "constant" } });
    expect(config.arms!.map((arm) => Object.keys(arm).sort())).toEqual(
      Array(4).fill(["batchSize", "loss", "microBatch", "optimizer"]),
    );
  });

  it("lists optimizers and losses if nothing else differs", () => {
    const { config } = plan({ optimizers: ["sgd"], vary: { "optimizer.momentum": [0, 0.9], epochs: [2] } });
    expect(config).not.toHaveProperty("arms");
    expect(config).toMatchObject({ epochs: 2, optimizers: [{ momentum: 0 }, { momentum: 0.9 }] });
  });

  it("can be varied further", () => {
    const { config } = plan({ optimizers: [{ name: "sgd", momentum: 0.9 }] });
    const runs = configs({ ...config, vary: { "optimizer.nesterov": [false, true] } });
    expect(runs.map(({ optimizer }) => (optimizer as { nesterov?: boolean }).nesterov)).toEqual([
      false,
      true,
    ]);
  });
});
