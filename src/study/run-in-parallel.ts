/**
 * Works off the items in their order, so many at a time. A failure ends it: `onFailure` is called at once, nothing more is
 * begun, and when all that was begun has ended, the first failure is thrown.
 */
export async function runInParallel<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
  onFailure: () => void,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  async function takeTurns(): Promise<void> {
    for (let next = queue.next(); !next.done && failures.length === 0; next = queue.next())
      await work(next.value).catch((error) => {
        failures.push(error);
        onFailure();
      });
  }
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
  if (failures.length > 0) throw failures[0];
}
