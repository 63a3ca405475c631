import { listText } from "../validation/list-text.js";

/** 98.32% */
export const percentText = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** A difference in accuracy: 0.42 points, 0.0083 points. */
export const pointsText = (share: number): string => `${pointsNumber(share)} points`;

/** The same where the unit is known: 0.42, 0.0083. */
export function pointsNumber(share: number): string {
  const points = 100 * share;
  return Math.abs(points) >= 0.01 || points === 0 ? points.toFixed(2) : String(+points.toPrecision(2));
}

/** A margin as it was given: 0.2 points. */
export const marginText = (margin: number): string => `${+(100 * margin).toPrecision(6)} points`;

/** "adam", "adam and sgd", "adam, sgd and lion", "adam, sgd, lion and 2 more". */
export function namesText(names: readonly string[]): string {
  const separator = names.some((name) => name.includes(",")) ? "; " : ", ";
  if (names.length > 3) return listText(names, { separator });
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(separator)} and ${last}`;
}
