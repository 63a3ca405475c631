/** Removes control characters from a user's name, and shortens it to fit a legend. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, "\uFFFD").trim() || "unnamed";
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}
