// Writes the tables of docs/calibration.md from scripts/calibrate/record.json. Part of `npm run docs`.
// Usage: node scripts/calibrate/page.mjs [--check]      --check changes nothing and fails if the page is out of date
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const record = JSON.parse(readFileSync(path("record.json"), "utf8"));
const page = path("../../docs/calibration.md");
const before = readFileSync(page, "utf8");
const after = before.replace(
  /(<!-- measured: npm run calibrate -->\n)[\s\S]*?(<!-- \/measured -->)/,
  (_, begin, end) => `${begin}\n${text(record)}\n\n${end}`,
);
if (!values.check) writeFileSync(page, after);
else if (after !== before) {
  process.stderr.write(
    "docs/calibration.md disagrees with scripts/calibrate/record.json. Run `npm run docs`.\n",
  );
  process.exitCode = 1;
}

function text(record) {
  const { date, pool, fixed, planted, rounds } = record;
  const { accuracies, images, environment } = pool;
  const mean = accuracies.reduce((sum, each) => sum + each, 0) / accuracies.length;
  const deviation = Math.sqrt(
    accuracies.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (accuracies.length - 1),
  );
  return [
    `${date}, optimbench ${environment.optimbench}, ${environment.cpu}. The pool: ${accuracies.length} runs, validation accuracy ${mean.toFixed(4)} ± ${deviation.toFixed(4)} (mean ± standard deviation) on ${images.toLocaleString("en-US")} images.`,
    "### Studies with equal arms",
    'Share of studies with a false "better", with its 95% interval. At most 5% are allowed.',
    table(
      ["arms", "seeds", "studies", 'false "better"', "95% interval"],
      fixed.map((row) => [row.arms, row.seeds, row.studies, ...rate(row.falselyBetter, row.studies)]),
    ),
    "### A planted difference",
    'One arm is better by the planted difference. "Found" is the share of its pairs that are called better; the prediction is the power of the paired t test at the level that Holm\'s method gives to the first pair, which is a lower bound for more than two arms.',
    table(
      [
        "arms",
        "seeds",
        "planted, points",
        "studies",
        "found",
        "predicted",
        'false "equal"',
        'false "better"',
      ],
      planted.map((row) => [
        row.arms,
        row.seeds,
        (100 * row.planted).toFixed(1),
        row.studies,
        percent(row.found / row.pairs),
        percent(row.predicted),
        row.planted < record.margin ? "-" : percent(row.falselyEqual / row.pairs),
        percent(row.falselyBetter / row.studies),
      ]),
    ),
    '### Seeds in rounds (`seeds: "auto"`)',
    `Rounds of ${record.design.perRound} seeds, at most ${record.design.rounds}.`,
    table(
      [
        "arms",
        "planted, points",
        "studies",
        'false "better"',
        "95% interval",
        "found",
        'false "equal"',
        "mean seeds",
      ],
      rounds.map((row) => [
        row.arms,
        (100 * row.planted).toFixed(1),
        row.studies,
        ...rate(row.falselyBetter, row.studies),
        row.planted === 0 ? "-" : percent(row.found / row.pairs),
        row.planted < record.margin ? "-" : percent(row.falselyEqual / row.pairs),
        (row.usedSeeds / row.studies).toFixed(1),
      ]),
    ),
  ].join("\n\n");
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---:")), ...rows.map(line)].join("\n");
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

/** A share of `of`, with its 95% interval by Wilson's method. */
function rate(count, of) {
  const z = 1.96;
  const share = count / of;
  const centre = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return [percent(share), `${percent(Math.max(0, centre - half))} to ${percent(centre + half)}`];
}
