import { listed, originText, stepText, valueText } from "../../dist/explain/differences.js";
import { explain } from "../../dist/explain/explain.js";
import {
  exampleText,
  firstStepText,
  stateBytesText,
  stateText,
} from "../../dist/explain/explanation-text.js";
import { FIRST_GRADIENT } from "../../dist/explain/first-step.js";
import { LOSS_NAMES } from "../../dist/losses/losses.js";
import { OPTIMIZER_NAMES } from "../../dist/optimizers/optimizers.js";
import { groupBy } from "../../dist/validation/group-by.js";
import { typeset } from "./latex.mjs";

/** @typedef {import("../../src/explain/explanation.js").Explanation} Explanation */

/**
 * The explanations of all entries of the tables.
 *
 * @returns {Explanation[]}
 */
export const catalogue = () => [...OPTIMIZER_NAMES, ...LOSS_NAMES].map((name) => explain(name));

/**
 * The path of an entry's figure, relative to docs/.
 *
 * @param {Explanation} explanation
 */
export const figurePath = ({ name }) => `catalogue/images/${name}.svg`;

/**
 * The pages of the catalogue: text by path, relative to docs/.
 *
 * @param {readonly Explanation[]} entries
 * @returns {Map<string, string>}
 */
export function cataloguePages(entries) {
  const pages = entries.map((entry) => [`catalogue/${entry.name}.md`, page(entry)]);
  return new Map([
    ["optimizers.md", optimizersPage(entries.filter((entry) => entry.kind === "optimizer"))],
    ["losses.md", lossesPage(entries.filter((entry) => entry.kind === "loss"))],
    ...pages,
  ]);
}

const GENERATED = "<!-- Written by `npm run docs` from the tables in src/. -->";
const lines = (...parts) => `${parts.flat().join("\n")}\n`;
const link = ({ name }) => `[\`${name}\`](catalogue/${name}.md)`;
const originsOf = ({ definitions }) => definitions.map(({ source }) => originText(source)).join(", ");

const optimizersPage = (entries) =>
  lines(
    "# Optimizers",
    "",
    GENERATED,
    "",
    `Every optimizer is a formula and follows the definition of its sources. "The original" is the authors' paper or code. "First step" is the size of the first step from weights of 0 where |g| = ${FIRST_GRADIENT}. "State" is the memory that the optimizer keeps from step to step. \`npx optimbench explain adagrad\` shows this information on the command line. [custom-formulas.md](custom-formulas.md) describes how to define your own.`,
    "",
    table(
      ["name", "title", "defined by", "default learning rate", "first step", "state"],
      entries.map((entry) => [
        link(entry),
        entry.title,
        originsOf(entry),
        merged(entry.hyperparameters.find(({ name }) => name === "learningRate")?.defaults ?? {}, valueText),
        merged(
          byOrigin(entry.definitions, ({ firstStep }) => firstStep),
          (step) => stepText(step),
        ),
        merged(byOrigin(entry.definitions, stateBytesText), String),
      ]),
    ),
  );

const lossesPage = (entries) =>
  lines(
    "# Losses",
    "",
    GENERATED,
    "",
    "Every loss is a formula in the logits `z` and the target `y`. The loss of a batch is the mean over its samples. `npx optimbench explain meanSquaredError` shows this information on the command line. [custom-formulas.md](custom-formulas.md) describes how to define your own.",
    "",
    table(
      ["name", "title", "defined by", "formula"],
      entries.map((entry) => [
        link(entry),
        entry.title,
        originsOf(entry),
        inCell(entry.definitions[0].formula),
      ]),
    ),
  );

function page(entry) {
  const { name, title, kind, note, hyperparameters, differences, sources } = entry;
  const origins = entry.definitions.map(({ source }) => source);
  return lines(
    `# ${title}`,
    "",
    GENERATED,
    "",
    `${kind === "optimizer" ? "Optimizer" : "Loss"} \`${name}\`, as defined by ${listed(entry.definitions.map(({ source }) => source))}.`,
    "",
    `![${kind === "optimizer" ? `The path of ${title} down a valley` : `${title} and its gradient over the margin`}](images/${name}.svg)`,
    "",
    "## Formula",
    formulaSections(entry.definitions),
    ...(hyperparameters.length === 0
      ? []
      : [
          "",
          "## Hyperparameters",
          "",
          table(
            ["name", ...origins.map(originText), "range", "meaning"],
            hyperparameters.map((each) => [
              `\`${each.name}\``,
              ...origins.map((origin) =>
                Object.hasOwn(each.defaults, origin) ? valueText(each.defaults[origin]) : "–",
              ),
              `\`${each.range}\``,
              each.meaning,
            ]),
          ),
        ]),
    "",
    ...(entry.kind === "optimizer" ? costSection(entry.definitions) : exampleSection(entry.definitions)),
    ...(differences.length === 0
      ? []
      : ["", "## Differences", "", differences.map((each) => `- ${each}`)].flat()),
    ...(note === undefined ? [] : ["", "## Notes", "", note]),
    "",
    "## Usage",
    "",
    "```sh",
    `npx optimbench train --${kind} ${name} --epochs 1`,
    "```",
    "",
    "```js",
    `import { train } from "optimbench";`,
    "",
    `const run = await train({ dataset: "mnist-10k", ${kind}: "${name}", epochs: 1 });`,
    "console.log(run.history.at(-1).validation);",
    "```",
    "",
    "## Sources",
    "",
    sources.map((each) => `- ${each}`),
  );
}

/** The formula, typeset and as text; once if the sources agree. */
const formulaSections = (definitions) => {
  const groups = groupBy(definitions, ({ formula }) => formula);
  return groups.flatMap((group) => [
    ...(groups.length === 1 ? [] : ["", `### ${group.map(({ source }) => originText(source)).join(", ")}`]),
    ...typeset(group[0].formula).flatMap(({ label, latex }) => [
      ...(label === undefined ? [] : ["", `**${label}**`]),
      "",
      "```math",
      latex,
      "```",
    ]),
    "",
    "```text",
    group[0].formula,
    "```",
  ]);
};

const costSection = (definitions) => [
  "## Cost and first step",
  "",
  table(
    ["", "state", `first step, |g| = ${FIRST_GRADIENT}`],
    definitions.map((each) => [originText(each.source), stateText(each), firstStepText(each)]),
  ),
];

const exampleSection = (definitions) => [
  "## Example",
  "",
  ...groupBy(definitions, exampleText).map(
    (group) => `- ${group.map(({ source }) => originText(source)).join(", ")}: ${exampleText(group[0])}`,
  ),
];

const byOrigin = (definitions, value) =>
  Object.fromEntries(definitions.map((each) => [each.source, value(each)]));

/** "0.001", or "Keras 3: 0.001, PyTorch: 0.01" if they differ. */
function merged(values, text) {
  const entries = Object.entries(values).map(([origin, value]) => ({
    origin: originText(origin),
    text: text(value),
  }));
  const groups = groupBy(entries, (each) => each.text);
  if (groups.length === 1) return groups[0][0].text;
  return groups
    .map((group) => `${group.map(({ origin }) => origin).join(", ")}: ${group[0].text}`)
    .join("; ");
}

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

const inCell = (formula) => `\`${formula.replaceAll("\n", "; ")}\``;
