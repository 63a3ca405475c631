import { type Expression, type Options, type Program, parse, type Token, tokenizer, tokTypes } from "acorn";
import { formulaError } from "./formula-error.js";

/** `name = expression`, or an expression. */
export interface Statement {
  readonly target?: Target;
  readonly expression: Expression;
}

/** The name that a statement assigns to, and its position. */
export interface Target {
  readonly name: string;
  readonly start: number;
}

const MOST_CHARACTERS = 10_000;
const SYNTAX: Options = { ecmaVersion: 2023, sourceType: "module", preserveParens: true };

/** The statements in the braces of a label, or those between such blocks. */
export interface Block {
  readonly label?: Target;
  readonly statements: readonly Statement[];
}

/** Parses a formula into statements, one per line or separated by semicolons. It is never evaluated. */
export function statements(text: string): Statement[] {
  return bodyOf(text).map((each) => statement(each, text));
}

/** Parses a formula into blocks: `label: { ... }`, and the statements between them. */
export function blocks(text: string): Block[] {
  const found: { label?: Target; statements: Statement[] }[] = [];
  for (const each of bodyOf(text)) {
    if (each.type === "LabeledStatement") {
      const { label, body } = each;
      if (body.type !== "BlockStatement")
        throw formulaError(`Expected braces after \`${label.name}:\`.`, text, body.start);
      const inner = withoutEmpty(body.body).map((part) => statement(part, text));
      if (inner.length === 0) throw formulaError(`The block \`${label.name}\` is empty.`, text, label.start);
      found.push({ label: { name: label.name, start: label.start }, statements: inner });
    } else if (found.at(-1) === undefined || found.at(-1)!.label !== undefined) {
      found.push({ statements: [statement(each, text)] });
    } else {
      found.at(-1)!.statements.push(statement(each, text));
    }
  }
  return found;
}

type Part = Program["body"][number];

function bodyOf(text: string): Part[] {
  if (text.length > MOST_CHARACTERS)
    throw formulaError(
      `A formula can have at most ${MOST_CHARACTERS} characters, but this one has ${text.length}.`,
    );
  const body = withoutEmpty(syntax(text).body);
  if (body.length === 0) throw formulaError("The formula is empty.");
  return body;
}

const withoutEmpty = <Each extends Part>(body: readonly Each[]) =>
  body.filter(({ type }) => type !== "EmptyStatement");

function statement(part: Part, text: string): Statement {
  if (part.type !== "ExpressionStatement")
    throw formulaError("Expected `name = expression` or an expression.", text, part.start);
  const { expression } = part;
  if (expression.type !== "AssignmentExpression") return { expression };
  const { left, right, operator } = expression;
  if (left.type !== "Identifier") throw formulaError("Expected a name to assign to.", text, left.start);
  const { name, start } = left;
  if (operator !== "=") {
    const written = `\`${name} = ${name} ${operator.slice(0, -1)} ...\``;
    throw formulaError(`Write \`${operator}\` out: ${written}.`, text, start);
  }
  return { target: { name, start }, expression: right };
}

function syntax(text: string): Program {
  try {
    return parse(withLineEnds(text), SYNTAX);
  } catch (error) {
    // acorn's SyntaxError has the position in `pos`; very deep nesting exhausts the stack instead.
    const { message, pos } = error as { message: string; pos?: number };
    if (pos === undefined) throw formulaError("The formula is nested too deeply.");
    throw formulaError(syntaxProblem(text, pos, message), text, pos);
  }
}

/** What is wrong at `place`, in terms of formulas. The parser's message is about JavaScript. */
function syntaxProblem(text: string, place: number, message: string): string {
  if (place >= text.trimEnd().length) return "Unexpected end of the formula.";
  const [found = ""] = /^(\*\*|[\w$]+|\S)/.exec(text.slice(place)) ?? [];
  if (/^Unterminated comment/.test(message)) return "The comment is not closed.";
  if (/^Label/.test(message)) return `Unexpected label \`${found}\`. Blocks cannot contain blocks.`;
  if (/^Assigning to rvalue|left-hand side/.test(message)) return "Expected a name to assign to.";
  if (/^Numeric separator/.test(message)) return "Write numbers without `_`.";
  if (/^Invalid number|radix/.test(message)) {
    const before = /\w*$/.exec(text.slice(0, place))![0];
    return `\`${before}${found}\` is not a number.`;
  }
  if (/reserved|strict mode/.test(message)) return `\`${found}\` cannot be used in a formula.`;
  return `Unexpected \`${found}\`.${syntaxHint(text, place)}`;
}

/** How to write what was probably meant. */
function syntaxHint(text: string, place: number): string {
  if (startsWithOperator(text, place))
    return " A statement ends at the end of its line: end the previous line with the operator, or use parentheses.";
  if (text.startsWith("**", place)) return " `-x ** 2` needs parentheses: `-(x ** 2)` or `(-x) ** 2`.";
  if (/^[A-Za-z_]/.test(text.slice(place)) && /[\w)]\s*$/.test(text.slice(0, place)))
    return " Write `*` to multiply.";
  return "";
}

/** Whether `place` is the start of a line after the first that begins with an operator. */
export const startsWithOperator = (text: string, place: number): boolean =>
  /^[-+*/<>]/.test(text.slice(place)) && /\S\s*\n\s*$/.test(text.slice(0, place));

const ENDS_AN_EXPRESSION = new Set([tokTypes.name, tokTypes.num, tokTypes.parenR]);

/**
 * Adds a semicolon where a line ends a statement. In JavaScript, a statement continues if the next line starts with a minus or
 * a parenthesis; in a formula, it continues only while a parenthesis is open or after an operator. Comments become blanks, and
 * all other characters keep their positions.
 */
function withLineEnds(text: string): string {
  const characters = text.split("");
  const onComment = (_block: boolean, _text: string, start: number, end: number) => {
    for (let i = start; i < end; i++) if (characters[i] !== "\n") characters[i] = " ";
  };
  let depth = 0;
  let last: Token | undefined;
  for (const token of tokenizer(text, { ...SYNTAX, onComment })) {
    if (last !== undefined && depth === 0 && ENDS_AN_EXPRESSION.has(last.type)) {
      const end = characters.indexOf("\n", last.end);
      if (end >= 0 && end < token.start) characters[end] = ";";
    }
    if (token.type === tokTypes.parenL) depth++;
    if (token.type === tokTypes.parenR) depth--;
    last = token;
  }
  return characters.join("");
}
