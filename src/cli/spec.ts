import { configError } from "../errors.js";

/** A name, or a name with settings, as on the command line. */
export type Spec = string | { readonly name: string; readonly [key: string]: unknown };

/** `adam,sgd:learningRate=0.1:momentum=0.9` as config; quotes keep commas and colons of a value together, `1;2;3` is a list. */
export const parseSpecs = (text: string): Spec[] => splitOutsideQuotes(text, ",").map(parseSpec);

/** `sgd:learningRate=0.1` as `{ name: "sgd", learningRate: 0.1 }`; a name alone stays one. */
export function parseSpec(text: string): Spec {
  const [name, ...settings] = splitOutsideQuotes(text, ":").map((part) => part.trim());
  if (!name) throw configError(`Expected a name in "${text}", such as adam or sgd:learningRate=0.1.`);
  return settings.length === 0
    ? name
    : { name, ...Object.fromEntries(settings.map((each) => setting(each, text))) };
}

/** `name=formula` of --define-optimizer and --define-loss. */
export function parseDefinition(text: string): { readonly name: string; readonly formula: string } {
  const [name, formula] = keyAndValue(text);
  if (!/^[A-Za-z_]\w*$/.test(name) || formula === "")
    throw configError(
      `Expected a definition such as 'mine=theta = theta - learningRate * g', got "${text}".`,
    );
  return { name, formula };
}

type Value = string | number | boolean | readonly number[];

function setting(text: string, whole: string): [string, Value] {
  const [key, value] = keyAndValue(text);
  if (key === "" || value === "") throw configError(`Expected key=value, got "${text}" in "${whole}".`);
  return [key, read(value)];
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** A number, true or false, numbers with semicolons between them, or text. */
function read(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted !== null) return quoted[2]!;
  const numbers = text.split(";").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if (numbers.some(Number.isNaN)) return text;
  return numbers.length === 1 ? numbers[0]! : numbers;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [""];
  let quote = "";
  for (const character of text) {
    if (quote === "" && character === separator) {
      parts.push("");
      continue;
    }
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = "";
    parts[parts.length - 1] += character;
  }
  if (quote !== "") throw configError(`A quote (${quote}) is not closed in: ${text}`);
  return parts;
}
