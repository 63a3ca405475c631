import type { Command } from "commander";
import { configError } from "../../errors.js";
import { explain } from "../../explain/explain.js";
import { explanationText } from "../../explain/explanation-text.js";
import { LOSS_NAMES } from "../../losses/losses.js";
import { OPTIMIZER_NAMES } from "../../optimizers/optimizers.js";
import { type Definitions, defineOption, withDefinitions } from "../options/definitions.js";
import { parseSpecs, type Spec } from "../options/spec.js";
import { addAction } from "../output/answer.js";

interface ExplainOptions {
  readonly defineOptimizer?: Definitions;
  readonly defineLoss?: Definitions;
}

/** Adds `optimbench explain`, which describes an optimizer or a loss and how its sources differ. */
export function addExplainCommand(program: Command): void {
  const command = program
    .command("explain")
    .description(
      "explain an optimizer or a loss: formula, defaults, first step, differences between frameworks",
    )
    .argument("[names]", "names, such as adagrad, sgd:momentum=0.9 or adam,categoricalCrossentropy")
    .addOption(defineOption("optimizer"))
    .addOption(defineOption("loss"))
    .addHelpText("after", `\nOptimizers: ${OPTIMIZER_NAMES.join(", ")}\nLosses: ${LOSS_NAMES.join(", ")}\n`);
  addAction(command, (answer, names: string | undefined, definitions: ExplainOptions) => {
    const explanations = chosen(names, definitions).map((each) =>
      explain(each as Parameters<typeof explain>[0]),
    );
    answer.give(explanations, () => explanations.map(explanationText).join("\n\n"));
  });
}

function chosen(names: string | undefined, { defineOptimizer, defineLoss }: ExplainOptions): Spec[] {
  const definitions = new Map([...(defineOptimizer ?? []), ...(defineLoss ?? [])]);
  const given = names === undefined ? [] : parseSpecs(names);
  for (const each of given) if (typeof each === "string") checkIsName(each);
  const choices = withDefinitions(given, definitions);
  if (choices.length > 0) return choices;
  throw configError("Name what to explain, such as `optimbench explain adagrad`. `--help` lists the names.");
}

function checkIsName(text: string): void {
  if (!/[=()]/.test(text)) return;
  const option = text.includes("theta") ? "--define-optimizer" : "--define-loss";
  throw configError(`Expected a name, got the formula "${text}". Give it a name: ${option} 'mine=${text}'.`);
}
