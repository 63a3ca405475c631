/** A value and its type as text, cut to a readable length. */
export function describe(value: unknown): string {
  try {
    return text(value);
  } catch {
    return "a value that cannot be read"; // a proxy or getter that throws
  }
}

const LONGEST = 60;

function text(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value === "number") return Number.isFinite(value) ? `${value} (number)` : String(value);
  if (typeof value === "boolean") return String(value);
  if (ArrayBuffer.isView(value)) return viewText(value);
  const written = json(value, LONGEST + 1);
  const type = Array.isArray(value) ? "list" : typeof value;
  return `${written.length > LONGEST ? `${written.slice(0, LONGEST - 3)}...` : written} (${type})`;
}

/** "a Float32Array" */
const viewText = ({ constructor: { name } }: ArrayBufferView) => withArticle(name);

export const withArticle = (name: string): string => `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;

/** The beginning of a value as JSON: little more than `most` characters. */
function json(value: unknown, most: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, most));
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return viewText(value);
  const isList = Array.isArray(value);
  let written = isList ? "[" : "{";
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (written.length > most) return written;
    if (written.length > 1) written += ",";
    if (typeof key === "string") written += `${JSON.stringify(key.slice(0, most))}:`;
    written += json((value as Record<PropertyKey, unknown>)[key], most - written.length);
  }
  return `${written}${isList ? "]" : "}"}`;
}
