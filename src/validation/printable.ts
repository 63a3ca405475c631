/** Text without control characters and line ends. */
export const visible = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");

/** A user's name without control characters and line ends, shortened to fit a legend. */
export function printable(text: string): string {
  const clean = visible(text).trim() || "unnamed";
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}
