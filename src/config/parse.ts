import type { z } from "zod";
import { configError } from "../errors.js";
import { didYouMean } from "./nearest.js";

type Issue = z.core.$ZodIssue;

/**
 * Checks `value` against `schema` and returns it with every default filled in.
 *
 * @param what names the whole value in messages, such as "train config"
 * @throws OptimbenchError (CONFIG): one line a problem,
 *   "Expected <what> for `<path>`, got <value> (<type>)."
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw configError(result.error.issues.flatMap((issue) => explain(issue, what)).join("\n"));
}

function explain(issue: Issue, what: string): string[] {
  const path = pathText(issue.path) || what;
  const got = `got ${describe(issue.input)}`;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? [`Missing \`${path}\`: expected ${typeText(issue.expected)}.`]
        : [`Expected ${typeText(issue.expected)} for \`${path}\`, ${got}.`];
    case "invalid_value": {
      const names = issue.values.map(String);
      const hint = typeof issue.input === "string" ? didYouMean(issue.input, names) : "";
      return [`Expected ${oneOf(names)} for \`${path}\`, ${got}.${hint}`];
    }
    case "unrecognized_keys": {
      const known = knownKeys(issue);
      const list = known.length > 0 ? ` Known here: ${known.join(", ")}.` : "";
      return issue.keys.map((key) => `Unknown key \`${pathText([...issue.path, key])}\`.${didYouMean(key, known)}${list}`);
    }
    case "too_small":
      return [`Expected ${sizeText(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum)} for \`${path}\`, ${got}.`];
    case "too_big":
      return [`Expected ${sizeText(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum)} for \`${path}\`, ${got}.`];
    case "invalid_union":
      return explainUnion(issue, what, path, got);
    case "custom":
      return [`${issue.message.replaceAll("{path}", path)}`];
    default:
      return [`${issue.message} for \`${path}\`, ${got}.`];
  }
}

/** Of a union's branches, explains the one that fits best: the one whose problems lie deepest. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, what: string, path: string, got: string): string[] {
  const depth = (branch: Issue[]) => Math.max(0, ...branch.map((each) => each.path.length * 2 + (each.code === "invalid_type" ? 0 : 1)));
  const best = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0];
  if (best === undefined || depth(best) === 0) return [`Expected another kind of value for \`${path}\`, ${got}.`];
  return best.flatMap((each) => explain({ ...each, path: [...issue.path, ...each.path] } as Issue, what));
}

/** The keys an object schema declares; zod keeps the schema that raised an issue in `inst`. */
function knownKeys(issue: Issue): string[] {
  const definition = (issue as { inst?: { _zod?: { def?: { shape?: object } } } }).inst?._zod?.def;
  return definition?.shape === undefined ? [] : Object.keys(definition.shape);
}

function sizeText(origin: string, bound: string, limit: number | bigint): string {
  if (origin === "array" || origin === "set") return `${bound} ${limit} items`;
  if (origin === "string") return `${bound} ${limit} characters`;
  return `a number ${bound === "at least" || bound === "at most" ? bound : bound} ${limit}`;
}

const TYPE_TEXT: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a string",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};
const typeText = (expected: string) => TYPE_TEXT[expected] ?? expected;

const oneOf = (names: string[]) => (names.length === 1 ? `"${names[0]}"` : `one of ${names.map((name) => `"${name}"`).join(", ")}`);

const pathText = (path: readonly PropertyKey[]) =>
  path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? String(key) : `.${String(key)}`)).join("");

/** A value as a reader would write it, with its type, cut to a readable length. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value === "number" || typeof value === "bigint") return `${value} (number)`;
  const type = Array.isArray(value) ? "list" : typeof value;
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return `${text.length > 60 ? `${text.slice(0, 57)}...` : text} (${type})`;
}
