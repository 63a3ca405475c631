/**
 * Parses a file's bytes as JSON. Skips the byte-order mark that some editors add.
 *
 * @param mostAtOnce larger texts are parsed in parts, since a string has at most 512 MiB
 */
export function parseJson(bytes: Uint8Array, mostAtOnce = 2 ** 28): unknown {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new SyntaxError("it is encoded as UTF-16; save it as UTF-8");
  return bytes.length > mostAtOnce ? parseParts(bytes, mostAtOnce) : parseWhole(bytes);
}

function parseWhole(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // It quotes the text around the mistake, with its line breaks.
    const problem = (cause as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(withLine(problem, text), { cause });
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [...'"\\,:'].map((each) => each.charCodeAt(0));
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [..."[]{}"].map((each) => each.charCodeAt(0));
const isSpace = (byte: number | undefined) =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Parses a list or an object by its members, and other values whole. */
function parseParts(bytes: Uint8Array, mostAtOnce: number): unknown {
  const parse = (part: Uint8Array) =>
    part.length > mostAtOnce ? parseParts(part, mostAtOnce) : parseWhole(part);
  let [start, end] = [0, bytes.length];
  while (isSpace(bytes[start])) start++;
  while (isSpace(bytes[end - 1])) end--;
  const [open, close] = [bytes[start], bytes[end - 1]];
  const inner = bytes.subarray(start + 1, end - 1);
  const isList = open === OPEN_LIST && close === CLOSE_LIST;
  const isObject = open === OPEN_OBJECT && close === CLOSE_OBJECT;
  if (!(isList || isObject) || inner.every(isSpace)) return parseWhole(bytes);
  if (isList) return [...divided(inner, COMMA!)].map(parse);
  const members = [...divided(inner, COMMA!)].map((member) => {
    const [text] = divided(member, COLON!);
    const key = parse(text!);
    if (typeof key !== "string") throw new SyntaxError("it has an object with a key that is no string");
    return [key, parse(member.subarray(text!.length + 1))] as const;
  });
  return Object.fromEntries(members);
}

/** The parts of a text between the separators that are in no string, list or object. */
function* divided(bytes: Uint8Array, separator: number): Generator<Uint8Array> {
  let [start, depth, isText] = [0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (isText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    else if (byte === separator && depth === 0) {
      yield bytes.subarray(start, i);
      start = i + 1;
    }
  }
  yield bytes.subarray(start);
}

/** Adds the line to "at position 12", as newer versions of Node.js do. */
const withLine = (problem: string, text: string): string =>
  problem.replace(/ at position (\d+)$/, (place, position: string) => {
    const lines = text.slice(0, Number(position)).split("\n");
    return `${place} (line ${lines.length} column ${lines.at(-1)!.length + 1})`;
  });
