import type { Machine } from "../../../study/machines.js";
import type { Study } from "../../../study/study.js";
import { integerText } from "../../../validation/count-text.js";
import { decimalText } from "../../../validation/decimal-text.js";
import { type Html, html } from "../html.js";
import { definitions } from "../parts/definitions.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";

/** Where the study ran. */
export const environmentSection = (study: Study): Html =>
  section("environment", "Environment", [definitions(study.environment), machinesTable(study)]);

/** The largest table of machines. */
const MOST_MACHINES = 100;

/** The machines that trained the runs, if there were several. */
function machinesTable({ machines = [], runs }: Study): Html | undefined {
  if (machines.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const { machine = 0 } of runs) counts.set(machine, (counts.get(machine) ?? 0) + 1);
  const rows = machines.slice(0, MOST_MACHINES).map((machine, i) => ({ ...machine, number: i + 1 }));
  type Row = Machine & { readonly number: number };
  const hasGpus = machines.some(({ gpus }) => gpus !== undefined);
  return html`${table<Row>({
    caption: "Machines that trained the runs",
    className: "main",
    columns: [
      { title: "machine", isHead: true, cell: ({ number }) => number },
      { title: "processor", cell: ({ cpu }) => cpu },
      {
        title: "CPU quota",
        isNumber: true,
        cell: ({ cpuQuota }) => (cpuQuota === null ? "–" : decimalText(cpuQuota)),
      },
      ...(hasGpus
        ? [
            { title: "GPUs", cell: ({ gpus = [] }: Row) => gpus.join(", ") || "–" },
            { title: "GPU kernels", cell: ({ gpuKernels }: Row) => gpuKernels ?? "–" },
          ]
        : []),
      { title: "kernels", cell: ({ kernels }) => kernels ?? "–" },
      { title: "threads", isNumber: true, cell: ({ threads }) => threads },
      { title: "runs", isNumber: true, cell: ({ number }) => counts.get(number) ?? 0 },
    ],
    rows,
  })}<p class="note">Environment: where the study was started. Machines are listed in the order in which they finished their first run; cells.jsonl has their names.${
    machines.length > MOST_MACHINES
      ? ` The first ${MOST_MACHINES} of ${integerText(machines.length)} are shown; study.json has all.`
      : ""
  }</p>`;
}

/** The study's config with every default filled in. */
export const configSection = ({ config }: Study): Html =>
  section(
    "config",
    "Config",
    html`<details><summary>The study's config with every default filled in (JSON)</summary>
<pre tabindex="0"><code>${JSON.stringify(config, null, 2) ?? "none"}</code></pre></details>`,
  );

/** The commands that repeat, check and extend the study. */
export const againSection = (): Html =>
  section("again", "Run this again", [
    html`<p>From the folder of study.json:</p>
<pre tabindex="0"><code><span class="comment"># train every run again</span>
npx optimbench compare --config study.json --out again
<span class="comment"># train some runs again, and compare their results with this study's</span>
npx optimbench verify .
<span class="comment"># write this page again</span>
npx optimbench report .</code></pre>`,
  ]);
