import { OptimbenchError, reasonOf } from "../errors.js";

type Call = (...given: never[]) => unknown;
type Class = new (...given: never[]) => object;

/** Wraps a native module so that its functions, constructors and methods throw or reject with OptimbenchErrors. */
export const withOptimbenchErrors = <Module extends object>(native: Module): Module =>
  Object.fromEntries(
    Object.entries(native).map(([name, value]) => [
      name,
      isClass(value) ? wrappedClass(value) : wrapped(value as Call),
    ]),
  ) as Module;

/** Classes have methods; functions of Node-API do not. */
function isClass(value: unknown): value is Class {
  const { prototype } = value as { readonly prototype?: object };
  return prototype !== undefined && Object.getOwnPropertyNames(prototype).length > 1;
}

function wrapped(call: Call): Call {
  return function (this: unknown, ...given) {
    const result = withOptimbenchError(() => call.apply(this, given));
    return result instanceof Promise ? result.catch(fail) : result;
  };
}

/** Members that Node-API defines on a class are read-only, so a subclass has the wrapped members. */
function wrappedClass(Native: Class): Class {
  class Wrapped extends Native {}
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(Native.prototype);
  for (const [name, { value, get }] of Object.entries(members))
    Object.defineProperty(Wrapped.prototype, name, get ? { get: wrapped(get) } : { value: wrapped(value) });
  return new Proxy(Wrapped, {
    construct: (_, given) => withOptimbenchError(() => new Wrapped(...(given as never[]))),
  });
}

function withOptimbenchError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    fail(cause);
  }
}

function fail(cause: unknown): never {
  if (cause instanceof OptimbenchError) throw cause;
  const reason = reasonOf(cause);
  // A GPU's message begins with whose memory it is.
  if (!/out of memory|^std::bad_alloc/.test(reason))
    throw new OptimbenchError("NATIVE", `Native code failed: ${reason}`, { cause });
  throw new OptimbenchError(
    "MEMORY",
    `Out of memory (${reason}). Use a smaller model, a smaller \`batchSize\`, fewer \`threads\` or fewer images.`,
    { cause },
  );
}
