import { canonicalJson } from "./canonical-json.js";
import { pathText } from "./path-text.js";

/** A place where two values differ. */
export interface Difference {
  /** Such as `split.train`; of two lists, the path of the list. */
  readonly path: string;
  /** What the first has; of two lists, the items that only the first has. */
  readonly a: unknown;
  /** The same of the second. */
  readonly b: unknown;
  /** Whether `a` and `b` are lists of items. */
  readonly ofLists: boolean;
}

/** The places where two plain values differ. Lists are compared as sets. Objects with different names have nothing in common. */
export function differencesOf(a: unknown, b: unknown, path: readonly PropertyKey[] = []): Difference[] {
  if (canonicalJson({ a }) === canonicalJson({ a: b })) return [];
  if (Array.isArray(a) && Array.isArray(b)) {
    const lists = { a: without(a, b), b: without(b, a) };
    return [{ path: pathText(path), ...lists, ofLists: true }];
  }
  if (isObject(a) && isObject(b) && a.name === b.name) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differencesOf(a[key], b[key], [...path, key]));
  }
  return [{ path: pathText(path), a, b, ofLists: false }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function without(items: readonly unknown[], others: readonly unknown[]): unknown[] {
  const known = new Set(others.map(canonicalJson));
  return items.filter((item) => !known.has(canonicalJson(item)));
}

/** "`epochs` is 3 there and 5 here", or "`seeds` has 2 there only". */
export function differenceText(
  { path, a, b, ofLists }: Difference,
  first = "there",
  second = "here",
): string {
  const name = `\`${path}\``;
  if (!ofLists) return `${name} is ${valueText(a)} ${first} and ${valueText(b)} ${second}`;
  const only = [
    [a, first],
    [b, second],
  ] as const;
  const parts = only
    .filter(([items]) => (items as unknown[]).length > 0)
    .map(([items, place]) => `has ${itemsText(items as unknown[])} ${place} only`);
  return parts.length === 0 ? `${name} has another order` : `${name} ${parts.join(" and ")}`;
}

const MOST_ITEMS = 3;

function itemsText(items: readonly unknown[]): string {
  const more = items.length > MOST_ITEMS ? ` and ${items.length - MOST_ITEMS} more` : "";
  return `${items.slice(0, MOST_ITEMS).map(valueText).join(", ")}${more}`;
}

const LONGEST = 100;

/** A value on one line. An object with a name is shown as its name and settings. */
export function valueText(value: unknown): string {
  if (value === undefined) return "absent";
  if (!isObject(value)) return short(typeof value === "string" ? value : JSON.stringify(value));
  const { name, label, formula: _, semantics: __, ...settings } = value;
  if (typeof name !== "string") return short(JSON.stringify(value));
  const list = Object.entries(settings).map(([key, each]) => `${key} ${JSON.stringify(each)}`);
  return short(`${label ?? name}${list.length === 0 ? "" : ` (${list.join(", ")})`}`);
}

function short(text: string): string {
  const safe = text.replace(/\p{C}/gu, "\uFFFD"); // control characters of users' names
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST - 3)}...` : safe;
}
