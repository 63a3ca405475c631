import { integerText } from "./count-text.js";
/** "adam, sgd, rmsprop and 1,997 more": lists only the first few items. Items with commas are separated by semicolons. */
export function listText(
  items: readonly string[],
  { separator = items.some((item) => item.includes(",")) ? "; " : ", ", most = 3 } = {},
): string {
  if (items.length <= most) return items.join(separator);
  const more = integerText(items.length - most);
  return `${items.slice(0, most).join(separator)} and ${more} more`;
}

/** The first of many lines, followed by one that counts the others. */
export const firstLines = (lines: readonly string[], most = 5): readonly string[] =>
  lines.length <= most
    ? lines
    : [...lines.slice(0, most), `${integerText(lines.length - most)} more arms have similar notes.`];
