import pLimit from "p-limit";

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
