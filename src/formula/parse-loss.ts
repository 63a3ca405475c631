import { build } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import type { LossGraph } from "./graph.js";
import { GraphBuilder, type Term } from "./graph-builder.js";
import { statements } from "./statements.js";

/**
 * Parses a loss: an expression per sample in z (the logits) and y (the target: one-hot or soft), one number each.
 * Assignments may precede it: "p = softmax(z); mean(abs(p - y))". The loss of a batch is the mean over its samples.
 *
 * @throws OptimbenchError (FORMULA) that shows the place
 */
export function parseLoss(
  text: string,
  { hyperparameters }: { readonly hyperparameters: Readonly<Record<string, number>> },
): LossGraph {
  const graph = new GraphBuilder();
  const values = new Map<string, Term>();
  const used = new Set<string>();
  const lookUp = (name: string): Term | undefined => {
    used.add(name);
    const value = values.get(name);
    if (value !== undefined) return value;
    if (name === "z" || name === "y") return graph.input(name, "vector");
    const hyperparameter = hyperparameters[name];
    return hyperparameter === undefined ? undefined : graph.constant(hyperparameter);
  };
  const names = () => ["z", "y", ...Object.keys(hyperparameters), ...values.keys()];
  const scope = { text, graph, vector: "a row of classes", classes: true, lookUp, names };

  const list = statements(text);
  let result: Term | undefined;
  for (const [index, { target, expression }] of list.entries()) {
    const last = index === list.length - 1;
    if (last !== (target === undefined))
      throw last
        ? formulaError(
            text,
            target!.start,
            "The last statement is the loss itself: an expression, not an assignment.",
          )
        : formulaError(
            text,
            expression.start,
            "Only the last statement is an expression; those before it assign.",
          );
    if (target !== undefined) {
      if (target.name === "z" || target.name === "y" || target.name in hyperparameters)
        throw formulaError(
          text,
          target.start,
          `\`${target.name}\` is given and cannot be assigned. Assign to another name.`,
        );
      values.set(target.name, build(expression, scope));
    } else {
      result = build(expression, scope);
      if (result.kind === "vector")
        throw formulaError(
          text,
          expression.start,
          "A loss is one number a sample, this is one a class: wrap it in sum(...) or mean(...).",
        );
    }
  }
  for (const name of [...Object.keys(hyperparameters), ...values.keys()])
    if (!used.has(name))
      throw formulaError(text, text.length, `\`${name}\` is never used. Use it, or leave it out.`);
  if (!used.has("z"))
    throw formulaError(text, text.length, "The loss does not depend on `z`, so nothing would learn.");
  return { nodes: graph.nodes, result: result!.node };
}
