import type { Arm } from "../../../study/arms.js";
import { ranInParallel, type Study } from "../../../study/study.js";
import { countText, integerText } from "../../../validation/count-text.js";
import { listText } from "../../../validation/list-text.js";
import { printable } from "../../../validation/printable.js";
import type { Conclusion } from "../../results/conclusion.js";
import { type Html, html } from "../html.js";

/** The question, the answer, its caveats, and what all runs have in common. */
export const headline = (
  study: Study,
  { question, answer, caveats }: Conclusion,
  arms: readonly Arm[],
): Html => html`
<header>
<h1>${question}</h1>
<p class="answer">${answer}</p>
${caveats.map((caveat) => html`<p class="caveat">${caveat}</p>\n`)}${setupLine(study, arms)}
</header>`;

/** "cpu", or "cuda:0 (NVIDIA H100 80GB HBM3)". */
function deviceText(device: string, { gpus }: Pick<Study["environment"], "gpus">): string {
  const model = device === "cpu" ? undefined : gpus?.[Number(device.split(":")[1] ?? 0)];
  return model === undefined ? device : `${device} (${model})`;
}

/** Data, model and length of the runs. */
function setupLine(study: Study, arms: readonly Arm[]): Html | undefined {
  if (arms.length === 0) return undefined;
  const values = (of: (arm: Arm) => string) => listText([...new Set(arms.map(of))], { separator: " or " });
  const seeds = [...new Set(study.runs.map(({ config }) => config.seed))];
  const epochs = values(({ config }) => String(config.epochs));
  const threads = listText([...new Set(study.runs.map(({ config }) => String(config.threads)))], {
    separator: " or ",
  });
  const { machines } = study;
  const places = machines ?? [study.environment];
  const devices = new Set(
    arms.flatMap(({ config }) => places.map((place) => printable(deviceText(config.device, place)))),
  );
  const facts = [
    `${values(({ config }) => printable(config.dataset))}: ${values(({ config }) => `${countText(config.split.train, "training image")}, ${countText(config.split.validation, "validation image")}`)}`,
    `model ${values(({ config }) => printable(config.model.name ?? "custom"))}`,
    `${epochs} ${epochs === "1" ? "epoch" : "epochs"} in batches of ${values(({ config }) => integerText(config.batchSize))}`,
    `${seeds.length === 1 ? "seed" : "seeds"} ${listText(seeds.map(String), { most: 12 })}`,
    `on ${machines === undefined ? "" : `${countText(machines.length, "machine")}: `}${listText([...devices], { separator: " or " })}, ${threads} ${threads === "1" ? "thread" : "threads"}${ranInParallel(study) ? " each, in parallel (execution: parallel)" : ""}`,
  ];
  return html`<p class="setup">${facts.join(" · ")}</p>`;
}
