import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { parseLines } from "../../src/study/cell-lines.js";
import { CellsFile } from "../../src/study/cells-file.js";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";
import { verifyStudy } from "../../src/study/verify.js";

const SETTING: CompareConfig = {
  dataset: "digits",
  model: "mlp",
  split: { train: 100, validation: 50 },
  optimizers: ["adam", "sgd"],
  epochs: 1,
};
const study = await compare({ ...SETTING, seeds: 2 });

/** A copy of the study with one number of one run changed. */
function altered(index: number, change: (run: Study["runs"][number]) => void): Study {
  const copy = structuredClone(study);
  change(copy.runs[index]!);
  return copy;
}
type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
const write = <Value>(value: Value) => value as Writable<Value>;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("verifying a study", () => {
  it("confirms the runs that it draws", async () => {
    const seen: number[] = [];
    const result = await verifyStudy(study, {
      cells: 3,
      seed: 1,
      onRun: ({ number }) => void seen.push(number),
    });
    expect(result).toMatchObject({ passed: true, isExact: true, seed: 1 });
    expect(result.runs.map(({ differences }) => differences)).toEqual([[], [], []]);
    expect(seen).toEqual(result.runs.map(({ number }) => number));
    expect(new Set(seen).size).toBe(3);
    const { seed } = await verifyStudy(study, { cells: 1 });
    expect(seed).toBeGreaterThanOrEqual(0);
  });

  it("runs on arrays in memory again if they are passed again, and says so if they are not", async () => {
    const { images, labels } = await loadDataset("digits");
    const dataset = await loadDataset({ images, labels });
    const ofArrays = await compare({ ...SETTING, dataset, seeds: 1 });
    await expect(verifyStudy(ofArrays)).rejects.toThrow(
      '"in-memory" stands for arrays that a program passed as `dataset`. A study does not contain them: pass them again, from a program.',
    );
    expect(await verifyStudy(ofArrays, { dataset })).toMatchObject({ passed: true, drawn: 2 });
    const others = await loadDataset({ images: images.map((value) => 255 - value), labels });
    expect(await verifyStudy(ofArrays, { dataset: others })).toMatchObject({ passed: false });
    await expect(verifyStudy(ofArrays, { dataset: { images, labels } as never })).rejects.toThrow(
      /Expected a dataset of loadDataset for `dataset`/,
    );
  });

  it("catches one altered number, and says where", async () => {
    const metrics = altered(2, ({ history }) => {
      write(history[1]!.validation).accuracy += 1e-9;
    });
    const result = await verifyStudy(metrics);
    expect(result.passed).toBe(false);
    expect(result.runs.map(({ differences }) => differences.map(({ path }) => path))).toEqual([
      [],
      [],
      ["history.epoch 1.validation.accuracy"],
      [],
    ]);
    const hash = altered(0, ({ parametersSha256 }) => {
      write(parametersSha256).final = parametersSha256.initial;
    });
    expect((await verifyStudy(hash)).passed).toBe(false);
    const prediction = altered(3, ({ predictions }) => {
      write(predictions!.reliability.at(-1)!).accuracy += 1e-9;
    });
    expect((await verifyStudy(prediction)).passed).toBe(false);
    const images = altered(3, ({ dataset }) => {
      write(dataset).count += 1;
    });
    expect((await verifyStudy(images)).passed).toBe(false);
    const config = altered(1, ({ config: { optimizer } }) => {
      write(optimizer).learningRate = 0.02;
    });
    expect((await verifyStudy(config)).passed).toBe(false);
  });

  it("finds altered runs by cells.jsonl, without drawing them", async () => {
    const folder = temporaryFolder();
    const stored = await compare({ ...study.config, folder } as CompareConfig);
    expect(await verifyStudy(stored, { cells: 1, folder })).toMatchObject({ passed: true, altered: [] });
    const changed = structuredClone(stored);
    write(changed.runs[2]!.seconds).total += 1;
    const result = await verifyStudy(changed, { cells: 1, folder });
    expect(result.passed).toBe(false);
    expect(result.altered).toEqual([
      {
        number: 3,
        differences: [expect.objectContaining({ path: "seconds.total", b: stored.runs[2]!.seconds.total })],
      },
    ]);

    const path = join(folder, "cells.jsonl");
    const { lines } = await parseLines(readFileSync(path), path);
    const last = structuredClone(lines.at(-1)) as { cell: { record: Study["runs"][number] } };
    write(last.cell.record.history[1]!.validation).accuracy += 1e-9;
    await new CellsFile(folder).replace([...lines.slice(0, -1), last as (typeof lines)[number]]);
    const forged = await verifyStudy(stored, { cells: 1, folder });
    expect(forged.altered.map(({ differences }) => differences.map(({ path }) => path))).toEqual([
      ["history.epoch 1.validation.accuracy"],
    ]);

    writeFileSync(path, readFileSync(path, "utf8").replace('"loss":2.', '"loss":3.'));
    await expect(verifyStudy(stored, { folder })).rejects.toThrow(/^Line \d of .*cells\.jsonl is damaged/);
  });

  it("does not take a study.json that is behind cells.jsonl for altered", async () => {
    const folder = temporaryFolder();
    const stored = await compare({ ...study.config, folder } as CompareConfig);
    const behind = { ...stored, runs: stored.runs.slice(1) };
    expect(await verifyStudy(behind, { cells: 1, folder })).toMatchObject({ passed: true, altered: [] });
  });

  it("allows the rounding of another kind of machine, and no more", async () => {
    const elsewhere = (by: number): Study => ({
      ...altered(0, ({ history, parametersSha256 }) => {
        write(history[1]!.validation).loss! += by;
        write(parametersSha256).final = "of another machine";
      }),
      environment: { ...study.environment, instructionSet: "of another machine" },
    });
    expect(await verifyStudy(elsewhere(1e-4))).toMatchObject({ passed: true, isExact: false });
    expect(await verifyStudy(elsewhere(1))).toMatchObject({ passed: false, isExact: false });
  });

  it("does not pass if it is ended before all drawn runs ran again", async () => {
    const atOnce = await verifyStudy(study, { signal: AbortSignal.abort() });
    expect(atOnce).toMatchObject({ passed: false, drawn: 4, runs: [] });
    const controller = new AbortController();
    const afterOne = await verifyStudy(study, {
      signal: controller.signal,
      onRun: () => controller.abort(),
    });
    expect(afterOne).toMatchObject({ passed: false, drawn: 4 });
    expect(afterOne.runs.map(({ differences }) => differences)).toEqual([[]]);
  });

  it("rejects a study without a finished run", () =>
    expect(verifyStudy({ ...study, runs: [] })).rejects.toThrow("The study has no finished run to verify."));
});
