import { types } from "node:util";
import { configError, OptimbenchError, reasonOf } from "../errors.js";
import { integerText } from "./count-text.js";
import { withArticle } from "./describe.js";
import { keyText, pathText } from "./path-text.js";

/** Values in one input, all levels together; more are a mistake, such as an object that repeats itself. */
const MOST_VALUES = 2 ** 16;
/** Keys of one object; no formula has as many hyperparameters. */
const MOST_KEYS = 4096;
/** Levels of lists and objects. Layers within layers, 32 at most, take 3 each. */
const DEEPEST = 256;
const MOST_LABELS = 2 ** 24;
const LONGEST_TEXT = 2 ** 20;

/** Where typed arrays may stand; elsewhere a list is meant. */
const DATA: ReadonlySet<unknown> = new Set(["images", "labels", "targets", "samples"]);

const kept = new WeakSet<object>();

/** Marks an object made by this package, which `plainData` then leaves as it is. */
export function keepWhole<Value extends object>(value: Value): Value {
  kept.add(value);
  return value;
}

export const isKept = (value: unknown): boolean =>
  typeof value === "object" && value !== null && kept.has(value);

/**
 * Copies what a caller gives into plain data, before anything else looks at it. Getters and proxies answer once, in here,
 * so that what is checked is what is used; the caller's objects are not read again, changed or frozen.
 *
 * Functions and abort signals stay the same, and so does the memory of the typed arrays that images, labels, targets and
 * samples may be.
 *
 * @param what names the whole value in messages, such as "train config"
 * @throws OptimbenchError (CONFIG) if something cannot be read, is no plain data, or is too large
 */
export function plainData(value: unknown, what: string, mostValues = MOST_VALUES): unknown {
  return new Copy(what, mostValues).of(value);
}

class Copy {
  #values = 0;
  /** Where it is. */
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
    if (types.isTypedArray(value) && DATA.has(this.#path.at(-1))) return plainView(value);
    if (this.#path.length >= DEEPEST)
      throw configError(`The ${this.what} is nested more than ${DEEPEST} levels deep, or contains itself.`);
    return this.#read(() => Array.isArray(value)) ? this.#list(value as unknown[]) : this.#object(value);
  }

  #list(list: readonly unknown[]): unknown[] {
    const length = this.#read(() => list.length);
    if (!Number.isSafeInteger(length) || length < 0) throw this.#errorAt("is a list without a length");
    // A list of labels has one for each image.
    if (!DATA.has(this.#path.at(-1)) || length > MOST_LABELS) this.#add(length);
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
    // Not assigned one by one, which would take the key `__proto__` for the prototype.
    return Object.fromEntries(keys.map((key) => [key, this.#inner(value, key)]));
  }

  #inner(outer: object, key: PropertyKey): unknown {
    this.#path.push(key);
    const copy = this.of(this.#read(() => (outer as Record<PropertyKey, unknown>)[key]));
    this.#path.pop();
    return copy;
  }

  /** Getters and proxies run in here alone. */
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

/** Whether it is an object literal, from whichever realm, or has no prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** "a Map" */
function kindOf(value: object): string {
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? withArticle(keyText(name)) : "an object of a class";
}

/** Functions are callbacks at the top, and nothing below. */
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
/** A property as typed arrays have it, whatever was put in front of it. */
const read = (value: object, name: "buffer" | "byteOffset" | "length" | typeof Symbol.toStringTag) =>
  Object.getOwnPropertyDescriptor(typedArray, name)!.get!.call(value);

/** A view of the same memory that nothing was added to, such as a `length` property. Other kinds stay, for schemas to reject. */
export function plainView<View extends NodeJS.TypedArray>(value: View): View {
  const View = [Uint8Array, Float32Array].find(({ name }) => read(value, Symbol.toStringTag) === name);
  if (View === undefined) return value;
  const length: number = read(value, "length");
  const view =
    length === 0 ? new View(0) : new View(read(value, "buffer"), read(value, "byteOffset"), length);
  return view as View;
}
