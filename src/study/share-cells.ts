import { setTimeout as sleep } from "node:timers/promises";
import { type Holder, holderText } from "../system/lock-file.js";
import { countText } from "../validation/count-text.js";
import type { CompareCallbacks } from "./callbacks.js";
import type { PlannedCell } from "./planned-cell.js";
import type { StudyFolder } from "./study-folder.js";

const MILLISECONDS_BETWEEN_LOOKS = 250;

interface Sharing {
  /** Called when a cell turns out to have finished in another process. */
  readonly takeOver: () => void;
  readonly onNotice: CompareCallbacks["onNotice"] | undefined;
  readonly store: StudyFolder;
  /** Processes cells in their order, some at once. */
  readonly inOrder: (
    cells: readonly PlannedCell[],
    work: (cell: PlannedCell) => Promise<void>,
  ) => Promise<void>;
  readonly train: (cell: PlannedCell) => Promise<void>;
  readonly ended: AbortSignal;
}

/**
 * Runs the cells that no other process has finished or claimed, then waits for the claimed ones. If their process is killed, they
 * run here.
 */
export async function shareCells(
  cells: readonly PlannedCell[],
  { store, inOrder, train, takeOver, onNotice, ended }: Sharing,
): Promise<void> {
  let claimed: { readonly cell: PlannedCell; readonly holder: Holder }[] = [];
  const work = async (cell: PlannedCell) => {
    await store.refresh();
    if (store.finished.has(cell.key)) return takeOver();
    const holder = store.claim(cell.key);
    if (holder !== undefined) return void claimed.push({ cell, holder });
    try {
      await store.refresh(); // it may have finished just before it was claimed
      if (store.finished.has(cell.key)) takeOver();
      else await train(cell);
    } finally {
      store.release(cell.key);
    }
  };
  await inOrder(cells, work);
  for (let isFirst = true; claimed.length > 0 && !ended.aborted; isFirst = false) {
    if (isFirst) onNotice?.(waitMessage(claimed.map(({ holder }) => holder)));
    await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal: ended }).catch(() => {});
    const left = claimed.map(({ cell }) => cell);
    claimed = [];
    await inOrder(left, work);
  }
}

function waitMessage(holders: readonly Holder[]): string {
  const others = [...new Set(holders.map(holderText))].join(" and ");
  return `Waiting for ${countText(holders.length, "run")} of ${others} ...`;
}
