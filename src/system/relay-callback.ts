/** What a caller's callback threw, on its way through code that would take it for an error of a file or a server. */
export class CallbackError extends Error {
  constructor(readonly thrown: unknown) {
    super("A callback failed.");
  }
}

/**
 * Lets what a callback throws reach the caller as it is, whatever the code in between makes of it.
 *
 * @param work calls the callback, which throws a `CallbackError`
 */
export async function relayCallback<Args extends unknown[], Result>(
  callback: ((...args: Args) => void) | undefined,
  work: (callback: ((...args: Args) => void) | undefined) => Promise<Result>,
): Promise<Result> {
  if (callback === undefined) return work(undefined);
  let failure: CallbackError | undefined;
  const relayed = (...args: Args) => {
    try {
      callback(...args);
    } catch (thrown) {
      failure = new CallbackError(thrown);
      throw failure;
    }
  };
  try {
    return await work(relayed);
  } catch (error) {
    throw failure === undefined ? error : failure.thrown;
  }
}
