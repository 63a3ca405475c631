/**
 * Control characters, which a terminal would obey, and marks that reorder what is read. Line ends and tabs stay.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text as a terminal may show it: what it would obey is written out, as `\u001b`, which JSON reads as before. */
export const shown = (text: string): string =>
  text.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Prints a result. */
export const print = (text: string): void => void process.stdout.write(`${shown(text)}\n`);

/** Prints progress or a problem to stderr. */
export const printNotice = (text: string): void => void process.stderr.write(`${shown(text)}\n`);
