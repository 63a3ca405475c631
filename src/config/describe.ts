/** A value as a reader would write it, with its type, cut to a readable length. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value === "number") return Number.isFinite(value) ? `${value} (number)` : String(value);
  if (typeof value === "boolean") return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const type = Array.isArray(value) ? "list" : typeof value;
  const text = json(value);
  return `${text.length > 60 ? `${text.slice(0, 57)}...` : text} (${type})`;
}

/** Values that JSON cannot hold, such as circular ones, as JavaScript prints them. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
