import type { Finding } from "../../../checks/check.js";
import { CHECKS } from "../../../checks/checks.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";

/** Which known mistakes a study has, and what to do about them. */
export const checks = (findings: readonly Finding[]): Html =>
  section("checks", "Checks", [
    html`
<p>${summary(findings.length)}</p>`,
    ...findings.map(
      ({ check, level, found, advice }) => html`
<div class="finding${level === "fail" ? " fails" : ""}" id="check-${check}"><h3>${check} <small>${level === "fail" ? "fails" : "note"}</small></h3>
<p>${found}</p>
<p class="note">${advice}</p></div>`,
    ),
  ]);

const summary = (found: number) =>
  found === 0
    ? `${CHECKS.length} checks for mistakes that studies are known for found nothing.`
    : `${found} of ${CHECKS.length} checks for mistakes that studies are known for found something. What fails makes a result unreliable; a note limits what results mean.`;
