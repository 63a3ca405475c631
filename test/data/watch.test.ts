import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { compare, loadDataset, type ReadProgress, train } from "../../src/index.js";
import { idx, temporaryFolder, writeFiles } from "./idx-files.js";

const png = encode({ height: 2, width: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) });

function images(): string {
  const folder = temporaryFolder();
  for (const name of ["cat", "dog"]) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 30; i++) writeFileSync(join(folder, name, `${i}.png`), png);
  }
  return folder;
}

function csv(): string {
  const file = join(temporaryFolder(), "images.csv");
  writeFileSync(file, `label,a,b,c,d\n${"0,1,2,3,4\n1,5,6,7,8\n".repeat(10_000)}`);
  return file;
}

const npz = () => new URL("../golden/numpy_files/deflated.npz", import.meta.url).pathname;

function idxFiles(): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    "train-images-idx3-ubyte.gz": idx([40, 4, 4]),
    "train-labels-idx1-ubyte": idx(
      [40],
      Array.from({ length: 40 }, (_, i) => i % 2),
    ),
  });
  return folder;
}

describe.each([
  ["a folder of images", images],
  ["a CSV file", csv],
  ["an .npz file", npz],
  ["IDX files", idxFiles],
])("reading %s", (_, make) => {
  it("reports how much has been read, to the end", async () => {
    const seen: ReadProgress[] = [];
    await loadDataset(make(), { onRead: (progress) => seen.push(progress) });
    for (const [index, { done, total, path, unit }] of seen.entries()) {
      const before = seen[index - 1];
      if (before?.path === path && before.unit === unit) expect(done).toBeGreaterThan(before.done);
      const next = seen[index + 1];
      if (next?.path !== path || next.unit !== unit) expect(done).toBe(total);
    }
    expect(seen.length).toBeGreaterThan(0);
  });

  it("ends when its signal fires", async () => {
    const place = make();
    const controller = new AbortController();
    let reports = 0;
    const onRead = () => {
      reports++;
      controller.abort();
    };
    const loading = loadDataset(place, { onRead, signal: controller.signal });
    await expect(loading).rejects.toMatchObject({ code: "ABORTED", message: /^Reading .* was stopped\.$/ });
    expect(reports).toBe(1);
  });

  it("ends with the signal of a run or a study", async () => {
    const config = { dataset: make(), signal: AbortSignal.abort() };
    await expect(train(config)).rejects.toMatchObject({ code: "ABORTED" });
    await expect(compare(config)).rejects.toMatchObject({ code: "ABORTED" });
  });
});

it("reports and ends the resizing of images", async () => {
  const dataset = { images: new Uint8Array(40 * 16), labels: Array.from({ length: 40 }, (_, i) => i % 2) };
  const done: number[] = [];
  await loadDataset(dataset, { resize: 8, onRead: (progress) => done.push(progress.done) });
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  await expect(loadDataset(dataset, { resize: 8, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ABORTED",
  });
});
