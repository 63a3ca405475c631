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

it("says that a dry run keeps no model", () =>
  expect(
    dryRun(digits, { folder: undefined, answer: new Answer({}), save: "m.safetensors" }),
  ).rejects.toThrow("--dry-run keeps no model, so there is nothing to save. Omit --dry-run or --save."));

it("says that a dry run estimates the whole study", () =>
  expect(dryRun(digits, { folder: undefined, answer: new Answer({}), shard: "1/2" })).rejects.toThrow(
    "--dry-run estimates the whole study, not a part. Omit --dry-run or --shard.",
  ));
