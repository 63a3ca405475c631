import { escapeControls } from "./escape-controls.js";

/** Prints a result. */
export const print = (text: string): void => void process.stdout.write(`${escapeControls(text)}\n`);

/** Prints progress or a problem to stderr. */
export const printNotice = (text: string): void => void process.stderr.write(`${escapeControls(text)}\n`);
