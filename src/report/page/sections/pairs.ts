import { countText } from "../../../validation/count-text.js";
import type { PairVerdict } from "../../../verdicts/pair.js";
import { marginText, pointsText } from "../../../verdicts/texts.js";
import type { Verdicts } from "../../../verdicts/verdicts.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";
import { pairNumbers } from "./pair-numbers.js";

/** More would not be readable. */
const MOST_ARMS = 20;
/** The numbers of more pairs are shown on request. */
const MOST_OPEN = 10;

/** The verdict on every two arms, as a matrix: how the arm of a row does against the arm of a column. */
export function pairs({ arms, pairs: all, margin }: Verdicts): Html | undefined {
  const shown = arms.slice(0, MOST_ARMS).map(({ label }) => label);
  if (all.length === 0 || shown.length < 2) return undefined;
  const byArms = new Map(all.map((pair) => [keyOf(pair.a, pair.b), pair]));
  const ofShown = shown.flatMap((a, i) => shown.slice(i + 1).flatMap((b) => byArms.get(keyOf(a, b)) ?? []));
  return section("pairs", "Pairs of arms", [
    html`<p class="note">How the arm of a row does against the arm of a column, in points of accuracy. Equal: within ${marginText(margin)}. A number after “?” says about how many more seeds would decide.${
      shown.length < arms.length ? ` The ${shown.length} best arms are shown.` : ""
    }</p>
<div class="scroll" tabindex="0" role="region" aria-label="Verdicts on pairs of arms">
<table class="matrix verdicts"><caption>Verdicts, seed by seed</caption>
<thead><tr><td></td>${shown.map((label, i) => html`<th scope="col">${i + 1}<span class="unseen"> ${label}</span></th>`)}</tr></thead>
<tbody>${shown.map(
      (row, i) => html`
<tr><th scope="row">${i + 1} ${row}</th>${shown.map((column) => verdictCell(row, byArms.get(keyOf(row, column))))}</tr>`,
    )}
</tbody></table></div>
<details class="long"${ofShown.length <= MOST_OPEN ? html` open` : undefined}><summary>The numbers of ${countText(ofShown.length, "pair")}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The numbers of the pairs">${pairNumbers(ofShown)}</div>
<p class="note">${LEGEND}</p></details>`,
  ]);
}

const LEGEND =
  "A run scores more: the probability that a run of the first arm has a higher accuracy than one of the second. Correlation: between the arms over seeds, from which comparing seed by seed gains.";

const keyOf = (a: string, b: string) => JSON.stringify([a, b].sort());

function verdictCell(row: string, pair: PairVerdict | undefined): Html {
  if (pair === undefined) return html`<td></td>`;
  const sign = pair.a === row ? 1 : -1;
  const word = pair.verdict !== "better" ? pair.verdict : sign > 0 ? "better" : "worse";
  const { interval } = pair;
  const ends = interval && [sign * interval.low, sign * interval.high].sort((a, b) => a - b);
  const details = `difference ${pointsText(sign * pair.difference)}${ends ? `, 95% interval ${pointsText(ends[0]!)} to ${pointsText(ends[1]!)}` : ""}, ${testText(pair)}`;
  return html`<td class="${word}" title="${details}">${cellText(pair, word, sign)}</td>`;
}

/** What the verdict rests on. */
function testText({ verdict, correctedP, equivalenceP, sequential }: PairVerdict): string {
  if (sequential === null) return `corrected p ${correctedP!.toPrecision(2)}`;
  const { round, difference, boundary, equalityLevel } = sequential;
  if (difference === null || boundary === null) return "no complete round";
  const equality = ` (p of equivalence ${equivalenceP!.toPrecision(2)}, at most ${equalityLevel.toPrecision(2)} for equal)`;
  return `AdaStop: ${pointsText(Math.abs(difference))} after round ${round}, boundary ${pointsText(boundary)}${verdict === "better" ? "" : equality}`;
}

function cellText({ difference, moreSeeds }: PairVerdict, word: string, sign: number): Html | string {
  if (word === "equal") return "equal";
  if (word === "undecided")
    return html`?${moreSeeds === null ? undefined : html` ${moreSeeds}`}<span class="unseen"> undecided</span>`;
  const points = (100 * Math.abs(difference)).toFixed(1);
  return html`${(sign > 0) === (difference >= 0) ? "+" : "−"}${points}<span class="unseen"> ${word}</span>`;
}
