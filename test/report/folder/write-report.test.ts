import { chmod, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { decode } from "fast-png";
import { beforeEach, expect, test, vi } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { sampleDigits } from "../../../src/data/sample-digits.js";
import { namedSamples } from "../../../src/report/charts/named-samples.js";
import { writeReport } from "../../../src/report/folder/write-report.js";
import { bands } from "../../small-task.js";
import { exampleStudy, STUDIES } from "../example-studies.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "optimbench-report-"));
});

const filesIn = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

test("writes exactly the files that it returns", async () => {
  const dataset = await bands();
  const paths = await writeReport(exampleStudy([{ optimizer: "adam", epochs: 2 }]), folder, { dataset });
  expect(paths.at(-1)).toBe(join(folder, "index.html"));
  const charts = [
    "accuracy-adam",
    "loss-adam",
    "validation-accuracy",
    "validation-accuracy-seconds",
    "validation-loss",
  ];
  const files = [
    ...charts.flatMap((name) => [".png", ".svg", ".vl.json"].map((ending) => `figures/${name}${ending}`)),
    "figures/sample-images.png",
    "index.html",
    "epochs.csv",
    "runs.csv",
    "table.md",
    "table.tex",
  ].sort();
  expect(await filesIn()).toEqual(files);
  expect(paths.map((path) => relative(folder, path)).sort()).toEqual(files);
  expect(decode(await readFile(join(folder, "figures/sample-images.png"))).height).toBeGreaterThan(12);
  expect(JSON.parse(await readFile(join(folder, "figures/loss-adam.vl.json"), "utf8"))).toMatchObject({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  });
});

test("the sample images have the names of the classes", async () => {
  const given = { images: new Uint8Array(4 * 64), labels: [0, 1, 0, 1], classNames: ["cat", "dog"] };
  const dataset = await loadDataset({ ...given, height: 8, width: 8 });
  await writeReport(STUDIES.noRun, folder, { dataset });
  const written = await readFile(join(folder, "figures/sample-images.png"));
  expect(new Uint8Array(written)).toEqual(new Uint8Array(await namedSamples(dataset)));
  expect(new Uint8Array(written)).not.toEqual(sampleDigits(dataset));
});

test("a folder that cannot be written to gives a clear error", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(writeReport(STUDIES.oneRun, join(folder, "file"))).rejects.toMatchObject({
    name: "OptimbenchError",
    code: "FILE",
    message: expect.stringMatching(/^Cannot write .*table\.md/),
  });
  if (process.getuid?.() === 0) return; // root can write everywhere
  await chmod(folder, 0o500);
  await expect(writeReport(STUDIES.oneRun, folder)).rejects.toThrow(/permission denied/);
});

test("rejects an invalid study, and an invalid folder", async () => {
  await expect(writeReport({} as never, folder)).rejects.toMatchObject({ code: "CONFIG" });
  await expect(writeReport(STUDIES.oneRun, 3 as never)).rejects.toMatchObject({
    code: "CONFIG",
    message: "Expected a string for `folder`, got 3 (number).",
  });
  await expect(writeReport(STUDIES.oneRun, folder, { dataset: "mnist" as never })).rejects.toMatchObject({
    code: "CONFIG",
    message: 'Expected a dataset of loadDataset for `dataset`, got "mnist" (string).',
  });
});

/** The notices of a report whose loader of @resvg/resvg-js is replaced. */
async function noticesWith(requireFromPackage: () => unknown) {
  vi.resetModules();
  vi.doMock("../../../src/system/package-root.js", async (original) => ({
    ...(await original<object>()),
    requireFromPackage,
  }));
  const onNotice = vi.fn();
  const { writeReport } = await import("../../../src/report/folder/write-report.js");
  await writeReport(exampleStudy([{ optimizer: "adam", epochs: 2 }]), folder, { onNotice });
  vi.doUnmock("../../../src/system/package-root.js");
  return onNotice;
}

test("without the optional package, it writes SVG only, with a notice", async () => {
  const onNotice = await noticesWith(() => {
    throw new Error("not installed");
  });
  expect(onNotice.mock.calls).toEqual([[expect.stringContaining("@resvg/resvg-js")]]);
  const files = await filesIn();
  expect(files).toContain("figures/loss-adam.svg");
  expect(files.filter((name) => name.endsWith(".png"))).toEqual([]);
});

test("omits only a figure that cannot be drawn, with a notice", async () => {
  const onNotice = await noticesWith(() => ({
    renderAsync: () => Promise.reject(new Error("out of memory")),
  }));
  const notices = onNotice.mock.calls.map(([text]) => text);
  expect(notices).toHaveLength(5);
  expect(notices).toContain("figures/loss-adam.png was omitted because it could not be drawn: out of memory");
  const files = await filesIn();
  for (const name of ["table.md", "table.tex", "runs.csv", "index.html", "figures/loss-adam.svg"])
    expect(files).toContain(name);
  expect(files.filter((name) => name.endsWith(".png"))).toEqual([]);
});
