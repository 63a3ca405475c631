import type { QueueStatus } from "./status.js";

const escaped = (text: string | number) =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const row = (cells: readonly (string | number)[], tag: "td" | "th" = "td") =>
  `<tr>${cells.map((cell) => `<${tag}${typeof cell === "number" ? ' class="number"' : ""}>${escaped(cell)}</${tag}>`).join("")}</tr>`;

const table = (caption: string, names: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  `<table><caption>${caption}</caption><thead>${row(names, "th")}</thead><tbody>${rows.map((each) => row(each)).join("")}</tbody></table>`;

/** A page with the status, which a browser loads again every five seconds. It has no script. */
export function statusPage({ address, studies, workers }: QueueStatus): string {
  const failures = studies.flatMap(({ id, failures: list }) =>
    list.map(({ label, reason }) => [id, label, reason]),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><meta name="viewport" content="width=device-width">
<title>optimbench queue</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;margin:0 0 2rem;width:100%}caption{font-weight:600;text-align:left;padding:.3rem 0}td,th{border-top:1px solid #8886;padding:.3rem .6rem;text-align:left;vertical-align:top}.number{text-align:right;font-variant-numeric:tabular-nums}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head>
<body><h1>Queue at ${escaped(address)}</h1>
${table(
  "Studies",
  [
    "study",
    "title",
    "priority",
    "waiting",
    "running",
    "finished",
    "failed",
    "runs per minute",
    "seconds left",
  ],
  studies.map((each) => [
    each.id,
    each.title,
    each.priority,
    each.waiting,
    each.running,
    each.finished,
    each.failed,
    each.cellsPerMinute,
    each.secondsLeft ?? "unknown",
  ]),
)}
${table(
  "Workers",
  ["worker", "runs at once", "finished", "runs now", "leaves to others"],
  workers.map(({ id, concurrency, finished, cells, leaves }) => [
    id,
    concurrency,
    finished,
    cells.map(({ label, seconds }) => `${label} (${seconds} s)`).join("; ") || "none",
    Object.entries(leaves)
      .map(([study, why]) => `${study}: ${why}`)
      .join("; ") || "none",
  ]),
)}
${failures.length === 0 ? "" : table("Failed runs", ["study", "run", "reason"], failures)}
</body></html>
`;
}
