/** HTML text, safe to put into a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Part[] | undefined;

/** Text is escaped; only what is `Html` already goes in as it is. */
const render = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join("");
  return part === undefined ? "" : escapeHtml(String(part));
};

/** Template tag: html`<p>${text}</p>` escapes `text`, wherever it comes from. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((whole, string, i) => whole + render(parts[i - 1]) + string));

/** Text for HTML and XML, between tags and in quoted attributes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
