import fc from "fast-check";

/** A change of plain data. Places are numbers of its fields, modulo their count. */
type ValueEdit =
  | { readonly kind: "replace"; readonly at: number; readonly value: unknown }
  | { readonly kind: "vary"; readonly at: number; readonly number: number; readonly text: string }
  | { readonly kind: "remove" | "repeat"; readonly at: number }
  | { readonly kind: "rename"; readonly at: number; readonly key: string }
  | { readonly kind: "copy"; readonly at: number; readonly from: number };

/** Damaged plain data: which of the good values it was, and what happened to it. */
export interface DamagedValue {
  readonly value: number;
  readonly edits: readonly ValueEdit[];
}

/** Texts that outputs must not interpret. */
export const HOSTILE_TEXTS = [
  "",
  " ",
  "<script>alert(1)</script>",
  "=1+1",
  "\u001b[2J\u0007",
  "\u202egnp",
  "a\nb\r\nc",
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "C:\\x",
  "\0",
  "\ud800",
  "x".repeat(3000),
  "$\\alpha_{1}$ & % #",
  "|`*_",
  "NaN",
  "1e999",
] as const;

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  255,
  256,
  1e-320,
  1e300,
  -1e300,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  1e9,
] as const;

const leaf = fc.oneof(
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(null, true, false, [], {}),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 12, unit: "binary" }),
);
const anything = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("name", "label", "x", ""), leaf, { maxKeys: 3 }) },
);

const at = fc.nat(2 ** 16);
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.nat(20), fc.double({ noNaN: true }));

/** @param words texts that mean something in the place of other texts, such as names */
export function damagedValues(values: number, words: readonly string[] = []): fc.Arbitrary<DamagedValue> {
  const value = words.length > 0 ? fc.oneof(anything, fc.constantFrom<unknown>(...words)) : anything;
  const text = fc.constantFrom(...HOSTILE_TEXTS, ...words);
  const edit: fc.Arbitrary<ValueEdit> = fc.oneof(
    // A value of the same type passes the first checks.
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("vary" as const), at, number, text }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("replace" as const), at, value }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("remove", "repeat"), at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("rename" as const),
        at,
        key: fc.constantFrom<string>(...HOSTILE_TEXTS),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("copy" as const), at, from: at }) },
  );
  return fc.record({ value: fc.nat(values - 1), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) });
}

interface Field {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

const isInner = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

function fieldsOf(value: unknown): Field[] {
  if (!isInner(value)) return [];
  return Object.keys(value).flatMap((key) => [{ parent: value, key }, ...fieldsOf(value[key])]);
}

const varied = (value: unknown, { number, text }: Extract<ValueEdit, { kind: "vary" }>): unknown => {
  if (typeof value === "number") return number;
  if (typeof value === "string") return text;
  return typeof value === "boolean" ? !value : value;
};

/** Damaged plain data. A field of the root's `whole` replaces everything. */
export function damageValue(values: readonly unknown[], { value, edits }: DamagedValue): unknown {
  const root = { whole: structuredClone(values[value]) };
  for (const edit of edits) {
    const fields = fieldsOf(root);
    const field = (number: number) => fields[number % fields.length]!;
    const { parent, key } = field(edit.at);
    const set = (name: string, content: unknown) =>
      Object.defineProperty(parent, name, {
        value: content,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    if (edit.kind === "replace") set(key, edit.value);
    else if (edit.kind === "vary") set(key, varied(parent[key], edit));
    else if (edit.kind === "remove" && parent !== root) {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
    } else if (edit.kind === "repeat" && Array.isArray(parent))
      parent.push(structuredClone(parent[Number(key)]));
    else if (edit.kind === "rename" && parent !== root && !Array.isArray(parent)) {
      const content = parent[key];
      delete parent[key];
      set(edit.key, content);
    } else if (edit.kind === "copy") {
      const { parent: other, key: name } = field(edit.from);
      set(key, structuredClone(other[name]));
    }
  }
  return root.whole;
}
