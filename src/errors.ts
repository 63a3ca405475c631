/** What kind of thing went wrong; stable, for programs. */
export type ErrorCode =
  | "CONFIG" // the config does not describe a run
  | "FORMULA" // a formula does not parse or type-check
  | "DATA" // a data file is missing, damaged or does not fit
  | "LIBTORCH" // libtorch or the addon is missing or does not fit
  | "MEMORY" // the run needs more memory than there is
  | "NATIVE" // the native side failed while running
  | "ABORTED"; // the caller's AbortSignal fired

/** Every error this package throws on purpose: a message for people and a `code` for programs. */
export class OptimbenchError extends Error {
  override readonly name = "OptimbenchError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(bounded(message), options);
  }
}

const LONGEST_MESSAGE = 10_000;

/** Messages quote what a caller gave, which may be of any length. */
const bounded = (message: string): string =>
  message.length > LONGEST_MESSAGE
    ? `${message.slice(0, LONGEST_MESSAGE)}... (${message.length - LONGEST_MESSAGE} more characters)`
    : message;

/** A user's mistake in a config: one line per problem. */
export const configError = (message: string) => new OptimbenchError("CONFIG", message);

/** What a thrown value says, whatever it is: what a caller's getter throws need not be an error. */
export function reasonOf(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause).slice(0, 1000);
  } catch {
    return "something was thrown that cannot be read";
  }
}
