import { isReached, ratio } from "../row.mjs";
import { numberText } from "../row-text.mjs";

/** Optimizers whose formula reads arrays again, after a norm or a mean. The bound counts each array once. */
const REREADING = ["adafactor", "lamb"];

/**
 * The goals of updates, per number of parameters. A row shows the optimizer with the worst ratio and names all optimizers that
 * miss the goal.
 *
 * @param {{ parameters: number, optimizer: string, milliseconds: Record<string, number[]> }[]} results
 *   our times are "optimbench"; "fused", "loop" and "memory" are optional
 */
export function updateRows(results) {
  return [...new Set(results.map(({ parameters }) => parameters))].flatMap((parameters) => {
    const of = results.filter((each) => each.parameters === parameters);
    const has = (name) => of.filter(({ milliseconds }) => milliseconds[name] !== undefined);
    const update = `update of ${parameters.toLocaleString("en")} parameters`;
    return [
      worst(`${update}, relative to PyTorch's fused kernel`, has("fused"), "fused", 1.1),
      worst(
        `${update}, relative to PyTorch's loop (optimizers without a fused kernel)`,
        has("loop").filter(({ milliseconds }) => milliseconds.fused === undefined),
        "loop",
        0.5,
      ),
      // A small model fits into caches.
      ...(parameters < 1e6 ? [] : memoryRows(`${update}, relative to the memory bound`, of)),
    ].filter((row) => row !== undefined);
  });
}

function memoryRows(what, results) {
  const rereads = ({ optimizer }) => REREADING.includes(optimizer);
  return [
    worst(
      what,
      results.filter((each) => !rereads(each)),
      "memory",
      1.5,
    ),
    worst(`${what} (${REREADING.join(", ")})`, results.filter(rereads), "memory", 2.5),
  ];
}

/** Undefined if there is nothing to compare. */
function worst(what, candidates, name, atMost) {
  const rows = candidates
    .map(({ optimizer, milliseconds }) => ({
      what,
      optimizer,
      goal: { atMost },
      unit: "",
      ...ratio(milliseconds.optimbench, milliseconds[name]),
      measured: { optimbench: milliseconds.optimbench, [name]: milliseconds[name] },
      measuredUnit: "ms",
    }))
    .sort((a, b) => b.value - a.value);
  const [row] = rows;
  if (row === undefined) return undefined;
  const over = rows
    .filter((each) => !isReached(each))
    .map(({ optimizer, value }) => `${optimizer} ${numberText(value)}`);
  return {
    ...row,
    against: over.length === 0 ? `worst: ${row.optimizer}` : `above the goal: ${over.join(", ")}`,
  };
}
