/**
 * The pages in order. Their content comes from files and folders of src/ (the longest match counts), in that order, with
 * functions first. `names` belong to a page whichever file declares them.
 */
export const PAGES = [
  {
    name: "training",
    title: "Training a model",
    summary: "Train one model: the config, callbacks, the result and the trained model.",
    names: ["train"],
    files: [
      "training/train",
      "config/train-config",
      "training/training",
      "training/trained-model",
      "training",
      "history",
      "config",
    ],
  },
  {
    name: "comparing",
    title: "Comparing optimizers and losses",
    summary: "Compare optimizers and losses: the config, callbacks, the study, its files and its report.",
    names: [
      "compare",
      "mergeStudies",
      "diffStudies",
      "verifyStudy",
      "writeReport",
      "writeStudy",
      "readStudy",
      "ResolvedCompareConfig",
    ],
    files: [
      "config/compare-config",
      "config/choices",
      "config/value-range",
      "study/compare",
      "study",
      "report",
    ],
  },
  {
    name: "verdicts",
    title: "Judging a study",
    summary: "What a study shows: ranks, a verdict on every pair of arms, and one sentence.",
    names: ["judgeStudy"],
    files: ["verdicts/judge", "verdicts/verdicts", "verdicts/pair", "verdicts", "statistics"],
  },
  {
    name: "data",
    title: "Data",
    summary: "Load datasets by name or path, download them, and pass arrays.",
    names: ["loadDataset"],
    files: ["data"],
  },
  {
    name: "models",
    title: "Models",
    summary: "Models and their layers.",
    files: ["models/model-config", "models"],
  },
  {
    name: "optimizers",
    title: "Optimizers",
    summary: "Built-in and custom optimizers, with their hyperparameters.",
    files: ["optimizers"],
  },
  {
    name: "losses",
    title: "Losses",
    summary: "Built-in and custom losses, and a check of a loss's gradient.",
    names: ["checkLossGradient"],
    files: [
      "losses",
      "training/check-loss-gradient",
      "training/gradient-check-options",
      "training/loss-breakdown",
    ],
  },
  {
    name: "schedules",
    title: "Schedules",
    summary: "Learning rate schedules, and the rates that they give.",
    names: ["scheduleRates", "scheduleMomenta"],
    files: ["schedules"],
  },
  {
    name: "explanations",
    title: "Explanations",
    summary: "What an optimizer or a loss computes, as plain data.",
    names: ["explain"],
    files: ["explain", "catalogue", "formula"],
  },
  {
    name: "benchmarks",
    title: "Benchmarks",
    summary: "Measure the speed of this machine.",
    names: ["bench"],
    files: ["bench"],
  },
  { name: "errors", title: "Errors", summary: "Errors and their codes.", files: ["errors"] },
];
