import { configError } from "../../errors.js";
import { decimalNumber } from "./decimal-number.js";

/** A name, or a name with settings, as given on the command line. */
export type Spec = string | { readonly name: string; readonly [key: string]: unknown };

type Scalar = string | number | boolean;
type Settings = Record<string, Scalar | object>;

/** Parses `adam,sgd:learningRate=0.1:momentum=0.9`. Commas and colons in quotes, brackets or parentheses belong to a value. */
export function parseSpecs(text: string): Spec[] {
  const parts = splitOutsideQuotes(text, ",");
  if (parts.length > 1 && parts.some((part) => part.trim() === ""))
    throw configError(`There is an empty item in "${text}". Remove the extra comma.`);
  return parts.map(parseSpec);
}

/** Parses `sgd:learningRate=0.1` to `{ name: "sgd", learningRate: 0.1 }`, and `sgd` to `"sgd"`. `[1,2]` is a list. */
export function parseSpec(text: string): Spec {
  const [name, ...settings] = splitOutsideQuotes(text, ":").map((part) => part.trim());
  if (!name) throw configError(`Expected a name in "${text}", such as adam or sgd:learningRate=0.1.`);
  return settings.length === 0 ? name : { name, ...settingsOf(settings, text) };
}

/** Parses `shift=2:elastic.alpha=34` to `{ shift: 2, elastic: { alpha: 34 } }`. */
export const parseSettings = (text: string): Settings => settingsOf(splitOutsideQuotes(text, ":"), text);

function settingsOf(parts: readonly string[], whole: string): Settings {
  const settings: Settings = {};
  for (const part of parts) {
    const [path, value] = setting(part.trim(), whole);
    const [key, inner] = path.split(".") as [string, string?];
    settings[key] =
      inner === undefined ? value : { ...(settings[key] as object | undefined), [inner]: value };
  }
  return settings;
}

export type DefinitionKind = "optimizer" | "loss";

const DEFINITION_EXAMPLES = {
  optimizer: "mine=theta = theta - learningRate * g",
  loss: "mine=mean(abs(softmax(z) - y))",
} as const;

/** Parses the `name=formula` of --define-optimizer and --define-loss. */
export function parseDefinition(
  text: string,
  kind: DefinitionKind = "optimizer",
): { readonly name: string; readonly formula: string } {
  const [name, formula] = keyAndValue(text);
  if (!/^[A-Za-z_]\w*$/.test(name) || formula === "")
    throw configError(`Expected a definition such as '${DEFINITION_EXAMPLES[kind]}', got "${text}".`);
  return { name, formula };
}

function setting(text: string, whole: string): [string, Scalar | Scalar[]] {
  const [key, value] = keyAndValue(text);
  if (key === "" || value === "")
    throw configError(
      `Expected a setting such as patience=3, got "${text}"${text === whole ? "" : ` in "${whole}"`}.`,
    );
  const list = /^\[(.*)\]$/s.exec(value);
  return [key, list === null ? scalar(value) : list[1]!.split(",").map((each) => scalar(each.trim()))];
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

export function scalar(text: string): Scalar {
  if (text === "true" || text === "false") return text === "true";
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted !== null) return quoted[2]!;
  return decimalNumber(text);
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})(?:/(\\d+))?(?:/(log|linear))?$`, "i");

/** Parses `1e-4..1e-1`, `1e-4..1e-1/7` (7 points) or `1..9/9/linear`; undefined for other text. */
export function parseRange(text: string): object | undefined {
  const [, from, to, points, scale] = RANGE.exec(text) ?? [];
  if (from === undefined) return undefined;
  return {
    from: Number(from),
    to: Number(to),
    ...(points !== undefined && { points: Number(points) }),
    ...(scale !== undefined && { scale: scale.toLowerCase() }),
  };
}

/** Splits at a separator outside quotes, brackets and parentheses. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [""];
  let quote = "";
  let depth = 0; // of parentheses, as in a formula
  for (const character of text) {
    if (quote === "" && depth === 0 && character === separator) {
      parts.push("");
      continue;
    }
    if (quote === "" && character === "(") depth++;
    if (quote === "" && character === ")") depth = Math.max(0, depth - 1);
    if (quote === "" && `"'[`.includes(character)) quote = character === "[" ? "]" : character;
    else if (character === quote) quote = "";
    parts[parts.length - 1] += character;
  }
  if (quote !== "")
    throw configError(`${quote === "]" ? "A bracket" : `A quote (${quote})`} is not closed in: ${text}`);
  if (depth > 0) throw configError(`A parenthesis is not closed in: ${text}`);
  return parts;
}
