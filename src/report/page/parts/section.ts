import { type Html, html } from "../html.js";

/** A section of the page, a landmark that its heading names. */
export const section = (
  id: string,
  title: string,
  content: Html | readonly (Html | undefined)[],
): Html => html`
<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}
</section>`;
