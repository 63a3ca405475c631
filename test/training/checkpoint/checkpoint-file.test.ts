import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { train } from "../../../src/index.js";
import { openCheckpoint } from "../../../src/training/checkpoint/checkpoint-file.js";
import "../../property-seed.js";
import { bands, smallModel } from "../../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = await bands();
const task = { dataset, model: smallModel, batchSize: 16, epochs: 2 } as const;
const path = join(folder, "good.safetensors");
const other = join(folder, "other.safetensors");
let good: Buffer;

beforeAll(async () => {
  (await train({ ...task, checkpoint: { path } })).model.dispose();
  good = readFileSync(path);
});

const resume = (config: object) => train({ ...task, ...config, checkpoint: { path, resume: true } });
const isRefused = async (file: string) => {
  await expect(openCheckpoint(file)).rejects.toMatchObject({
    name: "OptimbenchError",
    code: "FILE",
    path: file,
  });
  return true;
};

it.skipIf(process.platform === "win32")("refuses a pipe without waiting for its other end", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  await isRefused(pipe);
  for (const resume of [false, true])
    await expect(train({ ...task, checkpoint: { path: pipe, resume } })).rejects.toMatchObject({
      code: "FILE",
      message: expect.stringContaining("is not a regular file"),
    });
  rmSync(pipe);
});

describe("a checkpoint", () => {
  it("is one complete file, whose folder has nothing else", () => {
    expect(readdirSync(folder)).toEqual(["good.safetensors"]);
  });

  it("goes on only with the config of its run, and lists what differs", async () => {
    const other = { epochs: 3, optimizer: { name: "adam", beta1: 0.8 }, seed: 1 };
    await expect(resume(other)).rejects.toMatchObject({
      code: "FILE",
      path,
      message:
        `Cannot resume from ${path}. It belongs to a run with another config: \`epochs\` is 2 there and 3 here; ` +
        "`seed` is 0 there and 1 here; `optimizer.beta1` is 0.9 there and 0.8 here. " +
        "Repeat the config of that run, or use another file for this one.",
    });
    expect(readFileSync(path)).toEqual(good);
  });

  it("goes on only with the images of its run", async () => {
    const { images, labels } = dataset;
    const changed = images.slice();
    changed[0]! ^= 1;
    const almost = await loadDataset({
      name: "bands",
      images: changed,
      labels,
      height: 12,
      width: 12,
      classes: 3,
    });
    await expect(resume({ dataset: almost })).rejects.toThrow("a run with other images or labels");
  });

  it("goes on with other names, another number of threads, and without untimed steps", async () => {
    const run = await resume({ name: "mine", threads: 2, untimedSteps: false });
    expect(run.resumedAt).toHaveLength(1);
    run.model.dispose();
  });

  it("is not replaced by accident", async () => {
    await expect(train({ ...task, checkpoint: { path } })).rejects.toThrow(
      `${path} already exists. Go on from it with \`checkpoint.resume\`, replace it with \`checkpoint.overwrite\`, or choose another file.`,
    );
    expect(readFileSync(path)).toEqual(good);
    copyFileSync(path, other);
    const run = await train({ ...task, seed: 7, checkpoint: { path: other, overwrite: true } });
    run.model.dispose();
    expect(readFileSync(other)).not.toEqual(good);
  });

  it("needs no file to start with", async () => {
    const fresh = join(folder, "new", "run.safetensors");
    const run = await train({ ...task, epochs: 1, checkpoint: { path: fresh, resume: true } });
    run.model.dispose();
    expect(run.resumedAt).toBeUndefined();
    expect(existsSync(fresh)).toBe(true);
  });

  it("is written every few epochs", async () => {
    const file = join(folder, "rare.safetensors");
    const written: number[] = [];
    const run = await train({
      ...task,
      epochs: 5,
      checkpoint: { path: file, everyEpochs: 2 },
      onEpoch: async ({ epoch }) => {
        if (!existsSync(file)) return;
        const saved = await openCheckpoint(file);
        await saved.close();
        expect(saved.progress.history.length).toBeLessThan(epoch + 1);
        written.push(saved.progress.history.length - 1);
      },
    });
    run.model.dispose();
    expect(written).toEqual([2, 2, 4]); // seen in epochs 3, 4 and 5
  });

  it("is refused before training if its options are wrong or its file cannot be written", async () => {
    const given = (checkpoint: object) => train({ ...task, checkpoint: checkpoint as never });
    await expect(given({ path, everyEpochs: 0 })).rejects.toThrow("`checkpoint.everyEpochs`");
    await expect(given({ path, everyMinutes: 0 })).rejects.toThrow("`checkpoint.everyMinutes`");
    await expect(given({ resume: true })).rejects.toThrow("`checkpoint.path`");
    await expect(given({ path, every: 1 })).rejects.toThrow("Unknown key `checkpoint.every`");
    await expect(given({ path: folder })).rejects.toThrow(`Cannot write ${folder}: it is a folder.`);
    await expect(given({ path: join(path, "in-a-file") })).rejects.toMatchObject({ code: "FILE" });
  });
});

describe("a damaged checkpoint is refused with the reason", () => {
  it("if it is truncated", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
        copyFileSync(path, other);
        truncateSync(other, length);
        return isRefused(other);
      }),
    ));

  it("if a bit of it is altered", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (at, bit) => {
        const altered = Buffer.from(good);
        altered[at]! ^= 1 << bit;
        writeFileSync(other, altered);
        return isRefused(other);
      }),
    ));

  it.each<[string, () => Uint8Array, string]>([
    ["an empty file", () => new Uint8Array(0), "it is empty"],
    ["text", () => Buffer.from("epoch,loss\n0,2.3\n1,0.5\n"), "it is not a safetensors file"],
    ["zeros", () => new Uint8Array(1000), "it is not a safetensors file, or its header is damaged"],
    [
      "a longer file",
      () => Buffer.concat([good, new Uint8Array(3)]),
      "it has 3 more bytes than its header describes",
    ],
    ["half a file", () => good.subarray(0, good.length / 2), "it is truncated"],
    [
      "other numbers",
      () => Buffer.concat([good.subarray(0, -1), Uint8Array.of(good.at(-1)! ^ 1)]),
      "its content does not have the checksum",
    ],
  ])("such as %s", async (_, bytes, reason) => {
    writeFileSync(other, bytes());
    await expect(openCheckpoint(other)).rejects.toThrow(`Cannot read ${other}: ${reason}`);
  });

  it("such as a folder, a missing file, and a model", async () => {
    await expect(openCheckpoint(folder)).rejects.toThrow("it is a folder");
    await expect(openCheckpoint(join(folder, "none"))).rejects.toThrow("no such file or folder");
    const model = join(folder, "model.safetensors");
    using trained = (await train({ ...task, epochs: 0 })).model;
    await trained.save(model);
    await expect(openCheckpoint(model)).rejects.toThrow(`Cannot resume from ${model}`);
  });

  it("such as a header that claims more than the file has", async () => {
    const withHeader = (header: unknown) => {
      const json = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      writeFileSync(other, Buffer.concat([length, json, new Uint8Array(16)]));
    };
    for (const [header, reason] of [
      [{ a: { dtype: "F32", shape: [4], data_offsets: [0, 2 ** 52] } }, "does not fit its shape"],
      [{ a: { dtype: "F32", shape: [2 ** 50], data_offsets: [0, 2 ** 52] } }, "it is truncated"],
      [{ a: { dtype: "F99", shape: [4], data_offsets: [0, 16] } }, "does not fit its shape"],
      [{ a: { dtype: "F32", shape: [2], data_offsets: [8, 16] } }, "overlap or have gaps"],
      [{ a: { dtype: "F32", shape: [-4], data_offsets: [0, 16] } }, 'its header is damaged at "a"'],
      [{ a: 3 }, 'its header is damaged at "a"'],
      [{ __metadata__: { n: 3 } }, "its header is damaged at __metadata__"],
      [[1, 2], "its header is damaged"],
    ] as const) {
      withHeader(header);
      await expect(openCheckpoint(other)).rejects.toThrow(reason);
    }
  });
});
