/** What kind of thing went wrong; stable, for programs. */
export type ErrorCode =
  | "CONFIG" // the config does not describe a run
  | "FORMULA" // a formula does not parse or type-check
  | "DATA" // a dataset is missing, damaged or does not fit
  | "FILE" // a file or folder cannot be read, written or replaced
  | "LIBTORCH" // libtorch or the addon is missing or does not fit
  | "MEMORY" // the run needs more memory than there is
  | "NATIVE" // the native side failed while running
  | "ABORTED" // the caller's AbortSignal fired
  | "DISPOSED"; // the model was used after `dispose()`

/** Every error this package throws on purpose: a message for people and a `code` for programs. */
export class OptimbenchError extends Error {
  override readonly name = "OptimbenchError";
  /** What kind of thing went wrong. */
  readonly code: ErrorCode;
  /**
   * The path of the first problem in the input, such as `optimizer.learningRate` or `model.layers[2].filters`; the file or
   * folder for code `FILE`. Undefined where the problem has no such place.
   */
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, { path, ...options }: OptimbenchErrorOptions = {}) {
    super(bounded(message), options);
    this.code = code;
    this.path = path === "" ? undefined : path;
  }

  /** The error as plain data, which `JSON.stringify` writes. */
  toJSON(): {
    readonly name: string;
    readonly code: ErrorCode;
    readonly message: string;
    readonly path?: string;
  } {
    const { name, code, message, path } = this;
    return { name, code, message, ...(path !== undefined && { path }) };
  }
}

/** What an `OptimbenchError` is made with, beside its code and its message. */
export interface OptimbenchErrorOptions extends ErrorOptions {
  readonly path?: string | undefined;
}

const LONGEST_MESSAGE = 10_000;

/** Messages quote what a caller gave, which may be of any length. */
const bounded = (message: string): string =>
  message.length > LONGEST_MESSAGE
    ? `${message.slice(0, LONGEST_MESSAGE)}... (${message.length - LONGEST_MESSAGE} more characters)`
    : message;

/** A user's mistake in a config: one line per problem; `path` is the place of the first. */
export const configError = (message: string, path?: string) =>
  new OptimbenchError("CONFIG", message, { path });

/** What a thrown value says, whatever it is: what a caller's getter throws need not be an error. */
export function reasonOf(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause).slice(0, 1000);
  } catch {
    return "an unreadable value was thrown";
  }
}
