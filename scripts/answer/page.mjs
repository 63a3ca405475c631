// Writes the results in docs/answer.md and the README from the studies in docs/answer. Part of `npm run docs`.
// Usage: node scripts/answer/page.mjs [--check]      --check changes nothing and fails if a page is out of date
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readStudy } from "../../dist/index.js";
import { overview } from "./overview.mjs";
import { sectionOf } from "./section.mjs";
import { LOSS_COLUMNS, OPTIMIZER_COLUMNS, STUDIES } from "./studies.mjs";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const studies = new Map();
for (const name of STUDIES) {
  const file = path(`docs/answer/${name}/study.json`);
  if (existsSync(file)) studies.set(name, await readStudy(file));
}
const texts = new Map(
  [...studies].map(([name, study]) => [`npm run answer -- ${name}`, sectionOf(name, study)]),
);
texts.set("npm run answer", overview(studies, "optimizer", OPTIMIZER_COLUMNS));
texts.set(
  `npm run answer -- ${Object.keys(LOSS_COLUMNS).join(" ")}`,
  overview(studies, "loss", LOSS_COLUMNS),
);
for (const page of ["README.md", "docs/answer.md"]) update(page);
requireSections();

/** A study that docs/answer.md has no place for would be left out unnoticed. */
function requireSections() {
  const page = readFileSync(path("docs/answer.md"), "utf8");
  for (const command of texts.keys()) {
    if (page.includes(`<!-- measured: ${command} -->\n`)) continue;
    process.stderr.write(`docs/answer.md has no section \`<!-- measured: ${command} -->\`. Add it.\n`);
    process.exitCode = 1;
  }
}

/** Replaces what stands between `<!-- measured: COMMAND -->` and `<!-- /measured -->`. */
function update(page) {
  const before = readFileSync(path(page), "utf8");
  const after = before.replace(
    /(<!-- measured: (npm run answer.*) -->\n)[\s\S]*?(<!-- \/measured -->)/g,
    (all, begin, command, end) => (texts.has(command) ? `${begin}\n${texts.get(command)}\n\n${end}` : all),
  );
  if (!values.check) writeFileSync(path(page), after);
  else if (after !== before) {
    process.stderr.write(`${page} disagrees with the studies in docs/answer. Run \`npm run docs\`.\n`);
    process.exitCode = 1;
  }
}
