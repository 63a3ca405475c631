import { resultCells } from "../../dist/report/tables/result-cells.js";
import { table } from "./table.mjs";

/** Columns that the page omits. index.html has them. */
const OMITTED = ["validation loss", "seeds", "step, ms"];

/** The result of a study, as Markdown: its answer, a table of its arms, and the pairs without a better arm. */
export function sectionOf(name, study) {
  const { runs, createdAt, environment } = study;
  const { conclusion, columns, rows } = resultCells(study);
  const shown = columns.flatMap(({ title }, i) => (OMITTED.includes(title) ? [] : [i]));
  const pick = (cells) => shown.map((i) => cells[i]);
  return [
    `**${conclusion.answer}**`,
    table(pick(columns.map(({ title }) => title)), rows.map(pick)),
    ...(study.config.question === "tuned" ? [conclusion.caveats.join("\n\n")] : []),
    ...pairs("Equal within the margin", conclusion.verdicts, "equal"),
    ...pairs("Undecided", conclusion.verdicts, "undecided"),
    `${runs.length} runs, ${createdAt.slice(0, 10)}, optimbench ${environment.optimbench}, ${place(study)}. [Report](answer/${name}/index.html), [data](answer/${name}/study.json).`,
  ].join("\n\n");
}

/** What computed the numbers: the GPU, or the processor and the kernels. */
function place({ runs, environment: { cpu, kernels, libtorch, gpus } }) {
  const isOnGpu = runs.every(({ config }) => config.device.startsWith("cuda"));
  return isOnGpu ? `libtorch ${libtorch}, ${gpus[0]}` : `libtorch ${libtorch}, ${cpu}, ${kernels} kernels`;
}

/** The most pairs in the text. The report has all. */
const MOST_PAIRS = 6;

function pairs(title, verdicts, verdict) {
  const found = verdicts.pairs.filter((pair) => pair.verdict === verdict);
  if (found.length === 0) return [];
  if (found.length > MOST_PAIRS) return [`${title}: ${found.length} of ${verdicts.pairs.length} pairs.`];
  const text = ({ a, b, difference, interval: { low, high }, moreSeeds }) =>
    `${a} and ${b} (difference ${points(difference)} points, 95% interval ${points(low)} to ${points(high)}${moreSeeds === null ? "" : `; about ${moreSeeds} more seeds would decide`})`;
  return [`${title}: ${found.map(text).join("; ")}.`];
}

const points = (share) => (100 * share).toFixed(2);
