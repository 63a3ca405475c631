import { countText } from "../../../validation/count-text.js";
import { type Html, html } from "../html.js";

/** More rows are shown on request, so that what follows them is not far away. */
const MOST_ROWS = 20;

/** A table of one row per arm, which opens on a click if it is long. */
export const folded = (what: string, arms: readonly unknown[], table: Html): Html =>
  arms.length <= MOST_ROWS
    ? table
    : html`<details class="long"><summary>${what} ${countText(arms.length, "arm")}</summary>${table}</details>`;
