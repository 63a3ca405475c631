import { type Expression, type Program, parse } from "acorn";
import { formulaError } from "./formula-error.js";

/** `name = expression`, or an expression alone. */
export interface Statement {
  readonly target?: { readonly name: string; readonly start: number };
  readonly expression: Expression;
}

const MOST_CHARACTERS = 10_000;

/** A formula's statements, one a line or separated by semicolons; parsed, never evaluated. */
export function statements(text: string): Statement[] {
  if (text.trim() === "") throw formulaError(text, 0, "The formula is empty.");
  if (text.length > MOST_CHARACTERS)
    throw formulaError(
      text,
      0,
      `A formula has at most ${MOST_CHARACTERS} characters, this one has ${text.length}.`,
    );
  const body = syntax(text).body.filter(({ type }) => type !== "EmptyStatement");
  return body.map((statement) => {
    if (statement.type !== "ExpressionStatement")
      throw formulaError(text, statement.start, "Expected `name = expression` or an expression.");
    const { expression } = statement;
    if (expression.type !== "AssignmentExpression") return { expression };
    const { left, right, operator } = expression;
    if (operator !== "=")
      throw formulaError(text, expression.start, `Write the assignment out: \`a = a ${operator[0]} b\`.`);
    if (left.type !== "Identifier") throw formulaError(text, left.start, "Expected a name to assign to.");
    return { target: { name: left.name, start: left.start }, expression: right };
  });
}

function syntax(text: string): Program {
  try {
    return parse(withLineEnds(text), { ecmaVersion: 2023 });
  } catch (error) {
    // acorn's SyntaxError has the place in `pos`; very deep nesting exhausts its stack instead.
    const { message, pos } = error as { message: string; pos?: number };
    if (pos === undefined) throw formulaError(text, 0, "The formula is nested too deeply.");
    const problem = message.replace(/ \(\d+:\d+\)$/, "");
    const hint = /Unparenthesized|unary/i.test(problem) ? " Write `-(x ** 2)` or `(-x) ** 2`." : "";
    throw formulaError(text, pos, `${problem}.${hint}`);
  }
}

/**
 * A line ends a statement, which JavaScript's own rule would not grant where the next line starts with a minus or a
 * parenthesis; a line goes on while a parenthesis is open or after an operator. Every character keeps its place.
 */
function withLineEnds(text: string): string {
  let depth = 0;
  let last = "";
  return text.replace(/[^\s]|\n/g, (character) => {
    if (character === "\n") return depth === 0 && !"=+-*/<>,".includes(last || "=") ? ";" : "\n";
    if (character === "(") depth++;
    if (character === ")") depth--;
    last = character;
    return character;
  });
}
