import { groupBy } from "../validation/group-by.js";
import { originText, stepText, valueText } from "./differences.js";
import type {
  Explanation,
  HyperparameterExplanation,
  LossDefinition,
  OptimizerDefinition,
  Origin,
} from "./explanation.js";
import { FIRST_GRADIENT } from "./first-step.js";

/** Formats an explanation for a terminal. */
export function explanationText(explanation: Explanation): string {
  const { name, title, kind, sources, note, hyperparameters, differences } = explanation;
  const definitions: readonly (OptimizerDefinition | LossDefinition)[] = explanation.definitions;
  return [
    title === name ? `${name}: custom ${kind}` : `${name}: ${title} (${kind})`,
    ...section("Formula", formulas(definitions)),
    ...section("Hyperparameters", hyperparameters.map(hyperparameterLine)),
    ...(explanation.kind === "optimizer"
      ? [
          ...section("State", perOrigin(explanation.definitions, stateText)),
          ...section(
            `First step from 0, with |g| = ${FIRST_GRADIENT}`,
            perOrigin(explanation.definitions, firstStepText),
          ),
        ]
      : section("Example", perOrigin(explanation.definitions, exampleText))),
    ...section("Differences", differences),
    ...section("Note", note === undefined ? [] : [note]),
    ...section("Sources", sources),
  ].join("\n");
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0
    ? []
    : ["", title, ...lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`)];

/** The text for each source, or one text if all agree. */
function perOrigin<Each extends { readonly source: Origin }>(
  definitions: readonly Each[],
  text: (each: Each) => string,
): string[] {
  const groups = groupBy(definitions, text);
  if (groups.length === 1) return [text(groups[0]![0]!)];
  return groups.map((group) => {
    const said = text(group[0]!);
    const origins = group.map(({ source }) => originText(source)).join(", ");
    return `${origins}:${said.startsWith("\n") ? "" : " "}${said}`;
  });
}

const formulas = (definitions: readonly (OptimizerDefinition | LossDefinition)[]) =>
  perOrigin(definitions, ({ formula }) =>
    definitions.every((each) => each.formula === definitions[0]!.formula)
      ? formula
      : `\n${formula.replace(/^/gm, "  ")}`,
  );

function hyperparameterLine({ name, meaning, range, defaults }: HyperparameterExplanation): string {
  const values = defaultsText(defaults);
  return [
    `${name} = ${values}`,
    ...(range === "" ? [] : [`    ${[range, meaning].filter(Boolean).join("; ")}`]),
  ].join("\n");
}

/** "0.001", or "0.001 (Keras 3), 0.01 (PyTorch)" if they differ. */
function defaultsText(defaults: HyperparameterExplanation["defaults"]): string {
  const entries = Object.entries(defaults) as [Origin, unknown][];
  const groups = groupBy(entries, ([, value]) => valueText(value));
  if (groups.length === 0) return "none";
  if (groups.length === 1 && (entries.length > 1 || entries[0]![0] === "custom"))
    return valueText(entries[0]![1]);
  return groups
    .map((of) => `${valueText(of[0]![1])} (${of.map(([origin]) => originText(origin)).join(", ")})`)
    .join(", ");
}

/** "8 bytes per parameter", or "4 bytes per row and 4 bytes per column (matrices), 4 bytes per parameter (vectors)". */
export const stateBytesText = ({ stateBytes }: OptimizerDefinition): string =>
  Object.entries(stateBytes)
    .map(([scope, bytes]) => {
      const sums = Object.entries(bytes).map(([unit, sum]) => `${sum} bytes per ${unit}`);
      return `${sums.join(" and ") || "none"}${scope === "all" ? "" : ` (${scope})`}`;
    })
    .join(", ");

/** "8 bytes per parameter: m, v". */
export function stateText(definition: OptimizerDefinition): string {
  const { states, stateBytes } = definition;
  const scopes = Object.keys(stateBytes);
  const names = states.map(({ name, block, per }) => {
    const of = per === "parameter" ? "" : per === "optimizer" ? "one number" : `one per ${per}`;
    const where = scopes.length > 1 ? block : "";
    const note = [where, of].filter(Boolean).join(", ");
    return note === "" ? name : `${name} (${note})`;
  });
  return names.length === 0 ? "none" : `${stateBytesText(definition)}: ${names.join(", ")}`;
}

/** "0.001", followed by the step in a matrix if that differs. */
export const firstStepText = ({ firstStep, firstStepInMatrix }: OptimizerDefinition): string =>
  firstStepInMatrix === undefined || stepText(firstStepInMatrix) === stepText(firstStep)
    ? stepText(firstStep)
    : `${stepText(firstStep)}; ${stepText(firstStepInMatrix)} in a 4 x 4 matrix`;

/** The example of a loss in one line. */
export function exampleText({ example }: LossDefinition): string {
  const list = (values: readonly number[]) => `[${values.map(stepText).join(", ")}]`;
  const { logits, target, value, gradient } = example;
  return `logits ${list(logits)}, target ${list(target)}: loss ${stepText(value)}, gradient ${list(gradient)}`;
}
