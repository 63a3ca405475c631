// Writes the measurements of bench/records/ into README.md (five rows) and bench/README.md (all rows). Part of
// `npm run docs`.
// Usage: node bench/readme.mjs [--check] [folder]      --check changes nothing and fails if a page is out of date
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchLabel } from "../dist/report/text/bench-label.js";
import { numberText as textLike } from "../dist/report/text/number-text.js";
import { gpuTable, gpuWhere } from "./gpu-table.mjs";
import { fail } from "./options.mjs";
import { median } from "./row.mjs";
import { numberText, ROW_HEAD, rowCells } from "./row-text.mjs";
import { suiteTables } from "./suite-tables.mjs";

const SECTION = /(<!-- measured: npm run bench:records -->\n)[\s\S]*?(<!-- \/measured -->)/;
/** The rows of the README, by the beginning of `what`. */
const SUMMARY = [
  "training step, `paper-cnn`, Adam, batch 32,",
  "training step, `paper-cnn`, Adam, batch 256,",
  "evaluation of 12,000 images,",
  "process start to the first training step",
  "peak memory during one epoch",
];
/** Display names of products. */
const TITLES = { pytorch: "PyTorch", keras: "Keras", tensorflow: "TensorFlow", node: "Node.js" };

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const all = records();
writeSection("README.md", summaryText(all));
writeSection("bench/README.md", measuredText(all));

/** Replaces the measurements of a page; with --check, fails if they differ. */
function writeSection(name, measured) {
  const page = join(positionals[0] ?? folder(".."), name);
  const text = readFileSync(page, "utf8");
  if (!SECTION.test(text)) fail(`${page} has no section for measurements.`, 1);
  const updated = text.replace(SECTION, (_, begin, end) => `${begin}${measured}\n${end}`);
  if (!values.check) writeFileSync(page, updated);
  else if (updated !== text) fail(`${page} disagrees with bench/records. Run \`npm run docs\`.`, 1);
}

/** All records, bench:peers first. Those of limited instructions come after that of all instructions. */
function records() {
  const names = readdirSync(folder("records")).filter((name) => name.endsWith(".json"));
  return names
    .map((name) => JSON.parse(readFileSync(join(folder("records"), name), "utf8")))
    .sort(
      (a, b) =>
        Number(b.kind === "peers") - Number(a.kind === "peers") ||
        Number(isLimited(a)) - Number(isLimited(b)),
    );
}

/** The README's rows, each with the fastest peer. */
function summaryText(all) {
  const peers = all.find(({ kind }) => kind === "peers");
  const rows = SUMMARY.map(
    (beginning) =>
      peers.rows.find(({ what }) => what.startsWith(beginning)) ??
      fail(`bench/records has no row that begins with "${beginning}".`, 1),
  );
  const cells = rows.map(({ what, value, unit, against, measured, measuredUnit }) => {
    const time = (name) => `${numberText(median(measured[name]))} ${measuredUnit}`;
    return against === undefined
      ? [what, `${numberText(value)} ${unit}`, "", ""]
      : [subjectText(what), time("optimbench"), `${time(against)} (${against})`, numberText(value)];
  });
  return [
    ...table(["what", "optimbench", "fastest of PyTorch and Keras", "ratio"], cells),
    "",
    `${conditionsText(peers)}.`,
    "",
  ].join("\n");
}

/** Medians of 7 rounds, 2026-11-23, on AMD EPYC (AVX2) with 2 threads, against ... */
function conditionsText({ createdAt, environment, settings, peers }) {
  const { cpu, instructionSet, libtorch, node } = environment;
  const versions = { ...peers, libtorch, node };
  return [
    `Medians of ${settings.rounds} rounds on ${cpu} (${instructionSet})`,
    `${settings.threads} threads`,
    createdAt.slice(0, 10),
    ...Object.entries(versions).map(([name, version]) => `${TITLES[name] ?? name} ${version}`),
  ].join(", ");
}

function isLimited({ limits = {} }) {
  return Object.keys(limits).length > 0;
}

function measuredText(records) {
  const goals = records.filter((record) => record.rows !== undefined && !isLimited(record));
  const all = goals.flatMap((record) => record.rows);
  const rows = all.filter(({ model }) => model === undefined);
  return [
    ...goals.map((record) => `- ${whereText(record)}`),
    "",
    ...table(ROW_HEAD, rows.map(rowCells)),
    "",
    ...suiteTables(all).flatMap(({ title, head, cells }) => [`${title}:`, "", ...table(head, cells), ""]),
    "Medians:",
    "",
    ...rows.filter(({ measured }) => Object.keys(measured).length > 1).map((row) => `- ${mediansText(row)}`),
    "",
    ...records.filter(isLimited).flatMap(limitedLines),
    ...records.filter(({ kind }) => kind === "bench").flatMap(benchLines),
    ...records
      .filter(({ kind }) => kind === "gpu")
      .flatMap((record) => [
        `\`gpu:bundle\`: ${gpuWhere(record)}; milliseconds of a step with Adam, float32 (convolutions in TF32):`,
        "",
        ...gpuTable(record),
        "",
      ]),
  ].join("\n");
}

/** The rows of a record that was taken with fewer instructions than the processor has. */
function limitedLines(record) {
  const rows = record.rows.filter(({ model }) => model === undefined);
  return [
    `${whereText(record)}:`,
    "",
    ...table(ROW_HEAD, rows.map(rowCells)),
    "",
    ...suiteTables(record.rows).flatMap(({ title, head, cells }) => [
      `${title}:`,
      "",
      ...table(head, cells),
      "",
    ]),
  ];
}

/** The rows of `npm run bench` for the first optimizer. The record contains all optimizers. */
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
function whereText({ kind, createdAt, environment, limits = {}, settings, peers = {}, loadBefore }) {
  const { cpu, instructionSet, kernels, libtorch, node } = environment;
  return [
    `\`${kind === "bench" ? kind : `bench:${kind}`}\`: ${createdAt.slice(0, 10)}`,
    `${cpu} (${instructionSet})`,
    ...(kernels ? [`kernels: ${kernels}`] : []),
    ...Object.entries(limits).map(([name, value]) => `\`${name}=${value}\``),
    ...Object.entries(settings).map(([name, value]) => `${value} ${name}`),
    ...Object.entries({ libtorch, node, ...peers }).map(
      ([name, version]) => `${TITLES[name] ?? name} ${version}`,
    ),
    ...(loadBefore === undefined ? [] : [`load average before: ${loadBefore.toFixed(1)}`]),
  ].join(", ");
}

/** The text of a row without what it is compared with. */
function subjectText(what) {
  return what.replace(/,( throughput)? relative to .*$/, "");
}

function mediansText({ what, optimizer, measured, measuredUnit }) {
  const each = Object.entries(measured).map(([name, list]) => `${name} ${numberText(median(list))}`);
  const subject = [subjectText(what), ...(optimizer ? [optimizer] : [])].join(", ");
  return `${subject}, in ${measuredUnit}: ${each.join("; ")}`;
}
