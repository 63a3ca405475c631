import { integerText } from "../validation/count-text.js";
import { durationText } from "../validation/duration-text.js";
import type { QueueStatus } from "./status.js";

const escaped = (text: string | number) =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

type Row = readonly (string | number)[];

const classOf = (value: string | number, name: string) =>
  typeof value === "number" ? ' class="number"' : name === "study" ? ' class="id"' : "";

/** On a narrow screen, each cell is a line that begins with the name of its column. */
const cellOf = (value: string | number, name: string) =>
  `<td data-name="${name}"${classOf(value, name)}>${escaped(Number.isInteger(value) ? integerText(Number(value)) : value)}</td>`;

const table = (caption: string, names: readonly string[], rows: readonly Row[], empty: string) =>
  `<h2>${caption}</h2>
${
  rows.length === 0
    ? `<p>${empty}</p>`
    : `<table><thead><tr>${names.map((name, i) => `<th scope="col"${classOf(rows[0]![i]!, name)}>${name}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((value, i) => cellOf(value, names[i]!)).join("")}</tr>`).join("\n")}</tbody></table>`
}`;

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; white-space: pre-line; }
th { font-weight: 600; overflow-wrap: normal; vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.number, .id { white-space: nowrap; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
@media (max-width: 50rem) {
  body { margin: 1rem auto; padding: 0 1rem; }
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { border-top: 1px solid #8886; padding: .5rem 0; }
  td { border: 0; display: grid; gap: 0 .6rem; grid-template-columns: 8rem minmax(0, 1fr); padding: .1rem 0; }
  td.number { text-align: left; }
  td::before { content: attr(data-name); opacity: .7; }
}`;

/** A page with the status, which a browser loads again every five seconds. It has no script. */
export function statusPage({ address, memoryBytes, studies, workers }: QueueStatus): string {
  const failures = studies.flatMap(({ id, failures: list }) =>
    list.map(({ label, reason }) => [id, label, reason]),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><meta name="viewport" content="width=device-width">
<title>optimbench queue</title>
<style>${STYLE}
</style></head>
<body><h1>Queue at ${escaped(address)}</h1>
<p>The server uses ${Math.ceil(memoryBytes / 1e6)} MB of memory.</p>
${table("Studies", STUDY, studies.map(studyRow), "No study is submitted.")}
${table("Workers", WORKER, workers.map(workerRow), "No worker is connected.")}
${failures.length === 0 ? "" : table("Failed runs, the last 20 of each study", ["study", "run", "reason"], failures, "")}
</body></html>
`;
}

const STUDY = [
  "study",
  "title",
  "priority",
  "waiting",
  "running",
  "finished",
  "not collected",
  "failed",
  "runs per minute",
  "remaining time",
];

const studyRow = (study: QueueStatus["studies"][number]): Row => [
  study.id,
  study.title,
  study.priority,
  study.waiting,
  study.running,
  study.finished,
  study.uncollected,
  study.failed,
  study.cellsPerMinute,
  study.secondsLeft === null ? "unknown" : durationText(study.secondsLeft),
];

const WORKER = ["worker", "runs at once", "finished", "in progress", "leaves to others"];

const workerRow = ({ id, concurrency, finished, cells, leaves }: QueueStatus["workers"][number]): Row => [
  id,
  concurrency,
  finished,
  cells.map(({ study, label, seconds }) => `${study}: ${label} (${durationText(seconds)})`).join("\n") ||
    "none",
  Object.entries(leaves)
    .map(([study, why]) => `${study}: ${why}`)
    .join("\n") || "none",
];
