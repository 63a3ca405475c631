import { questionOf, type StudyQuestion } from "../../config/study-question.js";
import { differingPaths } from "../../study/labels.js";
import { isTrialStudy, type Study } from "../../study/study.js";
import { decimalText } from "../../validation/decimal-text.js";
import { namesText } from "../../verdicts/texts.js";
import { datasetText } from "../text/dataset-text.js";
import type { Result } from "./results.js";
import { tuningNotes } from "./tuning-notes.js";

type Settings = StudyQuestion | "configured" | "trials";

/** The question that a study answers, as a sentence: "Which optimizer learns mnist-10k best with default settings?" */
export function headline(study: Study, results: readonly Result[]): string {
  if (results.length === 0) return "A study without runs";
  const datasets = [...new Set(results.map(({ arm }) => datasetText(arm.config.dataset)))];
  const named = datasets.filter((name) => name !== undefined);
  const dataset = named.length < datasets.length ? "" : ` ${namesText(named)}`;
  if (results.length === 1) return `How well does ${results[0]!.arm.label} learn${dataset}?`;
  return `Which ${compared(study, results)}${dataset} best ${settingsText(study, results)}?`;
}

const TASK = /^(dataset|split)(\.|$)/;
const SUITE_TASK = /^(dataset|split|model|epochs|microBatch)(\.|$)/;

/** What differs between the arms, with its verb. */
function compared({ config }: Study, results: readonly Result[]): string {
  const differ = (value: (result: Result) => unknown) => new Set(results.map(value)).size > 1;
  const optimizers = differ(({ arm }) => arm.config.optimizer.name);
  const optimizerConfigs = differ(({ arm }) => JSON.stringify(arm.identity.optimizer));
  const losses = differ(({ arm }) => arm.loss);
  const ofTask = config.suite === undefined ? TASK : SUITE_TASK;
  const isOther = (path: string) => !/^(optimizer|loss)(\.|$)/.test(path) && !ofTask.test(path);
  if (differingPaths(results.map(({ arm }) => arm.config)).some(isOther)) return "arm learns";
  if (optimizers && losses) return "optimizer and which loss learn";
  if (losses && !optimizerConfigs) return "loss learns";
  return optimizers ? "optimizer learns" : "arm learns";
}

function settingsText(study: Study, results: readonly Result[]): string {
  const rate = decimalText(results[0]!.arm.config.optimizer.learningRate);
  const texts: Readonly<Record<Settings, string>> = {
    defaults: "with default settings",
    "fixed-rate": `at learning rate ${rate}`,
    tuned: `when each is tuned by ${trialsOf(study)} trials`,
    trials: "among the trials of a tuned study",
    configured: "with the given settings",
  };
  return texts[settingsOf(study, results)];
}

/** The trials of each arm, with those that were added. */
const trialsOf = ({ config: { tuning } }: Study): number =>
  (tuning?.trials ?? 0) + (tuning?.extensions ?? []).reduce((sum, { trials }) => sum + trials, 0);

/** What to know about how the arms got their settings, if they were tuned or if a study compares optimizers. */
export function settingsCaveats(study: Study, results: readonly Result[]): string[] {
  const settings = settingsOf(study, results);
  if (settings === "tuned") return tuningNotes(study);
  const optimizers = new Set(results.map(({ arm }) => arm.config.optimizer.name));
  return optimizers.size < 2 ? [] : [CAVEATS[settings]];
}

const CAVEATS: Readonly<Record<Exclude<Settings, "tuned">, string>> = {
  trials:
    "Each arm is a trial. Settings are selected by validation accuracy; the study that runs them on other seeds is in the folder above.",
  defaults:
    "Settings are as shipped, which says little about what an optimizer can reach: after three epochs of mnist-10k (seed 0), Adagrad has 0.26 at its default learning rate and 0.967 at 0.03, and SGD 0.72 at 0.01 and 0.963 at 0.1.",
  "fixed-rate": "All optimizers have the same learning rate, which favours those whose best rate is near it.",
  configured:
    "The settings were given. How they were chosen is not recorded, so optimizers may have had unequal effort.",
};

function settingsOf(study: Study, results: readonly Result[]): Settings {
  if (isTrialStudy(study)) return "trials";
  return questionOf(
    results.map(({ arm }) => arm.config.optimizer),
    study.config.question,
  );
}
