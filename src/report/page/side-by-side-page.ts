import type { SideBySide } from "../results/side-by-side.js";
import { document } from "./document.js";
import { html } from "./html.js";
import { section } from "./parts/section.js";
import { table } from "./parts/table.js";

/** A page with studies side by side: a single file that needs no other files and no network. */
export function sideBySidePage({ questions, differences, notes, columns, rows }: SideBySide): string {
  return document(
    "Studies side by side",
    html`<header>
<h1>Studies side by side</h1>
${questions.map((each) => html`<p class="answer">${each}</p>\n`)}${notes.map((each) => html`<p class="caveat">${each}</p>\n`)}
</header>
<main>
${section(
  "results",
  "Results",
  table({
    caption: "Results of each study, by arm",
    columns: columns.map(({ title }, i) => ({
      title,
      cell: (row: readonly string[]) => row[i]!,
      isNumber: i > 0,
      isHead: i === 0,
    })),
    rows,
  }),
)}
${section(
  "differences",
  "What differs",
  differences.length === 0
    ? html`<p>The studies ask the same and ran in the same environment.</p>`
    : html`<ul>${differences.map((each) => html`<li>${each}</li>`)}</ul>`,
)}
</main>`,
  );
}
