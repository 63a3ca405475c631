import type { z } from "zod";
import { configError } from "../errors.js";
import { countText } from "./count-text.js";
import { describe } from "./describe.js";
import { didYouMean } from "./nearest.js";
import { boundsText, schemaAt } from "./number-range.js";
import { keyText, pathText } from "./path-text.js";
import { plainData } from "./plain-data.js";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/**
 * Validates `value` with `schema` and returns it with every default filled in. The result is a copy; see `plainData`. Messages of
 * the schema may contain `{path}`, which is replaced by the path in `value`.
 *
 * @param what the whole value's name in messages, such as "train config"
 * @param mostValues the most values. The default exceeds any config.
 * @throws OptimbenchError (CONFIG): one line per problem,
 *   "Expected <what> for `<path>`, got <value> (<type>)."
 */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  mostValues?: number,
): z.output<Schema> {
  return parsePlain(schema, plainData(value, what, mostValues), what);
}

/**
 * Checks as `parse` does, and returns the whole copy, with the keys that the schema does not declare.
 *
 * @param schema one without defaults and transforms
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  mostValues?: number,
): z.output<Schema> {
  const plain = plainData(value, what, mostValues);
  parsePlain(schema, plain, what);
  return plain as z.output<Schema>;
}

function parsePlain<Schema extends z.ZodType>(
  schema: Schema,
  plain: unknown,
  what: string,
): z.output<Schema> {
  const result = validated(schema, plain, what);
  if (result.success) return result.data as z.output<Schema>;
  const problems = result.issues.flatMap((issue) => locate(issue, what));
  throw configError(summary(problems.map(({ message }) => message)).join("\n"), problems[0]?.path);
}

/** More than some 100,000 problems exhaust zod's stack. */
function validated(schema: z.ZodType, value: unknown, what: string) {
  try {
    return validate(schema, value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw configError(`The ${what} has too many problems to list. Check how it was made.`);
  }
}

/** The most similar problems that are listed individually. */
export const MOST_OF_A_KIND = 3;
const MOST_KINDS = 20;

/** Groups problems that differ only in the value and its index: lists the first few and counts the others. */
function summary(problems: readonly string[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const problem of problems) {
    const kind = problem
      .replace(/, got .*/s, "")
      .replace(/^(Unknown key) `.*?`/, "$1")
      .replace(/^And [\d,]+ more/, "And more")
      .replaceAll(/\[\d+\]/g, "[]");
    const alike = kinds.get(kind) ?? [];
    alike.push(problem);
    kinds.set(kind, alike);
  }
  const lines = [...kinds.values()].slice(0, MOST_KINDS).flatMap((alike) => {
    const more = alike.length - MOST_OF_A_KIND;
    return [
      ...alike.slice(0, MOST_OF_A_KIND),
      ...(more > 0 ? [`And ${countText(more, "more problem")} like this.`] : []),
    ];
  });
  const more = kinds.size - MOST_KINDS;
  return more > 0
    ? [...lines, `And ${countText(more, "more kind")} of problem${more === 1 ? "" : "s"}.`]
    : lines;
}

/** Validates a value; messages may contain `{path}`. */
export function validate(schema: z.ZodType, value: unknown) {
  const { success, data, error } = schema.safeParse(value, { error: explain, reportInput: true });
  if (success) return { success, data };
  return { success, issues: ofRightType(error.issues).map((issue) => withRange(issue, schema)) };
}

/** A value of a wrong type has no other problem, such as that an empty text is too short for a list. */
function ofRightType(issues: readonly Issue[]): Issue[] {
  const wrong = new Set(
    issues.filter(({ code }) => code === "invalid_type").map(({ path }) => pathText(path)),
  );
  return issues.filter(({ code, path }) => code === "invalid_type" || !wrong.has(pathText(path)));
}

/** An error map for zod. Messages contain `{path}` for the path, and `{path.}` before a key. */
function explain(issue: RawIssue): string | undefined {
  const got = `got ${describe(issue.input)}`;
  switch (issue.code) {
    case "invalid_type":
      return expected(typeText(issue.expected), issue.input);
    case "invalid_value":
      return expected(oneOf(issue.values), issue.input);
    case "unrecognized_keys": {
      const known = knownKeys(issue);
      const list = known.length > 0 ? ` Known keys: ${known.join(", ")}.` : "";
      const more = issue.keys.length - MOST_OF_A_KIND;
      return [
        ...issue.keys
          .slice(0, MOST_OF_A_KIND)
          .map((key) => `Unknown key \`{path.}${keyText(key)}\`.${didYouMean(key, known)}${list}`),
        ...(more > 0 ? [`And ${countText(more, "more unknown key")}{in path}.`] : []),
      ].join("\n");
    }
    case "too_small":
      return `Expected ${sizeText(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum)} for \`{path}\`, ${got}.`;
    case "too_big":
      return `Expected ${sizeText(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum)} for \`{path}\`, ${got}.`;
    case "invalid_union":
      return explainUnion(issue);
    case "invalid_format":
      return `Expected text in another format for \`{path}\`, ${got}.`;
    default:
      return undefined;
  }
}

/** Adds the whole range to a message. zod reports only the violated bound. */
function withRange(issue: Issue, schema: z.ZodType): Issue {
  if (issue.code !== "too_small" && issue.code !== "too_big") return issue;
  // Above this, not all whole numbers are representable.
  const isUncountable = issue.code === "too_big" && issue.maximum === Number.MAX_SAFE_INTEGER;
  const range = isUncountable
    ? `a whole number of at most ${issue.maximum}`
    : boundsText(schemaAt(schema, issue.path));
  if (range === undefined) return issue;
  return { ...issue, message: `Expected ${range} for \`{path}\`, got ${describe(issue.input)}.` };
}

/** Explains a union as a whole: one of several types, or one whose discriminating key has an unknown value. */
function explainUnion(issue: RawIssue): string {
  if (typeof issue.discriminator !== "string") {
    const types = (issue.errors as Issue[][]).flat().flatMap((each) => {
      if (each.code === "invalid_type") return [typeText(each.expected)];
      return each.code === "invalid_value" ? [oneOf(each.values)] : [];
    });
    return expected([...new Set(types)].join(" or "), issue.input);
  }
  const value = (issue.input as Record<string, unknown>)[issue.discriminator];
  return expected(oneOf((issue.options ?? []) as z.core.util.Primitive[]), value);
}

function expected(wanted: string, input: unknown): string {
  if (input === undefined) return `Missing \`{path}\`: expected ${wanted}.`;
  const names = [...wanted.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
  const hint = typeof input === "string" ? didYouMean(input, names) : "";
  return `Expected ${wanted} for \`{path}\`, got ${describe(input)}.${hint}`;
}

/** A problem and its path in the whole value. */
interface Problem {
  readonly message: string;
  readonly path: string;
}

/** The problems of an issue, with paths filled in. For a union, those of the best-matching branch. */
function locate(issue: Issue, what: string, base: readonly PropertyKey[] = []): Problem[] {
  const path = [...base, ...issue.path];
  const branch = issue.code === "invalid_union" ? bestBranch(issue.errors) : undefined;
  if (branch !== undefined) return branch.flatMap((each) => locate(each, what, path));
  const text = pathText(path);
  const message = issue.message
    .replaceAll("{path.}", () => (text === "" ? "" : `${text}.`))
    .replaceAll("{in path}", () => (text === "" ? "" : ` in \`${text}\``))
    .replaceAll("{path}", () => text || what);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  return [{ message, path: pathText([...path, ...unknown]) }];
}

/** The branch whose problems are deepest; undefined if all branches fail at the top because of the type. */
function bestBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const wrongType = (each: Issue) =>
    each.code === "invalid_type" || (each.code === "invalid_value" && typeof each.input !== "string");
  const depth = (branch: Issue[]) =>
    branch.reduce((most, each) => Math.max(most, each.path.length * 2 + (wrongType(each) ? 0 : 1)), 0);
  const best = branches.map(ofRightType).sort((a, b) => depth(b) - depth(a))[0];
  return best === undefined || depth(best) === 0 ? undefined : best;
}

/** The keys of an object schema, which an issue refers to as `inst`. */
function knownKeys(issue: RawIssue): string[] {
  const definition = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def;
  return Object.keys(definition?.shape ?? {});
}

type Bound = "at least" | "more than" | "at most" | "less than";

const NUMBER_BOUND: Record<Bound, string> = {
  "at least": "of at least",
  "more than": "greater than",
  "at most": "of at most",
  "less than": "less than",
};

function sizeText(origin: string, bound: Bound, limit: number | bigint): string {
  const plural = limit === 1 ? "" : "s";
  if (origin === "array" || origin === "set") return `${bound} ${limit} item${plural}`;
  if (origin === "string") return `${bound} ${limit} character${plural}`;
  return `a number ${NUMBER_BOUND[bound]} ${limit}`;
}

const TYPE_TEXT: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a string",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  tuple: "a list",
};
const typeText = (type: string) => TYPE_TEXT[type] ?? type;

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === "string" ? `"${value}"` : String(value)));
  return texts.length === 1 ? texts[0]! : `one of ${texts.join(", ")}`;
}
