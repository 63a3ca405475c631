import type { SideBySide } from "../results/side-by-side.js";
import { Html, html } from "./html.js";
import { pageFiles } from "./page-files.js";
import { section } from "./parts/section.js";
import { table } from "./parts/table.js";

/** A page with studies side by side: a single file that needs no other files and no network. */
export function sideBySidePage({ questions, differences, notes, columns, rows }: SideBySide): string {
  const { style, script, scriptHash } = pageFiles();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${scriptHash}'">
<title>Studies side by side</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<header>
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
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
