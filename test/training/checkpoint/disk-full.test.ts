import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { train } from "../../../src/index.js";
import { openCheckpoint } from "../../../src/training/checkpoint/checkpoint-file.js";
import { bands, smallModel } from "../../small-task.js";

let isFull = false;

/** While the disk is full, only the first part of a file arrives on it. */
vi.mock(import("node:fs"), async (original) => {
  const actual = await original();
  const createWriteStream: typeof actual.createWriteStream = (file, options) => {
    if (!isFull) return actual.createWriteStream(file, options);
    const write = ((_: number, data: Uint8Array, ...rest: unknown[]) => {
      const end = rest.at(-1) as (error: Error) => void;
      actual.appendFileSync(file, data.subarray(0, 100));
      end(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }));
    }) as typeof actual.write;
    return actual.createWriteStream(file, { ...(options as object), fs: { ...actual, write } });
  };
  return { ...actual, createWriteStream };
});

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
const path = join(folder, "run.safetensors");
afterEach(() => {
  isFull = false;
  rmSync(folder, { recursive: true, force: true });
});

const task = { dataset: await bands(), model: smallModel, batchSize: 16, epochs: 4 } as const;
const epochsIn = async (file: string) => {
  const saved = await openCheckpoint(file);
  await saved.close();
  return saved.progress.history.length - 1;
};

it("a full disk keeps the last checkpoint, and the run continues with a notice", async () => {
  const notices: string[] = [];
  const kept: number[] = [];
  const run = await train({
    ...task,
    checkpoint: { path },
    onEpoch: async ({ epoch }) => {
      isFull = epoch === 2 || epoch === 3;
      if (epoch === 4) kept.push(await epochsIn(path));
    },
    onNotice: (text) => void notices.push(text),
  });
  run.model.dispose();
  expect(run.status).toBe("completed");
  expect(kept).toEqual([1]);
  expect(notices).toEqual(
    Array(2).fill(
      `Cannot write ${path}: no space is left on the disk. Choose a writable folder with enough free space. The run continues, and the next checkpoint is tried as planned.`,
    ),
  );
  expect(await epochsIn(path)).toBe(4);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
});

it("a run that is cancelled with a full disk fails, and keeps the last checkpoint", async () => {
  const controller = new AbortController();
  let before = Buffer.alloc(0);
  const training = train({
    ...task,
    epochs: 1000, // more than end before the signal arrives
    checkpoint: { path, everyEpochs: 2 },
    signal: controller.signal,
    onEpoch: ({ epoch }) => {
      if (epoch !== 3) return;
      before = readFileSync(path);
      isFull = true;
      controller.abort();
    },
  });
  await expect(training).rejects.toMatchObject({ code: "FILE", path });
  expect(readFileSync(path)).toEqual(before);
  expect(await epochsIn(path)).toBe(2);
});
