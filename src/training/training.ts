import type { EpochRecord } from "../history/epoch-record.js";

/**
 * A training run in progress. Await it for its result, or iterate over it for its epochs as they end. It runs in either case,
 * and iterating slowly does not slow it down.
 *
 * @typeParam Result what it resolves to
 *
 * @example
 * ```ts
 * const training = train({ optimizer: "adam" });
 * for await (const { epoch, validation } of training) console.log(epoch, validation.accuracy);
 * const run = await training;
 * ```
 */
export class Training<Result> implements Promise<Result>, AsyncIterable<EpochRecord> {
  /** @internal */
  readonly [Symbol.toStringTag] = "Training";
  readonly #result: Promise<Result>;
  readonly #epochs: EpochRecord[] = [];
  #ended = false;
  #changed = deferred();

  /**
   * @param run trains and reports each epoch as it ends
   * @internal
   */
  constructor(run: (report: (epoch: EpochRecord) => void) => Promise<Result>) {
    const report = (epoch: EpochRecord) => {
      this.#epochs.push(epoch);
      this.#announce();
    };
    this.#result = run(report).finally(() => {
      this.#ended = true;
      this.#announce();
    });
  }

  /** @internal */
  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
  then<A = Result, B = never>(
    onFulfilled?: ((value: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onFulfilled, onRejected);
  }
  /** @internal */
  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Result | B> {
    return this.#result.catch(onRejected);
  }
  /** @internal */
  finally(onFinally?: (() => void) | null): Promise<Result> {
    return this.#result.finally(onFinally);
  }

  /** Iterates over all epochs from epoch 0 on, each as soon as it has ended. If the run fails, this throws its error. */
  async *[Symbol.asyncIterator](): AsyncGenerator<EpochRecord, void, undefined> {
    this.#result.catch(() => {}); // thrown below; until then, avoid an unhandled rejection
    for (let next = 0; ; ) {
      while (next < this.#epochs.length) yield this.#epochs[next++]!;
      if (this.#ended) break;
      await this.#changed.promise;
    }
    await this.#result;
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = deferred();
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
