import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { conclude } from "../../src/report/results/conclusion.js";
import { headline } from "../../src/report/results/headline.js";
import { resultCells } from "../../src/report/tables/result-cells.js";
import { readStudy } from "../../src/studies.js";
import { armsOf } from "../../src/study/arms.js";
import type { Study } from "../../src/study/study.js";

/** On a GPU, a micro-batch of a run is its whole batch, whatever the study's config says. */
describe("a study that was tuned on a GPU", () => {
  let study: Study;
  beforeAll(async () => {
    study = await readStudy(
      fileURLToPath(new URL("../../docs/answer/mnist-losses-tuned/study.json", import.meta.url)),
    );
  });

  it("names arms by what differs before tuning", () => {
    expect(armsOf(study).map(({ label, loss }) => [label, loss])).toEqual(
      armsOf(study).map(({ loss }) => [loss, loss]),
    );
  });

  it("shows the selected settings and where they come from", () => {
    const { columns, notes, results } = resultCells(study);
    expect(headline(study, results)).toBe("Which loss learns mnist best when each is tuned by 8 trials?");
    expect(columns.map(({ title }) => title)).toEqual(expect.arrayContaining(["loss", "learning rate"]));
    expect(columns.map(({ title }) => title)).not.toContain("optimizer");
    expect(notes.join("\n")).toContain("Optimizer: adam.");
    expect(conclude(study).caveats.join("\n")).toContain("Settings: of each arm, the best of 8 trials");
  });
});
