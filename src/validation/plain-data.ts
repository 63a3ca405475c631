import { types } from "node:util";
import { configError, OptimbenchError, reasonOf } from "../errors.js";
import { integerText } from "./count-text.js";
import { withArticle } from "./describe.js";
import { keyText, pathText } from "./path-text.js";

/** The most values in one input, over all levels. More is a mistake, such as an object that repeats itself. */
const MOST_VALUES = 2 ** 16;
/** The most keys of one object. No formula has as many hyperparameters. */
const MOST_KEYS = 4096;
/** The deepest nesting. Nested layers, of which 32 are allowed, use 3 levels each. */
const DEEPEST = 256;
const MOST_LABELS = 2 ** 24;
const LONGEST_TEXT = 2 ** 20;

/** The keys that accept typed arrays; other keys accept lists only. */
const DATA: ReadonlySet<unknown> = new Set(["images", "labels", "targets", "groups", "samples", "values"]);

const kept = new WeakSet<object>();

/** Marks an object of this package, which `plainData` then returns unchanged. */
export function keepWhole<Value extends object>(value: Value): Value {
  kept.add(value);
  return value;
}

export const isKept = (value: unknown): boolean =>
  typeof value === "object" && value !== null && kept.has(value);

/**
 * Copies a caller's input into plain data before it is validated. Getters and proxies are read only here, so the validated values
 * are the values that are used. The caller's objects are not read again, changed or frozen.
 *
 * Functions and abort signals are not copied, nor is the memory of typed arrays (images, labels, targets, samples, values).
 *
 * @param what the whole value's name in messages, such as "train config"
 * @throws OptimbenchError (CONFIG) if something cannot be read, is no plain data, or is too large
 */
export function plainData(value: unknown, what: string, mostValues = MOST_VALUES): unknown {
  return new Copy(what, mostValues).of(value);
}

class Copy {
  #values = 0;
  /** The current position. */
  readonly #path: PropertyKey[] = [];

  constructor(
    readonly what: string,
    readonly mostValues: number,
  ) {}

  of(value: unknown): unknown {
    if (typeof value === "string" && value.length > LONGEST_TEXT)
      throw this.#errorAt(
        `has ${integerText(value.length)} characters; at most ${integerText(LONGEST_TEXT)} are read`,
      );
    if (isNoData(value, this.#path.length))
      throw this.#errorAt(`is a ${typeof value}, not plain data. ${instead(value)}`);
    if (typeof value !== "object" || value === null) return value;
    if (kept.has(value) || isSignal(value)) return value;
    if (types.isTypedArray(value) && this.#isData()) return plainView(value);
    if (this.#path.length >= DEEPEST)
      throw configError(`The ${this.what} is nested more than ${DEEPEST} levels deep, or contains itself.`);
    return this.#read(() => Array.isArray(value)) ? this.#list(value as unknown[]) : this.#object(value);
  }

  /** Whether the position is for data. The `targets` of a config are accuracies, those of its `dataset` are data. */
  #isData(): boolean {
    const isKeyOfConfig = this.what.endsWith("config") && this.#path.length === 1;
    return DATA.has(this.#path.at(-1)) && !isKeyOfConfig;
  }

  #list(list: readonly unknown[]): unknown[] {
    const length = this.#read(() => list.length);
    if (!Number.isSafeInteger(length) || length < 0) throw this.#errorAt("is a list without a length");
    // A list of labels has one per image, so its limit is higher.
    if (!this.#isData() || length > MOST_LABELS) this.#add(length);
    const copy: unknown[] = [];
    for (let i = 0; i < length; i++) copy.push(this.#inner(list, i));
    return copy;
  }

  #object(value: object): object {
    const kind = this.#read(() => (isPlain(value) ? undefined : kindOf(value)));
    if (kind !== undefined) throw this.#errorAt(`is ${kind}, not plain data. ${instead(value)}`);
    const keys = this.#read(() => Object.keys(value));
    if (keys.length > MOST_KEYS)
      throw this.#errorAt(`has ${integerText(keys.length)} keys; at most ${integerText(MOST_KEYS)} are read`);
    this.#add(keys.length);
    // Assigning keys one by one would set the prototype for the key `__proto__`.
    return Object.fromEntries(keys.map((key) => [key, this.#inner(value, key)]));
  }

  #inner(outer: object, key: PropertyKey): unknown {
    this.#path.push(key);
    const copy = this.of(this.#read(() => (outer as Record<PropertyKey, unknown>)[key]));
    this.#path.pop();
    return copy;
  }

  /** The only place where getters and proxies run. */
  #read<Result>(look: () => Result): Result {
    try {
      return look();
    } catch (cause) {
      throw this.#errorAt(`cannot be read: ${reasonOf(cause)}`, cause);
    }
  }

  #add(values: number): void {
    this.#values += values;
    if (this.#values > this.mostValues)
      throw configError(
        `The ${this.what} contains more than ${integerText(this.mostValues)} values, or repeats endlessly.`,
      );
  }

  #errorAt(problem: string, cause?: unknown): OptimbenchError {
    const where = this.#path.length === 0 ? `The ${this.what}` : `\`${pathText(this.#path)}\``;
    return new OptimbenchError("CONFIG", `${where} ${problem}${problem.endsWith(".") ? "" : "."}`, {
      cause,
      path: pathText(this.#path),
    });
  }
}

/** Whether an object is an object literal of any realm, or has no prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** "a Map" */
function kindOf(value: object): string {
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? withArticle(keyText(name)) : "an object of a class";
}

/** Functions are allowed as callbacks at the top level only. */
const isNoData = (value: unknown, depth: number): boolean =>
  typeof value === "bigint" || typeof value === "symbol" || (typeof value === "function" && depth > 1);

function instead(value: unknown): string {
  if (types.isPromise(value)) return "Await it first.";
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) return "Convert it to a Uint8Array.";
  if (ArrayBuffer.isView(value)) return "Convert it to a list with Array.from(...).";
  return "Use an object, a list, a string or a number instead.";
}

const isSignal = (value: object): boolean => !types.isProxy(value) && value instanceof AbortSignal;

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
/** Reads a property of typed arrays, even if it was overridden. */
const read = (value: object, name: "buffer" | "byteOffset" | "length" | typeof Symbol.toStringTag) =>
  Object.getOwnPropertyDescriptor(typedArray, name)!.get!.call(value);

/** The kinds that some data may have. */
const VIEWS = [
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** A new view of the same memory without added properties, such as `length`. Other kinds are kept, for schemas to reject. */
export function plainView<View extends NodeJS.TypedArray>(value: View): View {
  const View = VIEWS.find(({ name }) => read(value, Symbol.toStringTag) === name);
  if (View === undefined) return value;
  const length: number = read(value, "length");
  const view =
    length === 0 ? new View(0) : new View(read(value, "buffer"), read(value, "byteOffset"), length);
  return view as NodeJS.TypedArray as View;
}
