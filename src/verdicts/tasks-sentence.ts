import { countText } from "../validation/count-text.js";
import { type AcrossTasks, isRanked } from "./across-tasks.js";
import { namesText } from "./texts.js";

/** Which method ranks best over tasks, and what Friedman's and Nemenyi's tests decide, in one sentence. */
export function tasksSentence(found: AcrossTasks): string {
  const { tasks, methods, p } = found;
  const [first, second] = methods.map(({ label, meanRank }) => ({ label, rank: meanRank.toFixed(2) }));
  const place = first!.rank === second!.rank ? "like" : "before";
  const ranks = `${first!.label} has the best mean rank over ${countText(tasks.length, "task")} (${first!.rank}, ${place} ${second!.label} with ${second!.rank})`;
  return isRanked(found)
    ? `${ranks}; Nemenyi's test ${decision(found)}.`
    : `${ranks}; Friedman's test does not show that the methods differ (p = ${p.toFixed(3)}).`;
}

function decision({ methods, groups }: AcrossTasks): string {
  const [, ...others] = methods.map(({ label }) => label);
  const last = groups.find(([from]) => from === 0)?.[1] ?? 0;
  const [alike, apart] = [others.slice(0, last), others.slice(last)];
  if (apart.length === 0) return `does not tell it apart from ${namesText(alike)}`;
  return `tells it apart from ${namesText(apart)}${alike.length > 0 ? `, but not from ${namesText(alike)}` : ""}`;
}
