// Writes the measured values into the README, from the records in bench/records/: part of `npm run docs`.
// Usage: node bench/readme.mjs [--check] [README.md]      --check changes nothing, and fails where they disagree
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
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

/** The records that have rows, those beside the peers first. */
function records() {
  const names = readdirSync(folder("records")).filter((name) => name.endsWith(".json"));
  return names
    .map((name) => JSON.parse(readFileSync(join(folder("records"), name), "utf8")))
    .filter(({ rows }) => rows !== undefined)
    .sort((a, b) => Number(b.kind === "peers") - Number(a.kind === "peers"));
}

function measuredText(all) {
  const rows = all.flatMap((record) => record.rows);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    ...all.map((record) => `- ${whereText(record)}`),
    "",
    line(ROW_HEAD),
    line(ROW_HEAD.map(() => "---")),
    ...rows.map((row) => line(rowCells(row))),
    "",
    "Medians:",
    "",
    ...rows.filter(({ measured }) => Object.keys(measured).length > 1).map((row) => `- ${mediansText(row)}`),
    "",
  ].join("\n");
}

/** `peers`: 2026-11-23, AMD EPYC (AVX2), 2 threads, ... */
function whereText({ kind, createdAt, environment, settings, peers = {}, loadBefore }) {
  const { cpu, instructionSet, kernels, libtorch, node } = environment;
  return [
    `\`bench:${kind}\`: ${createdAt.slice(0, 10)}`,
    `${cpu} (${instructionSet})`,
    ...(kernels ? [`kernels: ${kernels}`] : []),
    ...Object.entries(settings).map(([name, value]) => `${value} ${name}`),
    `libtorch ${libtorch}`,
    `node ${node}`,
    ...Object.entries(peers).map(([name, version]) => `${name} ${version}`),
    `load before: ${loadBefore.toFixed(1)}`,
  ].join(", ");
}

function mediansText({ what, optimizer, measured, measuredUnit }) {
  const each = Object.entries(measured).map(([name, list]) => `${name} ${numberText(median(list))}`);
  const subject = [what.split(", over ")[0], ...(optimizer ? [optimizer] : [])].join(", ");
  return `${subject}, in ${measuredUnit}: ${each.join("; ")}`;
}
