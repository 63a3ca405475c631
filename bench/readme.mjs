// Writes the measured values into the README, from the records in bench/records/: part of `npm run docs`.
// Usage: node bench/readme.mjs [--check] [README.md]      --check changes nothing, and fails where they disagree
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchLabel } from "../dist/report/text/bench-label.js";
import { numberText as textLike } from "../dist/report/text/number-text.js";
import { fail } from "./options.mjs";
import { median } from "./row.mjs";
import { numberText, ROW_HEAD, rowCells } from "./row-text.mjs";

const SECTION = /(<!-- measured: npm run bench:records -->\n)[\s\S]*?(<!-- \/measured -->)/;

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const readme = positionals[0] ?? folder("../README.md");
const text = readFileSync(readme, "utf8");
if (!SECTION.test(text)) fail(`${readme} has no place for what was measured.`, 1);
const updated = text.replace(SECTION, (_, begin, end) => `${begin}${measuredText(records())}\n${end}`);
if (!values.check) writeFileSync(readme, updated);
else if (updated !== text) fail(`${readme} says other than bench/records. Run \`npm run docs\`.`, 1);

/** Those beside the peers first. */
function records() {
  const names = readdirSync(folder("records")).filter((name) => name.endsWith(".json"));
  return names
    .map((name) => JSON.parse(readFileSync(join(folder("records"), name), "utf8")))
    .sort((a, b) => Number(b.kind === "peers") - Number(a.kind === "peers"));
}

function measuredText(all) {
  const goals = all.filter((record) => record.rows !== undefined);
  const rows = goals.flatMap((record) => record.rows);
  return [
    ...goals.map((record) => `- ${whereText(record)}`),
    "",
    ...table(ROW_HEAD, rows.map(rowCells)),
    "",
    "Medians:",
    "",
    ...rows.filter(({ measured }) => Object.keys(measured).length > 1).map((row) => `- ${mediansText(row)}`),
    "",
    ...all.filter(({ kind }) => kind === "bench").flatMap(benchLines),
  ].join("\n");
}

/** What `npm run bench` measured with the first optimizer; the record has all. */
function benchLines(record) {
  const { optimizers, model } = record.settings;
  const shown = record.results.filter(
    (each) => each.optimizer === optimizers[0] && each.milliseconds !== null,
  );
  return [
    `${whereText({ ...record, settings: {} })}, \`${model}\`:`,
    "",
    ...table(
      ["what", "median, ms", "quartiles, ms"],
      shown.map(({ milliseconds: { median, lowerQuartile, upperQuartile }, ...what }) => [
        benchLabel(what),
        textLike(median, median),
        `${textLike(lowerQuartile, median)} to ${textLike(upperQuartile, median)}`,
      ]),
    ),
    "",
  ];
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** `peers`: 2026-11-23, AMD EPYC (AVX2), 2 threads, ... */
function whereText({ kind, createdAt, environment, settings, peers = {}, loadBefore }) {
  const { cpu, instructionSet, kernels, libtorch, node } = environment;
  return [
    `\`${kind === "bench" ? kind : `bench:${kind}`}\`: ${createdAt.slice(0, 10)}`,
    `${cpu} (${instructionSet})`,
    ...(kernels ? [`kernels: ${kernels}`] : []),
    ...Object.entries(settings).map(([name, value]) => `${value} ${name}`),
    `libtorch ${libtorch}`,
    `node ${node}`,
    ...Object.entries(peers).map(([name, version]) => `${name} ${version}`),
    ...(loadBefore === undefined ? [] : [`load before: ${loadBefore.toFixed(1)}`]),
  ].join(", ");
}

function mediansText({ what, optimizer, measured, measuredUnit }) {
  const each = Object.entries(measured).map(([name, list]) => `${name} ${numberText(median(list))}`);
  const subject = [what.split(", over ")[0], ...(optimizer ? [optimizer] : [])].join(", ");
  return `${subject}, in ${measuredUnit}: ${each.join("; ")}`;
}
