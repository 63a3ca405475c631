import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { alteredRuns } from "../../src/study/altered-runs.js";
import { armsOf } from "../../src/study/arms.js";
import type { Cell, Question } from "../../src/study/cell-lines.js";
import { CellsFile } from "../../src/study/cells-file.js";
import { compare } from "../../src/study/compare.js";
import { mergeStudies } from "../../src/study/merge.js";
import { readStored, studyOf } from "../../src/study/stored-study.js";
import { readStudy } from "../../src/study/study-file.js";
import { bands, smallModel } from "../small-task.js";

const root = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(root, { recursive: true }));

let question: Question;
let cells: readonly Cell[];
beforeAll(async () => {
  const folder = join(root, "study");
  const config = { model: smallModel, optimizers: ["adam", "sgd"], seeds: 2, epochs: 1, threads: 1 } as const;
  await compare({ ...config, dataset: await bands(), folder });
  const stored = await readStored(folder);
  question = stored.question;
  cells = question.cells.map((key) => stored.cells.get(key)!);
});

/** The study of these cells, changed, in the order in which they are given. */
const studyWith = (change: (cell: Cell, index: number) => Partial<Cell>, order = cells) =>
  studyOf({
    question,
    cells: new Map(order.map((cell, i) => [cell.key, { ...cell, ...change(cell, i) }])),
  });
const numbers = ({ runs }: ReturnType<typeof studyWith>) => runs.map(({ machine }) => machine);

it("records nothing of the machine if there is one", () => {
  const study = studyWith(() => ({}));
  expect(study).not.toHaveProperty("machines");
  for (const run of study.runs) expect(run).not.toHaveProperty("machine");
});

it("numbers machines in the order in which they finished a run, without their names", () => {
  const elsewhere = (cell: Cell) => ({
    host: cell === cells[1] ? "b" : "a",
    boot: cell === cells[1] ? "2" : "1",
  });
  const study = studyWith(elsewhere);
  expect(numbers(study)).toEqual([1, 2, 1, 1]);
  expect(study.machines).toHaveLength(2);
  const { cpu, kernels } = question.environment;
  expect(study.machines![0]).toMatchObject({ cpu, kernels, threads: 1 });
  expect(JSON.stringify(study)).not.toContain('"host"');
  expect(study.config.execution).toBe("sequential"); // each run was alone, though another machine worked at the same time
  expect(numbers(studyWith(elsewhere, [cells[1]!, cells[0]!, cells[3]!, cells[2]!]))).toEqual([2, 1, 2, 2]);
});

it("tells settings of one host apart on which times depend", () => {
  const { environment, record } = cells[3]!;
  const other: readonly Partial<Cell>[] = [
    { environment: { ...environment, cpu: "another" } },
    { environment: { ...environment, kernels: "reference" } },
    { environment: { ...environment, cpuQuota: 1.5 } },
    { environment: { ...environment, gpus: ["a GPU"] } },
    { environment: { ...environment, gpuKernels: "reference" } },
    { record: { ...record, config: { ...record.config, threads: 7 } } },
  ];
  for (const change of other) {
    const study = studyWith((_, i) => (i === 3 ? change : {}));
    expect(numbers(study)).toEqual([1, 1, 1, 2]);
    expect(armsOf(study)).toHaveLength(2); // other threads make no other arm
  }
  expect(numbers(studyWith((_, i) => ({ environment: { ...environment, node: String(i) } })))).toEqual(
    Array(4).fill(undefined),
  );
});

it("counts containers of one machine as this machine, also if they worked at the same time", () => {
  const container = (_: Cell, i: number) => ({ host: `container-${i}`, boot: "1" });
  expect(studyWith(container)).not.toHaveProperty("machines");
  const { startedAt } = cells[0]!.record;
  const atOnce = (cell: Cell, i: number) => ({
    ...container(cell, i),
    record: { ...cell.record, startedAt, seconds: { ...cell.record.seconds, total: 10 } },
  });
  expect(studyWith(atOnce).config.execution).toBe("parallel");
  const apart = (cell: Cell, i: number) => ({ ...atOnce(cell, i), boot: String(i) });
  expect(studyWith(apart).config.execution).toBe("sequential");
  expect(studyWith(apart).machines).toHaveLength(4);
});

it("says that runs were in parallel if one worker trained several at the same time", () => {
  expect(studyWith((_, i) => (i === 2 ? { execution: "parallel" } : {})).config.execution).toBe("parallel");
});

it("describes the machine that trained all runs, not the one that asked", () => {
  const environment = { ...question.environment, cpu: "a worker's" };
  const study = studyWith(() => ({ environment, host: "worker" }));
  expect(study.environment.cpu).toBe("a worker's");
  expect(study).not.toHaveProperty("machines");
});

it("is recorded when parts from several machines are merged, and verify finds nothing altered", async () => {
  const parts = [0, 1].map((half) => join(root, `part-${half}`));
  for (const [half, folder] of parts.entries()) {
    const lines = cells
      .filter((_, i) => i % 2 === half)
      .map((cell) => ({ cell: { ...cell, host: `host-${half}`, boot: String(half) } }));
    mkdirSync(folder);
    await new CellsFile(folder).replace([{ question }, ...lines]);
  }
  const merged = join(root, "merged");
  const study = await mergeStudies(parts.toReversed(), merged);
  expect(numbers(study)).toEqual([1, 2, 1, 2]);
  const read = await readStudy(join(merged, "study.json"));
  expect(read).toEqual(study);
  expect(await alteredRuns(read, merged)).toEqual([]);
  const [first, ...others] = read.runs;
  const altered = await alteredRuns({ ...read, runs: [{ ...first!, machine: 2 }, ...others] }, merged);
  expect(altered).toEqual([{ number: 1, differences: [expect.objectContaining({ path: "machine" })] }]);
});
