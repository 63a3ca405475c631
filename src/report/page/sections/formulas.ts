import type { Arm } from "../../../study/arms.js";
import { integerText } from "../../../validation/count-text.js";
import { groupBy } from "../../../validation/group-by.js";
import { type Html, html } from "../html.js";
import { definitions, parameters } from "../parts/definitions.js";
import { section } from "../parts/section.js";

/** The exact updates and losses that ran. */
export function formulas(detailed: readonly Arm[], count: number): Html | undefined {
  if (detailed.length === 0) return undefined;
  return section("formulas", "Formulas", [
    html`<p class="note">What each arm computed, with all settings.</p>`,
    ...detailed.map(armFormula),
    detailed.length < count
      ? html`<p class="note">The ${detailed.length} arms with the highest validation accuracy are listed; study.json has the formulas of all ${integerText(count)}.</p>`
      : undefined,
    ...lossFormulas(detailed),
  ]);
}

function armFormula({ label, config }: Arm): Html {
  const { formula, name, semantics } = config.optimizer;
  return html`
<details class="formula"><summary><h3>${label}</h3></summary>
<p>Update: ${name} <small>(${semantics})</small></p>
<pre tabindex="0"><code>${formula.trim()}</code></pre>
${definitions({ ...parameters(config.optimizer), schedule: config.schedule.name, ...parameters(config.schedule) })}
</details>`;
}

function lossFormulas(arms: readonly Arm[]): Html[] {
  const losses = groupBy(arms, ({ config }) => JSON.stringify(config.loss)).map(
    (group) => group[0]!.config.loss,
  );
  return losses.map(
    (loss) => html`
<details class="formula"><summary><h3>Loss per image: ${loss.name}</h3></summary>
<p>As defined by ${loss.semantics}</p>
<pre tabindex="0"><code>${loss.formula.trim()}</code></pre>
${definitions(parameters(loss))}
</details>`,
  );
}
