import { escapeControls } from "../../system/escape-controls.js";

/** HTML text that is safe to insert unescaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | readonly Value[] | undefined;

/** Escapes everything except `Html`. */
const render = (value: Value): string => {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  return value === undefined ? "" : escapeHtml(String(value));
};

/** Template tag: html`<p>${text}</p>` escapes `text`, wherever it comes from. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(strings.reduce((whole, string, i) => whole + render(values[i - 1]) + string));

/** Text for HTML and XML, between tags and in quoted attributes. Control characters are escaped as for a terminal. */
export const escapeHtml = (text: string) =>
  escapeControls(text.replaceAll("\r\n", "\n")).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
