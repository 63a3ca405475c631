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
    const { stdout } = await data("list", "--json", "--data-dir", cache);
    const embedded = {
      available: true,
      where: "in the package",
      testCount: null,
      classes: 10,
      problem: null,
    };
    const rows = JSON.parse(stdout);
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
      message: 'Unknown command "data fetsh". Did you mean "fetch"? Expected list, fetch, samples.',
    });
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
