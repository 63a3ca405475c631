import { typeset } from "../formula/latex.js";
import { LOSS_NAMES } from "../losses/losses.js";
import { OPTIMIZER_NAMES } from "../optimizers/optimizers.js";
import { groupBy } from "../report/text/group-by.js";
import { originText, stepText, valueText } from "./differences.js";
import { explain } from "./explain.js";
import type { Explanation, LossDefinition, OptimizerDefinition, Origin } from "./explanation.js";
import { exampleText, firstStepText, stateText } from "./explanation-text.js";
import { FIRST_GRADIENT } from "./first-step.js";

/** Every entry of the tables, explained. */
export const catalogue = (): Explanation[] =>
  [...OPTIMIZER_NAMES, ...LOSS_NAMES].map((name) => explain(name));

/** Where the picture of an entry lies, from docs/. */
export const picturePath = ({ name }: Explanation): string => `catalogue/images/${name}.svg`;

/** The catalogue's pages: their places, from docs/, and their text. */
export function cataloguePages(entries: readonly Explanation[]): Map<string, string> {
  const pages = entries.map((entry) => [`catalogue/${entry.name}.md`, page(entry)] as const);
  return new Map([
    ["optimizers.md", optimizersPage(entries.filter((entry) => entry.kind === "optimizer"))],
    ["losses.md", lossesPage(entries.filter((entry) => entry.kind === "loss"))],
    ...pages,
  ]);
}

const GENERATED = "<!-- Written by `npm run docs` from the tables in src/. -->";
const lines = (...parts: readonly (string | readonly string[])[]) => `${parts.flat().join("\n")}\n`;
const link = ({ name }: Explanation) => `[\`${name}\`](catalogue/${name}.md)`;
const originsOf = ({ definitions }: Explanation) =>
  definitions.map(({ source }) => originText(source)).join(", ");

const optimizersPage = (entries: readonly Extract<Explanation, { kind: "optimizer" }>[]) =>
  lines(
    "# Optimizers",
    "",
    GENERATED,
    "",
    `Each is a formula, and means what it means in its sources; "the original" is its authors' paper or code. First step: from 0, where |g| = ${FIRST_GRADIENT}. \`npx optimbench explain adagrad\` says the same on the command line. One of your own: [own-formulas.md](own-formulas.md).`,
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
          (step) => stepText(step as number),
        ),
        merged(byOrigin(entry.definitions, bytesText), String),
      ]),
    ),
  );

const lossesPage = (entries: readonly Extract<Explanation, { kind: "loss" }>[]) =>
  lines(
    "# Losses",
    "",
    GENERATED,
    "",
    "Each is a formula in `z`, the logits, and `y`, the target; a batch has the mean over its samples. `npx optimbench explain meanSquaredError` says the same on the command line. One of your own: [own-formulas.md](own-formulas.md).",
    "",
    table(
      ["name", "title", "defined by", "formula"],
      entries.map((entry) => [
        link(entry),
        entry.title,
        originsOf(entry),
        inCell(entry.definitions[0]!.formula),
      ]),
    ),
  );

function page(entry: Explanation): string {
  const { name, title, kind, note, hyperparameters, differences, sources } = entry;
  const origins = entry.definitions.map(({ source }) => source);
  return lines(
    `# ${title}`,
    "",
    GENERATED,
    "",
    `${kind === "optimizer" ? "Optimizer" : "Loss"} \`${name}\`, as in ${originsOf(entry)}.`,
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
      : ["", "## What differs", "", differences.map((each) => `- ${each}`)].flat()),
    ...(note === undefined ? [] : ["", "## To know", "", note]),
    "",
    "## Use it",
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

/** Typeset and as text; once where the sources agree. */
const formulaSections = (definitions: readonly (OptimizerDefinition | LossDefinition)[]): string[] => {
  const groups = groupBy(definitions, ({ formula }) => formula);
  return groups.flatMap((group) => [
    ...(groups.length === 1 ? [] : ["", `### ${group.map(({ source }) => originText(source)).join(", ")}`]),
    ...typeset(group[0]!.formula).flatMap(({ label, latex }) => [
      ...(label === undefined ? [] : ["", `**${label}**`]),
      "",
      "```math",
      latex,
      "```",
    ]),
    "",
    "```text",
    group[0]!.formula,
    "```",
  ]);
};

const costSection = (definitions: readonly OptimizerDefinition[]) => [
  "## Cost and first step",
  "",
  table(
    ["", "state", `first step, |g| = ${FIRST_GRADIENT}`],
    definitions.map((each) => [originText(each.source), stateText(each), firstStepText(each)]),
  ),
];

const exampleSection = (definitions: readonly LossDefinition[]) => [
  "## For example",
  "",
  ...groupBy(definitions, exampleText).map(
    (group) => `- ${group.map(({ source }) => originText(source)).join(", ")}: ${exampleText(group[0]!)}`,
  ),
];

const byOrigin = <Each extends { readonly source: Origin }>(
  definitions: readonly Each[],
  value: (each: Each) => unknown,
) => Object.fromEntries(definitions.map((each) => [each.source, value(each)]));

/** "0.001", or "Keras 3: 0.001, PyTorch: 0.01" where they differ. */
function merged(
  values: Readonly<Partial<Record<Origin, unknown>>>,
  text: (value: unknown) => string,
): string {
  const entries = (Object.entries(values) as [Origin, unknown][]).map(([origin, value]) => ({
    origin: originText(origin),
    text: text(value),
  }));
  const groups = groupBy(entries, (each) => each.text);
  if (groups.length === 1) return groups[0]![0]!.text;
  return groups
    .map((group) => `${group.map(({ origin }) => origin).join(", ")}: ${group[0]!.text}`)
    .join("; ");
}

const bytesText = ({ stateBytes }: OptimizerDefinition) =>
  Object.entries(stateBytes)
    .map(([scope, bytes]) => `${bytes} bytes${scope === "all" ? "" : ` (${scope})`}`)
    .join(", ");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

const inCell = (formula: string) => `\`${formula.replaceAll("\n", "; ")}\``;
