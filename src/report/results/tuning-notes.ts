import type { Trial } from "../../config/tuning-config.js";
import type { Study } from "../../study/study.js";
import { selectedEdge } from "../../tuning/select-trial.js";
import { countText } from "../../validation/count-text.js";
import { decimalText } from "../../validation/decimal-text.js";
import { listText } from "../../validation/list-text.js";
import { accuracyText } from "../text/number-text.js";

/** With more arms, notes would be longer than the table. */
const MOST_LISTED = 10;

/** How the settings of a tuned study were found. */
export function tuningNotes({ config: { tuning }, runs }: Study): string[] {
  if (tuning?.arms === undefined) return [];
  const seeds = [...new Set(runs.map(({ config }) => config.seed))]; // of those in rounds, not all run
  const { arms, extensions = [], seeds: tried } = tuning;
  const [first] = arms;
  const labels = (sides: readonly string[]) =>
    arms.flatMap(({ label }, i) => ((sides[i] ?? "none") === "none" ? [] : [label]));
  const onEdge = labels(arms.map(selectedEdge));
  return [
    `Settings: of each arm, the best of ${countText(first?.trials.length ?? 0, "trial")} by validation accuracy (${seedsText(tried)}), which ran again on ${seedsText(seeds)}. No trial saw the test images.`,
    ...(arms.length > MOST_LISTED
      ? ['The selected settings are in the section "Tuning" of the report, and in study.json (tuning.arms).']
      : arms.map(({ label, trials, selected }) => `${label}: ${settingsText(trials[selected]!)}.`)),
    ...extensions.map(
      ({ trials, sides }) =>
        `The best learning rate of ${listText(labels(sides))} was on the edge of its space, which was extended by a decade. Every arm ran ${countText(trials, "more trial")}.`,
    ),
    ...(onEdge.length > 0
      ? [
          `The best learning rate of ${listText(onEdge)} is still on the edge of its space: a better one may lie beyond.`,
        ]
      : []),
  ];
}

function settingsText({ values, accuracy }: Trial): string {
  const settings = Object.entries(values).map(([key, value]) => `${key} ${decimalText(value)}`);
  const reached = accuracy === null ? "every trial diverged" : `${accuracyText(accuracy)} in its trial`;
  return `${settings.length === 0 ? "the given settings" : settings.join(", ")} (${reached})`;
}

const seedsText = (seeds: readonly number[]) =>
  `${seeds.length === 1 ? "seed" : "seeds"} ${listText(seeds.map(String), { most: 10 })}`;
