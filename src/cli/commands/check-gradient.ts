import type { Command } from "commander";
import type { Semantics } from "../../catalogue/semantics.js";
import { configError } from "../../errors.js";
import type { LossConfig } from "../../losses/losses.js";
import { checkLossGradient, type GradientCheck } from "../../training/check-loss-gradient.js";
import { type Definitions, defineOption, withDefinitions } from "../options/definitions.js";
import { parseSpecs, type Spec } from "../options/spec.js";
import { wholeNumber } from "../options/whole-number.js";
import { addAction } from "../output/answer.js";
import { answerNo } from "../output/exit.js";

interface Options {
  readonly defineLoss?: Definitions;
  readonly classes: number;
  readonly semantics: Semantics;
}

/** Adds `optimbench check-gradient`, which compares gradients of losses with finite differences. */
export function addCheckGradientCommand(program: Command): void {
  const command = program
    .command("check-gradient")
    .description("check the gradients of losses against finite differences (exit code 1 if they disagree)")
    .argument("[losses]", "losses, such as huber:delta=0.1,hinge (default: those defined with --define-loss)")
    .addOption(defineOption("loss"))
    .option("--classes <count>", "number of classes", wholeNumber(2, 1000), 10)
    .option("--semantics <framework>", "framework whose formula a built-in loss uses", "keras3")
    .addHelpText(
      "after",
      "\nExample:\n  optimbench check-gradient --define-loss 'mine=mean(abs(softmax(z) - y))'\n",
    );
  addAction(command, (answer, losses: string | undefined, options: Options) => {
    const checks = chosen(losses, options).map((loss) => ({
      loss: typeof loss === "string" ? loss : loss.name,
      ...checkLossGradient(loss as LossConfig, {
        classes: options.classes,
        semantics: options.semantics,
      }),
    }));
    answer.give(checks, () => checks.map((check) => checkText(check.loss, check)).join("\n\n"));
    if (checks.some(({ passed }) => !passed)) answerNo();
  });
}

function chosen(losses: string | undefined, { defineLoss = new Map() }: Options): Spec[] {
  const specs = withDefinitions(losses === undefined ? [] : parseSpecs(losses), defineLoss);
  if (specs.length > 0) return specs;
  throw configError("Name a loss, such as huber, or define one with --define-loss 'mine=...'.");
}

function checkText(
  name: string,
  { passed, summary, formula, compared, kinks, worst }: GradientCheck,
): string {
  const rows = [
    ["formula", formula.replaceAll("\n", "; ")],
    ["compared", `${compared}${kinks === 0 ? "" : `, ${kinks} of them at a kink`}`],
    ["worst case", `class ${worst.class}, error ${worst.error.toExponential(1)}`],
    ["  gradient", String(worst.gradient)],
    ["  difference", String(worst.difference)],
    ["  loss", String(worst.value)],
    ["  z", rowText(worst.z)],
    ["  y", rowText(worst.y)],
  ];
  const lines = rows.map(([key, value]) => `  ${key!.padEnd(13)} ${value}`);
  return [`${name}: ${passed ? "passed" : "FAILED"}. ${summary}`, ...lines].join("\n");
}

const rowText = (row: readonly number[]) => row.map((each) => String(Number(each.toPrecision(4)))).join(" ");
