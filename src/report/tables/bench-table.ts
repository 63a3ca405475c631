import type { BenchRecord, BenchResult } from "../../bench/bench-record.js";
import { plainTable } from "../../system/plain-table.js";
import { integerText } from "../../validation/count-text.js";
import { extent } from "../charts/ticks.js";
import { benchLabel, imagesText } from "../text/bench-label.js";
import { numberText } from "../text/number-text.js";
import { profileTable } from "./profile-table.js";

/** The tables of a record for a terminal, with notes. */
export function benchTable(record: BenchRecord): string {
  const table = plainTable(
    [
      { title: "what" },
      { title: "optimizer" },
      { title: "images" },
      { title: "threads", right: true },
      { title: "median ms", right: true },
      { title: "quartiles ms", right: true },
      { title: "minimum ms", right: true, dispensable: 3 },
      { title: "rounds ms", right: true, dispensable: 4 },
      { title: "samples", right: true, dispensable: 5 },
    ],
    record.results.map(cells),
  );
  const profiles = (record.profiles ?? []).flatMap((profile) => [
    `\n${benchLabel({ ...profile, measure: "step" })}`,
    profileTable(profile),
  ]);
  return [...notes(record), table, ...profiles].join("\n");
}

function cells({ measure, optimizer, images, threads, milliseconds }: BenchResult): string[] {
  const what = [
    measure,
    measure === "step" || measure === "update" ? optimizer : "",
    images === undefined ? "" : imagesText({ measure, images }),
    String(threads),
  ];
  if (milliseconds === null) return [...what, "diverged", "", "", "", ""];
  const { median, lowerQuartile, upperQuartile, least, medianOfRounds, samples } = milliseconds;
  const text = (value: number) => numberText(value, median);
  const [lowest, highest] = extent(medianOfRounds);
  return [
    ...what,
    text(median),
    `${text(lowerQuartile)} to ${text(upperQuartile)}`,
    text(least),
    `${text(lowest)} to ${text(highest)}`,
    String(samples),
  ];
}

/** The machine and the settings, one per line. */
function notes({ environment, loadBefore, settings, status }: BenchRecord): string[] {
  const { cpu, kernels, libtorch, node, optimbench } = environment;
  return [
    ...(status === "cancelled" ? ["Stopped early: missing rows were not measured."] : []),
    `${settings.model}, ${integerText(settings.parameters)} parameters, ${settings.loss}, on ${settings.device}`,
    `${cpu} (kernels: ${kernels}), libtorch ${libtorch}, node ${node}, optimbench ${optimbench}, load before: ${loadBefore.toFixed(1)}`,
  ];
}
