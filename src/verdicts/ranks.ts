import type { Decision } from "./decide-pairs.js";

/**
 * The rank of each arm: 1 + the number of arms that are better. So a rank changes only where a pair is decided, and all others
 * share theirs. It is the best rank that the verdicts leave open to the arm (Mogstad et al. 2024).
 */
export function ranksOf(arms: number, decisions: readonly Pick<Decision, "b" | "verdict">[]): number[] {
  const ranks = Array<number>(arms).fill(1);
  for (const { b, verdict } of decisions) if (verdict === "better") ranks[b]!++;
  return ranks;
}
