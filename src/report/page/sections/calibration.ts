import { calibrationOf } from "../../../history/calibration.js";
import type { ArmPredictions } from "../../results/predictions.js";
import type { Task } from "../../results/tasks.js";
import { accuracyText } from "../../text/number-text.js";
import { colourClass } from "../curves/draw-plot.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";
import { taskTitle } from "../parts/task-title.js";

const SIZE = 320;
const MARGIN = 44;
/** Bins with fewer images show noise. */
const FEWEST = 10;

/** The predictions of an arm, and the number of its colour. */
export interface ColouredPredictions {
  readonly colour: number;
  readonly predictions: ArmPredictions;
}

/** Whether arms are as often right as they are confident. Arms have the colours that they have in the curves. */
export function calibration(tasks: readonly Task<ColouredPredictions>[]): Html | undefined {
  const shown = tasks.filter(({ items }) => items.length > 0);
  return shown.length === 0 ? undefined : section("calibration", "Calibration", shown.map(taskCalibration));
}

function taskCalibration({ name, items: all }: Task<ColouredPredictions>): Html {
  const rows = all.map(({ colour, predictions: { arm, reliability } }) => ({
    colour,
    label: arm.labelInTask,
    ...calibrationOf(reliability),
  }));
  return html`${taskTitle(name)}<div class="beside"><figure>${diagram(all)}<figcaption>Accuracy by confidence in 15 bins over all seeds; larger dots hold more images, and those of fewer than ${FEWEST} are omitted. Below the diagonal, an arm is too confident.</figcaption></figure>
${table({
  caption: `Confidence and accuracy on the ${all[0]!.predictions.images} images`,
  className: "narrow",
  columns: [
    {
      title: "arm",
      isHead: true,
      cell: ({ colour, label }) =>
        html`<span class="${colourClass(colour)}"><span class="key"></span></span>${label}`,
    },
    { title: "confidence", isNumber: true, cell: ({ confidence }) => accuracyText(confidence) },
    { title: "accuracy", isNumber: true, cell: ({ accuracy }) => accuracyText(accuracy) },
    { title: "error", isNumber: true, cell: ({ error }) => accuracyText(error) },
  ],
  rows,
})}</div>`;
}

function diagram(all: readonly ColouredPredictions[]): Html {
  const end = SIZE - 12;
  const at = (share: number) => MARGIN + share * (end - MARGIN);
  const down = (share: number) => SIZE - at(share);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return html`<svg class="plot" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img" aria-label="Reliability diagram; the table beside it has the errors">
${ticks.map(
  (tick) =>
    html`<path class="grid" d="M${at(0)} ${down(tick)}H${at(1)}M${at(tick)} ${down(0)}V${down(1)}"/><text x="${at(0) - 6}" y="${down(tick) + 4}" text-anchor="end">${tick}</text><text x="${at(tick)}" y="${down(0) + 16}" text-anchor="middle">${tick}</text>`,
)}
<text x="${at(0.5)}" y="${SIZE - 8}" text-anchor="middle">confidence</text><text transform="translate(11 ${down(0.5)}) rotate(-90)" text-anchor="middle">accuracy</text>
<path class="diagonal" d="M${at(0)} ${down(0)}L${at(1)} ${down(1)}"/>
${all.map(({ colour, predictions: { reliability } }) => {
  const filled = reliability.filter(({ count }) => count >= FEWEST);
  if (filled.length === 0) return undefined;
  const most = Math.max(...filled.map(({ count }) => count));
  const points = filled.map(
    ({ confidence, accuracy }) => `${at(confidence).toFixed(1)} ${down(accuracy).toFixed(1)}`,
  );
  return html`<g class="line ${colourClass(colour)}"><path d="M${points.join("L")}"/>${filled.map(
    ({ confidence, accuracy, count }) =>
      html`<circle class="dot" cx="${at(confidence).toFixed(1)}" cy="${down(accuracy).toFixed(1)}" r="${(1.5 + 4 * Math.sqrt(count / most)).toFixed(1)}"/>`,
  )}</g>`;
})}</svg>`;
}
