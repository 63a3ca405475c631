import type { ResolvedOptimizer } from "./optimizers.js";

/** An optimizer that another one contains as a special case or as a limit, so that a fair search cannot find it better. */
interface Inclusion {
  readonly special: string;
  readonly general: string;
  /** Settings of the general one that reach the special one, all of which must have been searched. */
  readonly by: readonly string[];
  /** Whether settings of the special one are among those that are contained. Default: all are. */
  readonly holds?: (special: Readonly<Record<string, unknown>>) => boolean;
}

const withoutNesterov = ({ nesterov }: Readonly<Record<string, unknown>>) => nesterov !== true;

/**
 * Choi et al. 2019 (arXiv:1910.05446), section 3.1: a large epsilon hides the divisor of an adaptive method and leaves its momentum.
 * Without beta1, Adam is RMSprop but for the bias correction of the first steps.
 */
const INCLUSIONS: readonly Inclusion[] = [
  { special: "sgd", general: "sgd", by: ["momentum"], holds: ({ momentum }) => momentum === 0 },
  { special: "sgd", general: "rmsprop", by: ["momentum", "epsilon"], holds: withoutNesterov },
  { special: "sgd", general: "adam", by: ["beta1", "epsilon"], holds: withoutNesterov },
  { special: "sgd", general: "nadam", by: ["beta1", "epsilon"], holds: ({ nesterov }) => nesterov === true },
  {
    special: "rmsprop",
    general: "adam",
    by: ["beta1", "beta2", "epsilon"],
    holds: ({ momentum, centered }) => momentum === 0 && centered !== true,
  },
];

/**
 * The settings by which one optimizer contains another with the settings that it has; undefined if it does not.
 *
 * @param searched the settings of the general one that were searched
 */
export function inclusion(
  special: ResolvedOptimizer,
  general: ResolvedOptimizer,
  searched: readonly string[],
): readonly string[] | undefined {
  const settings = special as unknown as Readonly<Record<string, unknown>>;
  if (special.semantics === "custom" || general.semantics === "custom") return undefined;
  return INCLUSIONS.find(
    (each) =>
      each.special === special.name &&
      each.general === general.name &&
      each.by.every((key) => searched.includes(key)) &&
      (each.holds?.(settings) ?? true),
  )?.by;
}
