import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { decode } from "fast-png";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addDataCommand } from "../../../src/cli/commands/data.js";
import { DATASET_NAMES } from "../../../src/data/named/named-datasets.js";
import { idx, temporaryFolder, writeFiles } from "../../data/idx-files.js";
import { mirror } from "../../data/mirror.js";

const LABELS = readFileSync(new URL("../../data/t10k-labels-idx1-ubyte.gz", import.meta.url));

let cache: string;
beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv("OPTIMBENCH_CACHE", cache);
  vi.stubEnv("OPTIMBENCH_DATA", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The output of `optimbench data ...` and its error. */
async function data(...line: string[]) {
  const written = (stream: NodeJS.WriteStream) => {
    const write = vi.spyOn(stream, "write").mockReturnValue(true);
    return () => write.mock.calls.map(([text]) => text).join("");
  };
  const [stdout, stderr] = [written(process.stdout), written(process.stderr)];
  const program = new Command().exitOverride();
  addDataCommand(program);
  const error = await program.parseAsync(["data", ...line], { from: "user" }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  const result = { stdout: stdout(), stderr: stderr(), error };
  vi.restoreAllMocks();
  return result;
}

describe("optimbench data", () => {
  it("lists datasets that are present and that are missing", async () => {
    const { stdout, error } = await data();
    expect(error).toBeUndefined();
    expect(stdout).toMatch(/│ mnist +│ – +│ – +│ – +│ not found +│/);
    expect(stdout).toMatch(/│ mnist-10k +│ 10,000 +│ – +│ 10 +│ in the package │/);
    expect(stdout).toMatch(/│ cifar-10 +│ – +│ – +│ – +│ not found +│/);
    expect(stdout).toContain("\nFetch one that was not found: optimbench data fetch NAME\n");
  });

  it("lists as JSON, with the problems of damaged files", async () => {
    writeFiles(cache, {
      "train-images-idx3-ubyte": Buffer.from("damaged"),
      "train-labels-idx1-ubyte": idx([1]),
      "t10k-images-idx3-ubyte": idx([1, 1, 1]),
      "t10k-labels-idx1-ubyte": idx([1]),
    });
    const { stdout } = await data("--json", "--data-dir", cache);
    const embedded = {
      available: true,
      where: "in the package",
      testCount: null,
      classes: 10,
      problem: null,
    };
    const rows = JSON.parse(stdout).result;
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(DATASET_NAMES);
    expect([rows[0], ...rows.slice(-3)]).toEqual([
      {
        name: "mnist",
        available: false,
        where: cache,
        count: null,
        testCount: null,
        classes: null,
        problem: expect.stringContaining(`Cannot read ${join(cache, "train-images-idx3-ubyte")}`),
      },
      { name: "mnist-10k", count: 10_000, ...embedded },
      { name: "fashion-mnist-10k", count: 10_000, ...embedded },
      { name: "digits", count: 1797, ...embedded },
    ]);
  });

  it("rejects an unknown command, and suggests the nearest", async () => {
    const { error } = await data("fetsh", "mnist");
    expect(error).toMatchObject({
      code: "CONFIG",
      message: 'Unknown command "data fetsh". Did you mean "fetch"? Expected describe, fetch, samples.',
    });
  });
});

describe("optimbench data describe", () => {
  it("describes a dataset by its name, with the names of its classes", async () => {
    const { stdout, error } = await data("fashion-mnist-10k");
    expect(error).toBeUndefined();
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "fashion-mnist-10k: 10,000 training images, 28 x 28 x 1, 10 classes",
      "Values: 0 to 255, mean 73.01 (0.2863 of 255), standard deviation 90.27 (0.3540 of 255)",
      "Duplicates: none",
    ]);
    expect(stdout).toMatch(/│ class │ name +│ train │\n│ +0 │ T-shirt\/top │ +942 │\n/);
  });

  it("describes a dataset by its path, with its duplicates, empty classes and inverted images", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      "train-images-idx3-ubyte": idx([3, 2, 2], [255, 255, 255, 0, 255, 255, 255, 0, 255, 254, 255, 255]),
      "train-labels-idx1-ubyte": idx([3], [0, 2, 2]),
      "t10k-images-idx3-ubyte": idx([1, 2, 2], [255, 255, 255, 0]),
      "t10k-labels-idx1-ubyte": idx([1], [0]),
    });
    const { stdout } = await data(folder);
    expect(stdout).toContain(`${folder}: 3 training images, 1 test image, 2 x 2 x 1, 3 classes\n`);
    expect(stdout).toContain(
      "Duplicates: 1 training image equal to an earlier one, 1 of them with another label; 1 test image equal to a training image\n",
    );
    expect(stdout).toContain("The images look inverted: they are dark on a light background.");
    expect(stdout).toContain("Classes without training images: 1\n");
    const { stdout: json } = await data(folder, "--json");
    expect(JSON.parse(json).result).toMatchObject({
      name: folder,
      looksInverted: true,
      sets: [{ count: 3 }, { count: 1 }],
    });
  });

  it("rejects a name that is neither a dataset nor a path", async () => {
    expect((await data("mnist-11k")).error?.message).toMatch(
      /^There is no dataset, folder or file "mnist-11k". Did you mean "mnist-10k"\?/,
    );
  });
});

describe("optimbench data fetch", () => {
  /** A folder that lacks one file and whose other files are damaged. */
  const almostComplete = () => {
    const folder = temporaryFolder();
    for (const name of ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
      writeFileSync(join(folder, name), "");
    return folder;
  };

  it("fetches with a line per file, verifies existing files, and reports problems", async () => {
    const folder = almostComplete();
    const { url } = await mirror((_, response) =>
      response.writeHead(200, { "content-length": LABELS.length }).end(LABELS),
    );
    const { stdout, stderr, error } = await data("fetch", "mnist", "--data-dir", folder, "--mirror", url);
    expect(readFileSync(join(folder, "t10k-labels-idx1-ubyte.gz")).equals(LABELS)).toBe(true);
    expect(stderr).toBe("downloading t10k-labels-idx1-ubyte.gz (0.0 MB)\n");
    expect(error?.message).toBe(
      `Cannot read ${join(folder, "train-images-idx3-ubyte")}: it ends within its header.`,
    );
    expect(stdout).toBe("");
  });

  it("prints no progress with --quiet", async () => {
    const { url } = await mirror((_, response) => response.end(LABELS));
    const { stderr } = await data(
      "fetch",
      "mnist",
      "--data-dir",
      almostComplete(),
      "--mirror",
      url,
      "--quiet",
    );
    expect(stderr).toBe("");
  });

  it.each([
    [
      ["fetch", "mnist-10k"],
      "Allowed choices are mnist, fashion-mnist, kmnist, emnist-digits, emnist-letters, cifar-10.",
    ],
    [["fetch", "mnist", "--mirror", "ftp://host/"], "Expected a URL that starts with https:// or http://."],
    [["samples"], "required option '--out <file>' not specified"],
    [["samples", "--out", "x.png", "--per-class", "0"], "Expected a whole number from 1 to 100."],
    [["samples", "--out", "x.png", "--seed", "-1"], "Expected a whole number from 0"],
  ])("rejects %j", async (line, message) => {
    expect((await data(...line)).error?.message).toContain(message);
  });
});

describe("optimbench data samples", () => {
  it("writes an image of the dataset's classes", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "new", "digits.png");
    const { stdout, error } = await data(
      "samples",
      "mnist-10k",
      "--out",
      out,
      "--per-class",
      "2",
      "--seed",
      "3",
    );
    expect(error).toBeUndefined();
    expect(stdout).toBe(`${out}: up to 2 samples of each of the 10 classes of mnist-10k\n`);
    expect(decode(readFileSync(out))).toMatchObject({ width: 2 * 60 + 4, height: 10 * 60 + 4 });
    expect(readdirSync(join(folder, "new"))).toEqual(["digits.png"]);
  });

  it("writes the names of the classes before the rows", async () => {
    const out = join(temporaryFolder(), "clothes.png");
    await data("samples", "fashion-mnist-10k", "--out", out, "--per-class", "2");
    const { width, height, data: pixels, channels } = decode(readFileSync(out));
    expect([width > 2 * 60 + 4, height]).toEqual([true, 10 * 60 + 4]);
    const margin = width - (2 * 60 + 4);
    // Some of the margin beside each row is not white: its name.
    const isDark = (x: number, y: number) => pixels[(y * width + x) * channels]! < 128;
    for (let row = 0; row < 10; row++) {
      const name = Array.from({ length: margin * 60 }, (_, i) =>
        isDark(i % margin, row * 60 + Math.floor(i / margin)),
      );
      expect(name.some(Boolean)).toBe(true);
    }
  });

  it("shows them augmented", async () => {
    vi.unstubAllEnvs(); // libtorch is in the real cache
    const folder = temporaryFolder();
    const drawSamples = async (...options: string[]) => {
      const out = join(folder, "digits.png");
      const { stdout, error } = await data(
        "samples",
        "mnist-10k",
        "--out",
        out,
        "--per-class",
        "2",
        ...options,
      );
      expect(error).toBeUndefined();
      return { stdout, data: decode(readFileSync(out)).data };
    };
    const plain = await drawSamples();
    expect((await drawSamples("--augmentation", "rotation=0")).data).toEqual(plain.data);
    const { stdout, data: turned } = await drawSamples("--augmentation", "rotation=20:elastic.alpha=20");
    expect(stdout).toContain("of mnist-10k, augmented as in the first epoch of a run\n");
    expect(turned).not.toEqual(plain.data);
  });

  it("rejects an invalid augmentation", async () => {
    const { error } = await data("samples", "--out", "x.png", "--augmentation", "rotatio=20");
    expect(error?.message).toContain('Unknown key `rotatio`. Did you mean "rotation"?');
  });

  it("uses the default dataset if none is named", async () => {
    const out = join(temporaryFolder(), "digits.png");
    expect((await data("samples", "--out", out)).stdout).toContain("of mnist-10k\n");
  });
});
