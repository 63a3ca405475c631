import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";
import { readStudy, writeStudy } from "../../src/study/study-file.js";
import { STUDIES } from "../report/example-studies.js";

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "optimbench-study-")), "study.json");
});

test.each(Object.entries(STUDIES))("%s is read back unchanged", async (_, study) => {
  await writeStudy(study, path);
  expect(await readStudy(path)).toEqual(study);
});

test.each(Object.entries(STUDIES))("%s is written as indented JSON", async (_, study) => {
  await writeStudy(study, path);
  expect(await readFile(path, "utf8")).toBe(`${JSON.stringify(await readStudy(path), null, 2)}\n`);
});

test("a study of compare is read back unchanged, and its config reproduces it", async () => {
  const study = await compare({
    dataset: "mnist-10k",
    split: { train: 64, validation: 32 },
    batchSize: 32,
    epochs: 1,
    optimizers: [{ name: "mine", formula: "theta = theta - learningRate * sign(g)" }, "adam"],
    losses: [{ name: "huber", label: "robust", delta: 0.5 }],
    schedule: { name: "cosine" },
    earlyStopping: { patience: 1 },
    augmentation: { shift: 1 },
    profile: true,
  });
  await writeStudy(study, path);
  const read = await readStudy(path);
  expect(read).toEqual(study);
  const again = await compare(read.config);
  expect(again.config).toEqual(study.config);
  expect(again.runs.map((run) => run.parametersSha256)).toEqual(
    study.runs.map((run) => run.parametersSha256),
  );
});

test("a loss that is not finite is read back as null", async () => {
  const study = structuredClone<unknown>(STUDIES.oneRun) as {
    runs: [{ history: { train: { loss: number | null } }[] }];
  };
  study.runs[0].history[0]!.train.loss = Number.NaN;
  study.runs[0].history[1]!.train.loss = Number.POSITIVE_INFINITY;
  await writeStudy(study as unknown as Study, path);
  const { history } = (await readStudy(path)).runs[0]!;
  expect([history[0]!.train.loss, history[1]!.train.loss]).toEqual([null, null]);
});

test("fields of another version are kept everywhere", async () => {
  const study = structuredClone(STUDIES.oneRun) as Study;
  const run = study.runs[0]!;
  const places = [
    study,
    run,
    run.config,
    run.config.split,
    run.history[0]!,
    run.history[0]!.validation,
    run.seconds,
  ];
  for (const place of places) Object.assign(place, { novelty: { depth: 3 } });
  await writeStudy(study, path);
  expect(await readStudy(path)).toEqual(study);
});

describe("rejects, with the file's name and the reason", () => {
  const spoilt = (
    spoil: (study: Record<string, unknown> & { runs: { status: string; history: unknown }[] }) => void,
  ) => {
    const study = structuredClone(STUDIES.oneRun) as never;
    spoil(study);
    return JSON.stringify(study);
  };
  test.each([
    ["no JSON", "{", /JSON/],
    ["a mistake on its second line", '{ "runs": [\n oops', /^.*: Unexpected token 'o', .*$/],
    ["another kind of JSON", "[1, 2]", /an object/],
    ["null", "null", /an object/],
    [
      "a later version",
      spoilt((study) => Object.assign(study, { schemaVersion: 2 })),
      /schemaVersion 2 is newer/,
    ],
    ["no version", spoilt((study) => Object.assign(study, { schemaVersion: undefined })), /: expected 1\.$/],
    [
      "an unknown status",
      spoilt((study) => Object.assign(study.runs[0]!, { status: "done" })),
      /runs\[0\]\.status/,
    ],
    [
      "a missing config",
      spoilt((study) => Object.assign(study, { config: undefined })),
      /Missing `config`: expected an object\./,
    ],
    [
      "a missing history",
      spoilt((study) => Object.assign(study.runs[0]!, { history: undefined })),
      /Missing `runs\[0\]\.history`/,
    ],
  ])("%s", async (_, text, reason) => {
    await writeFile(path, text);
    await expect(readStudy(path)).rejects.toThrow(reason);
    await expect(readStudy(path)).rejects.toMatchObject({
      code: "FILE",
      message: expect.stringContaining(path),
    });
  });

  test("an endlessly nested study", async () => {
    await writeFile(
      path,
      JSON.stringify(STUDIES.oneRun).replace("{", `{"x":${"[".repeat(8000)}${"]".repeat(8000)},`),
    );
    await expect(readStudy(path)).rejects.toThrow(/nested more than 256 levels deep/);
  });

  test("a missing file", async () => {
    await expect(readStudy(path)).rejects.toThrow(/no such file or folder\.$/);
  });
});

test("a damaged study is rejected with its line, and with its command if that writes it again", async () => {
  await writeFile(path, '{ "schemaVersion": 1,\n  "runs": [1 2]\n');
  await expect(readStudy(path)).rejects.toThrow(
    new RegExp(`^${path} is not a readable study: .* at position 35 \\(line 2 column 14\\)\\.$`),
  );
  const folder = dirname(path);
  rmSync(path);
  const config = { dataset: "digits", model: "mlp", optimizers: ["sgd"], epochs: 0, folder } as const;
  await compare(config);
  await writeFile(path, '{ "schemaVersion": 1,\n  "runs": [\n');
  await expect(readStudy(path)).rejects.toThrow(
    "Run the study's command again: it writes study.json from cells.jsonl.",
  );
  await compare(config);
  expect((await readStudy(path)).runs).toHaveLength(1);
});
