import type { ResolvedCompareConfig } from "../config/resolved-config.js";
import { armConfigs } from "../config/resolved-study.js";
import type { StudyArms } from "../config/study-arms.js";
import { countText, integerText } from "../validation/count-text.js";

/** Seeds and epochs of a study. */
export interface Size {
  readonly seeds: number;
  /** The most epochs of an arm. */
  readonly epochs: number;
}

/** The size of a study before it runs. */
export const askedSize = ({ seeds, arms }: StudyArms): Size => ({
  seeds: seeds.length,
  epochs: Math.max(...arms.map(({ config }) => config.epochs)),
});

/** The size of a study that runs or has run. */
export const plannedSize = (config: ResolvedCompareConfig): Size => ({
  seeds: config.seeds.length,
  epochs: Math.max(...armConfigs(config).map(({ epochs }) => epochs)),
});

/** A study with its first seeds only, and with other epochs per arm. */
export const cutStudy = (asked: StudyArms, seeds: number, epochs: readonly number[]): StudyArms => ({
  ...asked,
  seeds: asked.seeds.slice(0, seeds),
  arms: asked.arms.map((arm, i) => ({ ...arm, config: { ...arm.config, epochs: epochs[i]! } })),
});

/** "6 of 10 seeds", "1 of 10 seeds and 4 of 20 epochs"; undefined if nothing is cut. */
export function cutText(asked: Size, planned: Size): string | undefined {
  const parts = (["seeds", "epochs"] as const)
    .filter((key) => planned[key] < asked[key])
    .map((key) => `${integerText(planned[key])} of ${countText(asked[key], key.slice(0, -1))}`);
  return parts.length === 0 ? undefined : parts.join(" and ");
}
