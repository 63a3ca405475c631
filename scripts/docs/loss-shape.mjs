import { lossGraph, resolveLoss } from "../../dist/losses/losses.js";
import { loadNative } from "../../dist/native/addon.js";

/** How much the correct class's logit exceeds the other one. */
const MARGINS = Array.from({ length: 97 }, (_, i) => -6 + i / 8);

/**
 * A loss over the margin between two classes' logits, [m / 2, -m / 2] with the first class right, and its derivative.
 *
 * @param {string} name
 * @param {import("../../dist/catalogue/semantics.js").Source} source
 */
export function lossShape(name, source) {
  const loss = lossGraph(resolveLoss({ name, semantics: source }, "keras3"));
  const logits = Float64Array.from(MARGINS.flatMap((margin) => [margin / 2, -margin / 2]));
  const targets = Float64Array.from(MARGINS.flatMap(() => [1, 0]));
  const { values, gradient } = loadNative().runLoss(loss, logits, targets, 2);
  return MARGINS.map((margin, i) => ({
    margin,
    value: values[i],
    slope: (gradient[2 * i] - gradient[2 * i + 1]) / 2,
  }));
}
