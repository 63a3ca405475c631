import type { StepsProfile } from "../../history/profile.js";
import { plainTable } from "../../system/plain-table.js";

/** The time that each phase of a step took, in the order of the work. */
export function profileTable({ seconds, steps }: StepsProfile): string {
  const { layers, batch, loss, waiting, summing, update, rest } = seconds;
  const phases: [string, number, number?][] = [
    ["batch gathered", batch],
    ...layers.map(({ name, forward, backward }): [string, number, number] => [name, forward, backward]),
    ["loss and accuracy", loss],
    ["gradients summed", summing],
    ["update", update],
    ["threads waiting", waiting],
    ["rest", rest],
  ];
  const forward = layers.reduce((sum, layer) => sum + layer.forward, 0);
  const backward = layers.reduce((sum, layer) => sum + layer.backward, 0);
  const total = phases.reduce((sum, [, first, second = 0]) => sum + first + second, 0);
  const ms = (value: number) => ((value / steps) * 1000).toFixed(3);
  const share = (value: number) => `${((value / total) * 100).toFixed(1)}%`;
  const rows = phases.map(([name, first, second]) =>
    second === undefined
      ? [name, "", "", ms(first), share(first)]
      : [name, ms(first), ms(second), ms(first + second), share(first + second)],
  );
  return plainTable(
    [
      { title: "part of a step" },
      { title: "forward ms", right: true },
      { title: "backward ms", right: true },
      { title: "ms", right: true },
      { title: "share", right: true },
    ],
    [...rows, ["step", ms(forward), ms(backward), ms(total), "100.0%"]],
  );
}
