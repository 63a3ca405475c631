import type { Dataset, ImageSet } from "../../../data/dataset.js";
import { imagePng } from "../../../data/image-png.js";
import { type ConfusedPair, classScores, confusedPairs } from "../../../history/class-scores.js";
import type { ClassScore } from "../../../history/predictions.js";
import { countText, integerText } from "../../../validation/count-text.js";
import { printable } from "../../../validation/printable.js";
import type { ArmPredictions } from "../../results/predictions.js";
import type { Task } from "../../results/tasks.js";
import { accuracyText } from "../../text/number-text.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";
import { taskTitle } from "../parts/task-title.js";

/** With more classes, a matrix is no longer readable, and only its largest entries are listed. */
const MOST_CLASSES = 30;
const MOST_PAIRS = 8;
const MOST_PICTURES = 4;

/** What the best arms of each task confuse: matrices, scores per class, and the most confused pairs with pictures of the best arm. */
export function mistakes(
  tasks: readonly Task<ArmPredictions>[],
  dataset: Dataset | undefined,
): Html | undefined {
  const known = tasks
    .map((task) => ({ ...task, items: task.items.filter(({ confusions }) => confusions !== undefined) }))
    .filter(({ items }) => items.length > 0);
  const first = known[0]?.items[0];
  if (first === undefined) return undefined;
  return section("mistakes", "Mistakes", [
    html`<p class="note">Predictions of the final weights for the ${first.images} images, added up over the seeds.</p>`,
    ...known.flatMap(({ name, items }) => [
      taskTitle(name),
      ...items.map((each) => armMistakes(each, each === first, each === first ? dataset : undefined)),
    ]),
  ]);
}

function armMistakes(predictions: ArmPredictions, isOpen: boolean, dataset: Dataset | undefined): Html {
  const { arm, classes, confusions } = predictions;
  const pairs = confusedPairs(confusions!, MOST_PAIRS);
  return html`
<details class="mistakes"${isOpen ? html` open` : undefined}><summary><h3>${arm.labelInTask}</h3></summary>
<div class="beside">
<div>${classes.length <= MOST_CLASSES ? matrix(predictions) : undefined}
${scoreTable(classScores(confusions!, classes), arm.labelInTask)}</div>
${pairList(pairs, predictions, dataset)}
</div>
</details>`;
}

/** Darker cells hold a larger share of their row; the diagonal is right. */
function matrix({ arm, classes, confusions }: ArmPredictions): Html {
  const head = classes.map((name) => html`<th scope="col">${printable(name)}</th>`);
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix of ${arm.label}">
<table class="matrix"><caption>Rows: class; columns: prediction</caption>
<thead><tr><td></td>${head}</tr></thead>
<tbody>${confusions!.map((row, i) => {
    const total = Math.max(
      1,
      row.reduce((sum, each) => sum + each, 0),
    );
    return html`
<tr><th scope="row">${printable(classes[i]!)}</th>${row.map((count, j) =>
      count === 0
        ? html`<td></td>`
        : html`<td class="${i === j ? "right" : "wrong"}" style="--share:${Math.ceil(100 * Math.sqrt(count / total))}%">${integerText(count)}</td>`,
    )}</tr>`;
  })}
</tbody></table></div>`;
}

function pairList(
  pairs: readonly ConfusedPair[],
  { classes, mistakes }: ArmPredictions,
  dataset: Dataset | undefined,
): Html {
  const set = dataset && (dataset.test ?? dataset.validation ?? dataset);
  if (pairs.length === 0) return html`<p>Every image was predicted correctly.</p>`;
  return html`
<div><p>Most confused</p>
<ol class="pairs">${pairs.map(({ label, predicted, count, share }) => {
    const images = mistakes
      .filter((each) => each.label === label && each.predicted === predicted)
      .map(({ image }) => image)
      .filter((image) => set?.labels[image] === label); // of the dataset as it was
    return html`
<li>${printable(classes[label]!)} taken for ${printable(classes[predicted]!)}: ${countText(count, "time")} (${(100 * share).toFixed(1)}%)${
      dataset &&
      set &&
      pictures(
        [...new Set(images)],
        dataset,
        set,
        `${printable(classes[label]!)} taken for ${printable(classes[predicted]!)}`,
      )
    }</li>`;
  })}
</ol></div>`;
}

function pictures(images: readonly number[], dataset: Dataset, set: ImageSet, alt: string): Html {
  return html`<span class="pictures">${images
    .slice(0, MOST_PICTURES)
    .map(
      (image) =>
        html`<img alt="${alt}, image ${image}" src="data:image/png;base64,${Buffer.from(imagePng(dataset, set, image)).toString("base64")}">`,
    )}</span>`;
}

function scoreTable(scores: readonly ClassScore[], label: string): Html {
  const share = (title: string, of: (score: ClassScore) => number | null) => ({
    title,
    isNumber: true,
    cell: (score: ClassScore) => {
      const value = of(score);
      return value === null ? "–" : accuracyText(value);
    },
  });
  return table({
    caption: `Classes as ${label} recognises them`,
    className: "narrow",
    columns: [
      { title: "class", isHead: true, cell: ({ name }) => printable(name) },
      share("precision", ({ precision }) => precision),
      share("recall", ({ recall }) => recall),
      share("F1", ({ f1 }) => f1),
      {
        title: "images",
        isNumber: true,
        cell: ({ count }) => integerText(count),
        sortBy: ({ count }) => count,
      },
    ],
    rows: scores,
  });
}
