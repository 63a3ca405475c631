import pLimit from "p-limit";

/**
 * Processes the items in order, at most `atOnce` at a time. After a failure, `onFailure` is called immediately, no further
 * item is started, and when all started items have ended, the first failure is thrown.
 */
export async function runInParallel<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
  onFailure: () => void = () => {},
): Promise<void> {
  const failures: unknown[] = [];
  await pLimit(atOnce).map(items, async (item) => {
    if (failures.length > 0) return;
    await work(item).catch((error) => {
      failures.push(error);
      onFailure();
    });
  });
  if (failures.length > 0) throw failures[0];
}
