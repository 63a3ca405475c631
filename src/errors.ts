/** What kind of thing went wrong; stable, for programs. */
export type ErrorCode =
  | "CONFIG" // the config does not describe a run
  | "FORMULA" // a formula does not parse or type-check
  | "DATA" // a data file is missing, damaged or does not fit
  | "LIBTORCH" // libtorch or the addon is missing or does not fit
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
    super(message, options);
  }
}

/** A user's mistake in a config: one line per problem. */
export const configError = (message: string) => new OptimbenchError("CONFIG", message);
