/**
 * The kind of an error. Programs can rely on these codes; messages may change.
 *
 * - `CONFIG`: the config or an argument is invalid
 * - `FORMULA`: a formula has a syntax error, or its shapes do not fit
 * - `DATA`: a dataset is missing or damaged, or does not fit
 * - `FILE`: a file or folder cannot be read, written or replaced
 * - `LIBTORCH`: libtorch or the native code is missing, or the versions do not fit
 * - `MEMORY`: the run needs more memory than is available
 * - `NATIVE`: native code failed while it ran
 * - `QUEUE`: the server of a queue cannot be reached or refuses the connection, or a package for it is missing
 * - `ABORTED`: the caller's `AbortSignal` ended the work
 * - `DISPOSED`: the model was used after `dispose()`
 */
export type ErrorCode =
  | "CONFIG"
  | "FORMULA"
  | "DATA"
  | "FILE"
  | "LIBTORCH"
  | "MEMORY"
  | "NATIVE"
  | "QUEUE"
  | "ABORTED"
  | "DISPOSED";

/**
 * Every error that this package throws. The message says what is wrong, where, and what to do; `code` is for programs.
 *
 * @example
 * ```ts
 * try {
 *   await train({ epochs: -1 });
 * } catch (error) {
 *   if (error instanceof OptimbenchError && error.code === "CONFIG") console.error(error.path, error.message);
 *   else throw error;
 * }
 * ```
 */
export class OptimbenchError extends Error {
  /** Always "OptimbenchError". */
  override readonly name = "OptimbenchError";
  /** The kind of error. */
  readonly code: ErrorCode;
  /**
   * Where the first problem in the input is, such as `optimizer.learningRate` or `model.layers[2].filters`. For code `FILE`,
   * the file or folder. Undefined if the problem has no such place.
   */
  readonly path: string | undefined;

  /** @internal */
  constructor(code: ErrorCode, message: string, { path, ...options }: OptimbenchErrorOptions = {}) {
    super(bounded(message), options);
    this.code = code;
    this.path = path === "" ? undefined : path;
  }

  /** Returns the error as plain data. `JSON.stringify` calls this. */
  toJSON(): ErrorData {
    const { name, code, message, path } = this;
    return { name, code, message, ...(path !== undefined && { path }) };
  }
}

/** An {@link OptimbenchError} as plain data. */
export interface ErrorData {
  /** Always "OptimbenchError". */
  readonly name: string;
  /** The kind of error. */
  readonly code: ErrorCode;
  /** What is wrong, where, and what to do. */
  readonly message: string;
  /** Where the first problem in the input is; absent if it has no such place. */
  readonly path?: string;
}

interface OptimbenchErrorOptions extends ErrorOptions {
  readonly path?: string | undefined;
}

const LONGEST_MESSAGE = 10_000;

/** Limits a message, which may quote input of any length. */
const bounded = (message: string): string =>
  message.length > LONGEST_MESSAGE
    ? `${message.slice(0, LONGEST_MESSAGE)}... (${message.length - LONGEST_MESSAGE} more characters)`
    : message;

/** The same error, with `path` if it is an `OptimbenchError` without one. */
export function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof OptimbenchError) || error.path !== undefined) return error;
  const { code, message, cause } = error;
  return new OptimbenchError(code, message, { ...(cause !== undefined && { cause }), path });
}

/** An error in a config. `message` has one line per problem; `path` is the path of the first. */
export const configError = (message: string, path?: string) =>
  new OptimbenchError("CONFIG", message, { path });

/** An error in the files of a dataset. */
export const dataError = (message: string, cause?: unknown) =>
  new OptimbenchError("DATA", message, { cause });

/** The message of a thrown value. A caller's getter may throw anything. */
export function reasonOf(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause).slice(0, 1000);
  } catch {
    return "an unreadable value was thrown";
  }
}
