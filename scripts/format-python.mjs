// Formats the Python scripts (of golden files and of the benchmark's peers) with the pinned ruff, sorts their imports,
// and lints them: `node scripts/format-python.mjs`. With `--check` it writes nothing and names what differs.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";

const FOLDERS = ["test/golden", "bench/peers"];

const ruff = new Workspace(
  {
    "line-length": 120,
    // A lambda may have a name: the scripts write short formulas that way. zip() may stop at the shorter list.
    lint: { select: ["E", "F", "I", "UP", "B"], ignore: ["E731", "B905"] },
  },
  PositionEncoding.Utf16,
);

/** Applies ruff's fix of the first problem with a safe fix. */
function fixOne(source) {
  const problem = ruff.check(source).find(({ code, fix }) => fix && ["E401", "I001"].includes(code));
  if (!problem) return source;
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ row, column }) => Math.min(starts[row - 1] + column - 1, source.length);
  return [...problem.fix.edits]
    .sort((a, b) => offset(b.location) - offset(a.location))
    .reduce(
      (text, { location, end_location, content }) =>
        text.slice(0, offset(location)) + (content ?? "") + text.slice(offset(end_location)),
      source,
    );
}

function format(source) {
  const fixed = fixOne(source);
  return fixed === source ? ruff.format(source) : format(fixed);
}

const check = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
for (const folder of FOLDERS)
  for (const name of readdirSync(new URL(`${folder}/`, root)).filter((file) => file.endsWith(".py"))) {
    const url = new URL(`${folder}/${name}`, root);
    const source = readFileSync(url, "utf8");
    const formatted = format(source);
    if (formatted !== source && !check) writeFileSync(url, formatted);
    if (formatted !== source && check) {
      console.error(`${folder}/${name}: not formatted; run \`npm run format\``);
      process.exitCode = 1;
    }
    for (const { code, message, start_location: at } of ruff.check(formatted)) {
      console.error(`${folder}/${name}:${at.row}:${at.column}: ${code} ${message}`);
      process.exitCode = 1;
    }
  }
