import { startedEqually } from "../../../study/equal-start.js";
import { ranInParallel, type Study } from "../../../study/study.js";
import { secondsText } from "../../text/number-text.js";
import { type Html, html } from "../html.js";
import { definitions } from "../parts/definitions.js";
import { section } from "../parts/section.js";

/** How the numbers were measured, and how long that took. */
export function measurement(study: Study): Html {
  const { runs } = study;
  const total = (of: (run: Study["runs"][number]) => number) =>
    secondsText(runs.reduce((sum, run) => sum + of(run), 0));
  return section("measurement", "Measurement", [
    html`
<p>The runs of an arm differ only in their seed. ${timesText(study)} Training loss and accuracy are means over the epoch, during which
the weights change; validation is measured after each epoch. ${equalStart(runs)}</p>`,
    definitions({
      runs: runs.length,
      training: total(({ seconds }) => seconds.train),
      evaluation: total(({ seconds }) => seconds.evaluate),
      "untimed steps": total(({ seconds }) => seconds.untimedSteps),
      total: total(({ seconds }) => seconds.total),
    }),
  ]);
}

function timesText(study: Study): string {
  if (ranInParallel(study)) return PARALLEL_TIMES;
  return study.machines === undefined ? SEQUENTIAL_TIMES : `${SEQUENTIAL_TIMES} ${SEVERAL_MACHINES}`;
}

const SEQUENTIAL_TIMES = `Training time includes only the training steps, measured with a monotonic clock. It excludes evaluation, loading
and the untimed steps.`;
const PARALLEL_TIMES = `Runs went in parallel, one per thread. Their times, summed below, include waiting for one another
and are not comparable.`;
const SEVERAL_MACHINES = "The times below are summed over all machines.";

/** Says whether runs of the same seed and model started equally, by the hashes of their initial weights. */
function equalStart(runs: Study["runs"]): string {
  const models = new Set(runs.map(({ config }) => JSON.stringify(config.model))).size;
  const alike = models > 1 ? "seed and model" : "seed";
  return startedEqually(runs)
    ? `All runs with the same ${alike} started from the same weights (equal SHA-256).`
    : `Runs with the same ${alike} did NOT all start from the same weights, so their differences mix initial weights and optimizer.`;
}
