import { expect, it } from "vitest";
import { Answer } from "../../../src/cli/output/answer.js";
import { dryRun, estimateText } from "../../../src/cli/output/dry-run.js";

const digits = { dataset: "digits", model: "mlp", optimizers: ["adam", "sgd"], epochs: 2 } as const;

it("gives the estimate as data and in words", async () => {
  const answer = new Answer({ json: true });
  await dryRun({ ...digits, seeds: 2 }, { folder: undefined, answer });
  expect(answer.result).toMatchObject({ runs: 4, seeds: 2, finished: 0 });
  const arms = [{ label: "adam", runs: 3, finished: 1, secondsPerRun: 12 }];
  const sizes = { memoryBytes: 12_300_000, diskBytes: 250_000 };
  expect(estimateText({ runs: 3, seeds: 3, epochs: 2, finished: 1, seconds: 24, arms, ...sizes })).toBe(
    [
      "3 runs: 1 arm, 3 seeds, 2 epochs; 1 finished earlier",
      "  adam  2 runs of 12 s",
      "time    about 24 s",
      "memory  about 13 MB",
      "disk    about 0.3 MB, and the report",
    ].join("\n"),
  );
});

it("says how long trials take, and how long the study at most", () => {
  const arms = [{ label: "adam", runs: 2, finished: 0, secondsPerRun: 12 }];
  const sizes = { memoryBytes: 12_300_000, diskBytes: 250_000 };
  const trials = { runs: 24, finished: 4, seconds: 200, mostMore: 18, mostMoreSeconds: 180 };
  const study = { runs: 2, seeds: 2, epochs: 3, finished: 0, seconds: 24, arms, ...sizes };
  expect(
    estimateText({ ...study, trials })
      .split("\n")
      .slice(0, 5),
  ).toEqual([
    "24 runs of trials, about 3.3 min; 4 finished earlier",
    "  at most 18 more, about 3 min, while a best learning rate is on the edge of its space",
    "then 2 runs: 1 arm, 2 seeds, 3 epochs",
    "  adam  2 runs of 12 s",
    "time    about 3.7 min, at most 6.7 min",
  ]);
});

it("says that a dry run keeps no model", () =>
  expect(
    dryRun(digits, { folder: undefined, answer: new Answer({}), save: "m.safetensors" }),
  ).rejects.toThrow("--dry-run keeps no model, so there is nothing to save. Omit --dry-run or --save."));

it("says that a dry run estimates the whole study", () =>
  expect(dryRun(digits, { folder: undefined, answer: new Answer({}), shard: "1/2" })).rejects.toThrow(
    "--dry-run estimates the whole study, not a part. Omit --dry-run or --shard.",
  ));
