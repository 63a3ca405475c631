import { ranInParallel, type Study } from "../../study/study.js";
import { decimalText } from "../../validation/decimal-text.js";
import type { Chart } from "../charts/study-charts.js";
import type { Arm } from "../results/arms.js";
import { conclude } from "../results/conclusion.js";
import { resultsOf } from "../results/results.js";
import { shownArms } from "../results/shown-arms.js";
import { resultCells } from "../tables/result-cells.js";
import { groupBy } from "../text/group-by.js";
import { listText } from "../text/list-text.js";
import { secondsText } from "../text/number-text.js";
import { printable } from "../text/printable.js";
import { Html, html } from "./html.js";
import { PAGE_STYLE } from "./page-style.js";

/** A chart with its picture. */
export interface DrawnChart extends Chart {
  readonly svg: string;
}

/** index.html: one file that needs no other, no network and no script. */
export function reportPage(study: Study, charts: readonly DrawnChart[], samples?: Uint8Array): string {
  const { question, answer, caveats } = conclude(study);
  const results = resultsOf(study);
  const arms = results.map(({ arm }) => arm);
  const { own } = shownArms(results);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${question}</title>
<link rel="icon" href="data:,">
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<header>
<h1>${question}</h1>
<p class="answer">${answer}</p>
${caveats.map((caveat) => html`<p class="caveat">${caveat}</p>\n`)}${setupLine(study, arms)}
</header>
<main>
<section><h2>Results</h2>${resultSection(study)}</section>
${comparison(charts)}
${own.map((arm) => armSection(arm, charts))}
${own.length < arms.length ? html`<section><p class="note">The ${own.length} settings with the highest validation accuracy have a section here; study.json has the formulas of all ${arms.length.toLocaleString("en")}.</p></section>` : undefined}
${lossSection(own)}
${sampleSection(samples)}
<section><h2>How it was measured</h2>${measurement(study)}</section>
<section><h2>Where it ran</h2>${definitions(study.environment)}</section>
<section><h2>Config</h2><details><summary>The study as it was asked for, with every default filled in (JSON)</summary>
<pre><code>${JSON.stringify(study.config, null, 2) ?? "none"}</code></pre></details></section>
</main>
<footer>Made by optimbench from a study of <time datetime="${study.createdAt}">${study.createdAt.slice(0, 10)}</time>.
study.json holds every number and is enough to run it again; results.csv has a row for every epoch.</footer>
</body>
</html>
`.text;
}

/** What was equal for all: data, model, length. */
function setupLine(study: Study, arms: readonly Arm[]): Html | undefined {
  if (arms.length === 0) return undefined;
  const values = (of: (arm: Arm) => string) => listText([...new Set(arms.map(of))], { separator: " or " });
  const count = (value: number) => value.toLocaleString("en");
  const seeds = [...new Set(study.runs.map(({ config }) => config.seed))];
  const epochs = values(({ config }) => String(config.epochs));
  const threads = values(({ config }) => String(config.threads));
  const parts = [
    `${values(({ config }) => printable(config.dataset))}: ${values(({ config }) => `${count(config.split.train)} images to train, ${count(config.split.validation)} to validate`)}`,
    `model ${values(({ config }) => printable(config.model.name ?? "custom"))}`,
    `${epochs} ${epochs === "1" ? "epoch" : "epochs"} in batches of ${values(({ config }) => count(config.batchSize))}`,
    `${seeds.length === 1 ? "seed" : "seeds"} ${listText(seeds.map(String), { most: 12 })}`,
    `on ${values(({ config }) => printable(config.device))}, ${threads} ${threads === "1" ? "thread" : "threads"}${ranInParallel(study) ? " each, in parallel (execution: parallel)" : ""}`,
  ];
  return html`<p class="setup">${parts.join(" · ")}</p>`;
}

function resultSection(study: Study): Html {
  const { columns, rows, best, notes } = resultCells(study);
  const kind = (i: number) => (columns[i]!.right ? "number" : "text");
  return html`
<div class="scroll"><table>
<thead><tr>${columns.map(({ title }, i) => html`<th scope="col" class="${kind(i)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells, row) => html`
<tr${best.has(row) ? html` class="best"` : undefined}>${cells.map((cell, i) =>
      i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kind(i)}">${cell}</td>`,
    )}</tr>`,
  )}
</tbody></table></div>
${notes.map((note) => html`<p class="note">${note}</p>\n`)}`;
}

const figure = ({ svg }: DrawnChart) => html`<figure>${new Html(svg)}</figure>\n`;

function comparison(charts: readonly DrawnChart[]): Html | undefined {
  const shared = charts.filter(({ arm }) => arm === undefined);
  if (shared.length === 0) return undefined;
  return html`<section><h2>Comparison</h2>${shared.map(figure)}</section>`;
}

/** An arm's own charts, and exactly what ran. */
function armSection({ label, slug, config }: Arm, charts: readonly DrawnChart[]): Html {
  const own = charts.filter(({ arm }) => arm?.slug === slug);
  const { formula, name, semantics } = config.optimizer;
  return html`<section><h2>${label}</h2>
${own.length === 0 ? html`<p class="note">No figure: no epoch was completed, or none could be drawn.</p>` : html`<div class="pair">${own.map(figure)}</div>`}
<h3>Update: ${name} <small>(${semantics})</small></h3>
<pre><code>${formula.trim()}</code></pre>
${definitions({ ...parameters(config.optimizer), schedule: config.schedule.name, ...parameters(config.schedule) })}
</section>`;
}

/** The losses that the study used, as exactly. */
function lossSection(arms: readonly Arm[]): Html | undefined {
  const losses = groupBy(arms, ({ config }) => JSON.stringify(config.loss)).map(
    (group) => group[0]!.config.loss,
  );
  if (losses.length === 0) return undefined;
  return html`<section><h2>${losses.length === 1 ? "Loss" : "Losses"}</h2>
${losses.map(
  (loss) => html`<h3>Loss of an image: ${loss.name} <small>(${loss.semantics})</small></h3>
<pre><code>${loss.formula.trim()}</code></pre>
${definitions(parameters(loss))}`,
)}</section>`;
}

/** What a choice says beside its name and formula. */
function parameters(choice: object): Record<string, unknown> {
  const told = ["name", "label", "semantics", "formula"];
  return Object.fromEntries(Object.entries(choice).filter(([key]) => !told.includes(key)));
}

function sampleSection(samples: Uint8Array | undefined): Html | undefined {
  if (samples === undefined) return undefined;
  const data = Buffer.from(samples).toString("base64");
  return html`<section><h2>Sample images</h2>
<figure><img class="samples" src="data:image/png;base64,${data}" alt="Some images of each class of the dataset"></figure></section>`;
}

function measurement(study: Study): Html {
  const { runs } = study;
  const total = (of: (run: Study["runs"][number]) => number) =>
    secondsText(runs.reduce((sum, run) => sum + of(run), 0));
  return html`
<p>${ranInParallel(study) ? PARALLEL_TIMES : SEQUENTIAL_TIMES} Training loss and accuracy are means over the epoch while the weights
move; validation is measured after each epoch. ${equalStart(runs)}</p>
${definitions({
  runs: runs.length,
  training: total(({ seconds }) => seconds.train),
  evaluation: total(({ seconds }) => seconds.evaluate),
  "untimed steps": total(({ seconds }) => seconds.untimedSteps),
  "in all": total(({ seconds }) => seconds.total),
})}`;
}

const SEQUENTIAL_TIMES = `Training time counts the training steps alone, on a monotonic clock. Evaluating, loading and the untimed
steps before it are apart from it.`;
const PARALLEL_TIMES = `Runs went in parallel, one on each thread, so their times, summed below, include waiting for one another
and are not to be compared.`;

/** Said only after looking: the hashes of the initial weights are in the study. */
function equalStart(runs: Study["runs"]): string {
  const bySeed = new Map<number, Set<string>>();
  for (const { config, parametersSha256 } of runs)
    bySeed.set(config.seed, (bySeed.get(config.seed) ?? new Set()).add(parametersSha256.initial));
  return [...bySeed.values()].every((hashes) => hashes.size === 1)
    ? "All runs of a seed began with the same weights (their SHA-256 is equal)."
    : "Runs of one seed did NOT all begin with the same weights, so their differences mix start and optimizer.";
}

/** Names and values; nested ones as JSON. */
function definitions(values: Readonly<Record<string, unknown>>): Html | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return html`<dl>${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${definitionText(value)}</dd></div>`)}</dl>`;
}

function definitionText(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number") return decimalText(value);
  if (Array.isArray(value) && value.every((each) => typeof each !== "object"))
    return value.map(definitionText).join(", ") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
