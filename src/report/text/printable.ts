/** A name from a user without control characters (a terminal would obey them) and not longer than a legend bears. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, "\uFFFD").trim() || "unnamed";
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}
