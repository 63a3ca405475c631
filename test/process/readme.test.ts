import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { imagePng } from "../../src/data/image-png.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { packageRoot } from "../../src/system/package-root.js";
import { idx, writeFiles } from "../data/idx-files.js";

const pages = [
  "README.md",
  "docs/data.md",
  "docs/formulas.md",
  "docs/schedules.md",
  "docs/studies.md",
  "docs/tuning.md",
  "docs/checks.md",
  "docs/training.md",
  "docs/custom-formulas.md",
  "docs/models.md",
].map((name) => ({
  name,
  text: readFileSync(join(packageRoot, name), "utf8"),
}));
const blocks = (language: string) =>
  pages.flatMap(({ name, text }) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => ({
      name,
      code: code!,
    })),
  );

/** The commands of a page in order, without comments; a backslash joins lines. */
const commands = blocks("sh")
  .flatMap(({ name, code }) =>
    code
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((line) => ({ name, line: line.replace(/\s+# .*$/, "").trim() })),
  )
  .filter(({ line }) => line !== "");
const ours = commands.filter(({ line }) => line.startsWith("npx optimbench "));

// One folder for all commands, as for a reader who types them in order.
const folder = mkdtempSync(join(tmpdir(), "optimbench-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The files that docs/data.md names.
const golden = join(packageRoot, "test", "golden");
mkdirSync(join(folder, "scans"));
for (const [name, source] of Object.entries({
  "mnist.npz": "stored.npz",
  "scans/images.npy": "int64.npy",
  "scans/labels.npy": "labels_one_hot.npy",
}))
  copyFileSync(join(golden, "numpy_files", source), join(folder, name));
for (const [part, names] of [
  ["train/cat", ["colour.jpg", "grey.png"]],
  ["train/dog", ["turned.jpg", "colour.webp"]],
  ["test/cat", ["palette.png"]],
] as const) {
  mkdirSync(join(folder, "pets", part), { recursive: true });
  for (const name of names) copyFileSync(join(golden, "images", name), join(folder, "pets", part, name));
}
const lines = Array.from({ length: 20 }, (_, i) => `${i},${i % 2 ? "a" : "b"},${i},${2 * i},90,p${i % 5}`);
const digits = await loadDataset("mnist-10k");
mkdirSync(join(folder, "photos"));
writeFileSync(join(folder, "photos", "four.png"), imagePng(digits, digits, digits.labels.indexOf(4)));
writeFileSync(join(folder, "letters.csv"), ["v0,letter,v1,v2,v3,writer", ...lines, ""].join("\n"));
for (const name of ["clothes", "cifar-10-batches-bin"]) mkdirSync(join(folder, name));
writeFiles(join(folder, "clothes"), {
  "train-images-idx3-ubyte": idx([4, 5, 5]),
  "train-labels-idx1-ubyte": idx([4]),
});
writeFiles(join(folder, "cifar-10-batches-bin"), {
  "data_batch_1.bin": Buffer.concat([Buffer.alloc(3073), Buffer.alloc(3073, 1)]),
});

/** Training commands use few digits here; everything else is as on the page. */
const FEW = "--dataset mnist-10k --train-size 320 --validation-size 100";
const shortened = (line: string) => {
  const [, dataset] = /--dataset (\S+)/.exec(line) ?? [];
  if (line.includes("--suite")) return `${line} --dry-run`; // the suite sets its datasets
  const isSmall = /^(pets|letters|scans)/.test(dataset ?? "");
  return / (compare|train) /.test(`${line} `) && !isSmall ? `${line} ${FEW}` : line;
};

/** A study that differs from another, and studies in which checks find something: exit code 1. */
const NEGATIVE = /^npx optimbench (diff grown merged|check \w+)$/;

describe("the commands on the pages", () => {
  it("exist", () => expect(ours.length).toBeGreaterThanOrEqual(8));

  it("name scripts that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    const text = pages.map((page) => page.text).join("\n");
    const named = [...text.matchAll(/npm (?:run )?([a-z][a-z\d:-]+)/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== "ci" && name !== "install");
    expect(named).toContain("start");
    for (const name of named) expect(scripts).toHaveProperty([name]);
  });

  for (const { name, line } of ours)
    it(`${name}: ${line}`, () => {
      const expected = NEGATIVE.test(line) ? 1 : 0;
      const program = `node "${join(packageRoot, "dist", "cli", "main.js")}"`;
      const { status, stderr, stdout } = spawnSync(
        "bash",
        ["-c", shortened(line).replace("npx optimbench", program)],
        {
          cwd: folder,
          encoding: "utf8",
        },
      );
      expect({
        status,
        stderr: status === expected ? "" : stderr,
        empty: stdout === "" && !line.includes("samples"),
      }).toEqual({
        status: expected,
        stderr: "",
        empty: false,
      });
    });
});

describe("the programs on the pages", () => {
  const programs = blocks("js").filter(({ code }) => code.includes("import "));
  it("exist", () => expect(programs.length).toBeGreaterThanOrEqual(1));

  for (const [index, { name, code }] of programs.entries())
    it(`${name}, ${index + 1}`, () => {
      const library = pathToFileURL(join(packageRoot, "dist", "index.js")).href;
      const runtime = pathToFileURL(
        join(packageRoot, "node_modules", "onnxruntime-web", "dist", "ort.node.min.mjs"),
      ).href;
      const file = join(folder, `program-${index}.mjs`);
      const few = code.replaceAll(
        'dataset: "mnist-10k",',
        'dataset: "mnist-10k", split: { train: 640, validation: 100 },',
      );
      writeFileSync(
        file,
        few
          .replaceAll('from "optimbench"', `from "${library}"`)
          .replaceAll('from "onnxruntime-node"', `from "${runtime}"`), // the same functions, in a smaller package
      );
      const { status, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

  it("write the files that the page mentions", () => {
    expect(existsSync(join(folder, "digits.safetensors"))).toBe(true);
    expect(existsSync(join(folder, "adam-and-sgd", "index.html"))).toBe(true);
  });
});
