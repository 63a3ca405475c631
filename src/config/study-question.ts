import { configError } from "../errors.js";
import { changedOptimizerSettings, type ResolvedOptimizer } from "../optimizers/optimizers.js";
import { decimalText } from "../validation/decimal-text.js";

/** The questions that a study can declare: how its optimizers get their settings. */
export const QUESTIONS = ["defaults", "fixed-rate", "tuned"] as const;

export type StudyQuestion = (typeof QUESTIONS)[number];

/** The questions that an optimizer's settings can contradict. Tuning finds them itself. */
const DEMANDING = ["defaults", "fixed-rate"] as const;
type Demanding = (typeof DEMANDING)[number];

/** What a question demands of the optimizers, and the setting that need not be the default. */
const RULES: Readonly<Record<Demanding, { readonly rule: string; readonly isFree?: string }>> = {
  defaults: { rule: "every optimizer has its default settings" },
  "fixed-rate": {
    rule: "all optimizers have one learning rate, and otherwise their default settings",
    isFree: "learningRate",
  },
};

/** The question that a study answers: the declared one, otherwise what its optimizers have; "configured" stands for other settings. */
export function questionOf(
  optimizers: readonly ResolvedOptimizer[],
  declared?: StudyQuestion,
): StudyQuestion | "configured" {
  if (declared !== undefined) return declared;
  const fits = (question: Demanding) =>
    optimizers.every((each) => contradiction(question, each, optimizers[0]!) === undefined);
  return DEMANDING.find(fits) ?? "configured";
}

/**
 * Checks that an arm's optimizer fits the declared question, since a study never mixes questions.
 *
 * @param first the first arm's optimizer
 * @throws OptimbenchError (CONFIG) that names the setting
 */
export function checkQuestion(
  question: StudyQuestion | undefined,
  optimizer: ResolvedOptimizer,
  first: ResolvedOptimizer,
): void {
  if (question === undefined || question === "tuned") return;
  const found = contradiction(question, optimizer, first);
  if (found === undefined) return;
  throw configError(
    `${found.problem}, but \`question\` is "${question}": ${RULES[question].rule}. Change it, or omit \`question\`.`,
    found.path,
  );
}

function contradiction(
  question: Demanding,
  optimizer: ResolvedOptimizer,
  first: ResolvedOptimizer,
): { readonly problem: string; readonly path: string } | undefined {
  const { isFree } = RULES[question];
  if (isFree !== undefined && optimizer.learningRate !== first.learningRate) {
    const rates = [optimizer, first].map(({ learningRate }) => decimalText(learningRate));
    return {
      problem: `\`optimizer.learningRate\` of ${optimizer.name} is ${rates[0]}, that of ${first.name} is ${rates[1]}`,
      path: "optimizer.learningRate",
    };
  }
  if (optimizer.semantics === "custom" && isFree === undefined)
    return {
      problem: `\`optimizer\` "${optimizer.name}" is a custom formula, which has no default settings`,
      path: "optimizer",
    };
  const [changed] = changedOptimizerSettings(optimizer).filter(([key]) => key !== isFree);
  if (changed === undefined) return undefined;
  const [key, value] = changed;
  const path = `optimizer.${key}`;
  const text = typeof value === "number" ? decimalText(value) : JSON.stringify(value);
  return { problem: `\`${path}\` of ${optimizer.name} is ${text}, which is not the default`, path };
}
