/** Creates values that no config expects. Some throw when read; some return something different each time. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  "minus zero": () => -0,
  "a negative number": () => -1,
  "half a number": () => 0.5,
  "a number that cannot be counted": () => 2 ** 60,
  "a bigint": () => 1n,
  "a symbol": () => Symbol("x"),
  "a function": () => () => undefined,
  "a class": () => class {},
  "an empty text": () => "",
  "a null character": () => "a\0b",
  "escape codes": () => "\u001b[31m\u009b2J\u202e",
  "half a character": () => "\ud800",
  "a long text": () => "x".repeat(100_000),
  "a very long text": () => "x".repeat(3_000_000),
  "the name __proto__": () => "__proto__",
  "the name constructor": () => "constructor",
  "the name toString": () => "toString",
  "an empty object": () => ({}),
  "an empty list": () => [],
  "a list of lists": () => [[[]]],
  "a list of everything": () => [null, undefined, 1n, {}, "x"],
  "a list with holes": () => new Array(5),
  "an endless list": () => new Array(2 ** 32 - 1),
  "a key __proto__": () => JSON.parse('{"__proto__": {"name": "adam"}, "constructor": 1}'),
  "many keys": () => Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i])),
  "an object without a prototype": () => Object.create(null),
  "an object with an inherited name": () => Object.create({ name: "adam" }),
  "a Date": () => new Date(Number.NaN),
  "a Map": () => new Map([["name", "adam"]]),
  "a Promise": () => Promise.resolve({}),
  "a RegExp": () => /x/,
  "an Error": () => new Error("x"),
  "a boxed string": () => new String("adam"),
  "a boxed number": () => new Number(1),
  "the global object": () => globalThis,
  "a Uint8Array": () => new Uint8Array([1, 2]),
  "an Int32Array": () => new Int32Array([1, 2]),
  "a Float32Array": () => new Float32Array([1, 2]),
  "a BigInt64Array": () => new BigInt64Array(1),
  "a large Uint8Array": () => new Uint8Array(20_000_000),
  "a detached Uint8Array": () => {
    const bytes = new Uint8Array(4);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  },
  "a Uint8Array with a length of its own": () =>
    Object.defineProperty(new Uint8Array(4), "length", { get: thrower(new RangeError("length")) }),
  "a DataView": () => new DataView(new ArrayBuffer(4)),
  "a SharedArrayBuffer": () => new SharedArrayBuffer(4),
  "an aborted signal": () => AbortSignal.abort(),
  "an EventTarget": () => new EventTarget(),
  "an object that holds itself": () => {
    const value: Record<string, unknown> = { name: "adam" };
    value.self = value;
    return value;
  },
  "a list that holds itself": () => {
    const value: unknown[] = [];
    value.push(value);
    return value;
  },
  "deep nesting": () => {
    let value: unknown = [];
    for (let i = 0; i < 10_000; i++) value = i % 2 === 0 ? { layers: value } : [value];
    return value;
  },
  "a getter that throws": () =>
    Object.defineProperty({}, "name", { enumerable: true, get: thrower(new TypeError("a getter")) }),
  "a getter that throws undefined": () =>
    Object.defineProperty({}, "name", { enumerable: true, get: thrower(undefined) }),
  "a getter that throws what throws": () =>
    Object.defineProperty({}, "name", { enumerable: true, get: thrower(throwingProxy()) }),
  "a name that changes": () => {
    let reads = 0;
    return Object.defineProperty({}, "name", {
      enumerable: true,
      get: () => (reads++ === 0 ? "adam" : { toString: thrower(new Error("changed")) }),
    });
  },
  "conversions that throw": () => ({
    toString: thrower(new Error("toString")),
    valueOf: thrower(new Error("valueOf")),
    toJSON: thrower(new Error("toJSON")),
    [Symbol.toPrimitive]: thrower(new Error("toPrimitive")),
  }),
  "a proxy that throws": throwingProxy,
  "a proxy of a list that throws": () => throwingProxy([]),
  "a proxy of a typed array": () => new Proxy(new Uint8Array(4), {}),
  "a proxy of a signal": () => new Proxy(new AbortController().signal, {}),
  "a proxy with a false length": () => new Proxy([], { get: () => "x", has: () => true }),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of a list": () => revoked([]),
};

/** A function that always throws this value. */
export const thrower = (thrown: unknown) => (): never => {
  throw thrown;
};

function throwingProxy(target: object = {}): object {
  const trap = thrower(new TypeError("a trap"));
  const names = Object.getOwnPropertyNames(Reflect).filter((name) => typeof name === "string");
  return new Proxy(target, Object.fromEntries(names.map((name) => [name, trap])));
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** A proxy that forwards everything until it has been accessed this often. */
export function patientProxy(target: object, questions: number): object {
  let left = questions;
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [
    name,
    (...given: unknown[]) => {
      if (left-- <= 0) throw new TypeError("a trap");
      return (Reflect as unknown as Record<string, (...given: unknown[]) => unknown>)[name]!(...given);
    },
  ]);
  return new Proxy(target, Object.fromEntries(traps));
}
