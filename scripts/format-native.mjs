// Formats the C++ sources with the pinned clang-format: `node scripts/format-native.mjs`. With `--check` it writes nothing and
// names the files that differ. It also names lines longer than the style allows, which clang-format could not break.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { format } from "@wasm-fmt/clang-format";

const FOLDERS = ["native", "test/native"];

const check = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
const style = readFileSync(new URL(".clang-format", root), "utf8");
const limit = Number(/^ColumnLimit: (\d+)$/m.exec(style)[1]);

const files = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true })
    .filter((file) => /\.(cc|h|inc)$/.test(file))
    .sort()
    .map((file) => `${folder}/${file}`),
);
for (const file of files) {
  const url = new URL(file, root);
  const source = readFileSync(url, "utf8");
  // clang-format derives the language from the name; it does not know .inc.
  const formatted = format(source, file.replace(/\.inc$/, ".cc"), style);
  formatted.split("\n").forEach((line, i) => {
    if (line.length <= limit) return;
    console.error(`${file}:${i + 1}: ${line.length} characters; at most ${limit}`);
    process.exitCode = 1;
  });
  if (formatted === source) continue;
  if (check) {
    console.error(`${file}: not formatted; run \`npm run format\``);
    process.exitCode = 1;
  } else {
    writeFileSync(url, formatted);
  }
}
