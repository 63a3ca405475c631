import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkStudy } from "../../src/checks/check-study.js";
import { compare, mergeStudies, readStudy } from "../../src/index.js";
import { sideBySide } from "../../src/report/results/side-by-side.js";
import { resultTable } from "../../src/report/tables/result-table.js";
import { keepWhole } from "../../src/validation/plain-data.js";
import { bands, smallModel } from "../small-task.js";

it("a study whose runs failed says so in tables, checks and merged studies, until they have finished", async () => {
  const root = mkdtempSync(join(tmpdir(), "optimbench-"));
  const config = {
    dataset: await bands(),
    model: smallModel,
    epochs: 0,
    optimizers: ["adam", "sgd"],
    seeds: 1,
  } as const;
  /** Fails one arm, as workers of a queue do. */
  const executor = keepWhole({
    ready: async () => {},
    async run(
      cells: readonly { planned: { arm: string } }[],
      context: { fail: (cell: unknown, reason: string) => void },
    ) {
      context.fail(
        cells.find(({ planned }) => planned.arm === "sgd"),
        "the disk is full.\u001b[31m",
      );
    },
  });
  const [left, whole, merged] = ["left", "whole", "merged"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await compare({ ...config, optimizers: ["adam"], folder: left });
  const study = await compare({ ...config, folder: left, executor: executor as never });
  const note = "1 run failed and is missing: sgd (the disk is full.\ufffd[31m).";
  expect(study.failed).toEqual([expect.objectContaining({ label: "sgd", seed: 0 })]);
  expect(await readStudy(join(left, "study.json"))).toEqual(study);
  expect(resultTable(study).replaceAll("\n", " ")).toContain(note);
  const [finding] = await checkStudy(study);
  expect(finding).toMatchObject({
    check: "cancelled-arms",
    found: `1 of 2 planned runs finished (1 failed), so not every arm has every seed. ${note}`,
  });
  expect(
    sideBySide([
      { name: "a", study },
      { name: "b", study },
    ]).notes,
  ).toEqual(expect.arrayContaining([`a: ${note}`, `b: ${note}`]));
  expect((await mergeStudies([left], merged)).failed).toEqual(study.failed);
  await compare({ ...config, folder: whole });
  expect((await mergeStudies([left, whole], merged, { overwrite: true })).failed).toBeUndefined();
  expect((await compare({ ...config, folder: left })).failed).toBeUndefined();
  rmSync(root, { recursive: true });
});
