import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { CHECK_NAMES } from "../../src/checks/checks.js";
import { COMMANDS } from "../../src/cli/output/document-schema.js";
import { packageRoot } from "../../src/system/package-root.js";
import { RedisServer } from "../queue/redis-server.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-json-"));
afterAll(() => rmSync(folder, { recursive: true }));

const published = z.fromJSONSchema(
  JSON.parse(readFileSync(join(packageRoot, "schemas", "output.schema.json"), "utf8")),
);

const start = (...line: string[]) =>
  spawn(process.execPath, [join(packageRoot, "dist", "cli", "main.js"), ...line, "--json"], { cwd: folder });

/** Runs a command, and checks that stdout is one document that the published schema accepts. */
async function ended(child: ReturnType<typeof start>) {
  const code = new Promise((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const document = JSON.parse(stdout);
  const { success, error } = published.safeParse(document);
  expect(success, z.prettifyError(error ?? new z.ZodError([]))).toBe(true);
  return { code: await code, document, stderr };
}
const optimbench = (...line: string[]) => ended(start(...line));

const SMALL = ["--dataset", "digits", "--model", "mlp", "--train-size", "64", "--validation-size", "32"];
const study = (...line: string[]) => [
  "compare",
  ...SMALL,
  "--optimizers",
  "adam,sgd",
  "--epochs",
  "1",
  ...line,
];

const DIGITS = join(packageRoot, "assets", "datasets", "digits", "train-images-idx3-ubyte.gz");

/** A command line for each command that ends well, in an order in which each finds its files. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  compare: study("--out", "study", "--shard", "1/2"),
  merge: ["merge", "study", "--out", "merged"],
  train: ["train", ...SMALL, "--epochs", "1", "--profile", "--save", "model.safetensors"],
  predict: ["predict", "model.safetensors", DIGITS, "--top", "3"],
  evaluate: ["evaluate", "model.safetensors"],
  export: ["export", "model.safetensors", "--onnx", "model.onnx"],
  report: ["report", "study"],
  verify: ["verify", "study"],
  diff: ["diff", "study", "merged"],
  check: ["check", "study", "--ignore", CHECK_NAMES.join()],
  schedule: ["schedule", "cosine", "--epochs", "2"],
  explain: ["explain", "adam,huber"],
  bench: [
    ...["bench", "--model", "mlp", "--measure", "update", "--optimizers", "adam", "--batch-sizes", "8"],
    ...["--rounds", "1", "--seconds", "0.01"],
  ],
  "data describe": ["data", "digits"],
  "data samples": ["data", "samples", "digits", "--out", "digits.png"],
  setup: ["setup"],
  doctor: ["doctor"],
  "check-gradient": ["check-gradient", "huber"],
};

describe("with --json, stdout is one document of the published schema", () => {
  it.each(Object.entries(LINES))("%s", async (command, line) => {
    const { code, document } = await optimbench(...line);
    expect(document).toMatchObject({ schemaVersion: 1, command, ok: true });
    expect([code, document.result === undefined]).toEqual([0, false]);
  });

  it("for every command", () => {
    // Only the first of these needs a network. The others are below.
    const others = ["data fetch", "queue status", "queue cancel"];
    expect([...Object.keys(LINES), ...others].sort()).toEqual([...COMMANDS].sort());
  });

  it("for the list of datasets", async () => {
    const { document } = await optimbench("data");
    expect(document.result.length).toBeGreaterThan(3);
  });

  it("for an estimate, and for a study that a budget has cut", async () => {
    const estimate = await optimbench(...study("--dry-run", "--seeds", "3"));
    expect(estimate.document.result).toMatchObject({ runs: 6, seeds: 3, epochs: 1, finished: 0 });
    const { document } = await optimbench(...study("--budget", "2h", "--seeds", "2"));
    const size = { seeds: 2, epochs: 1 };
    expect(document.result.budget).toEqual({ seconds: 7200, asked: size, planned: size });
  });

  it("for a negative answer, with exit code 1", async () => {
    await optimbench(...study("--out", "other", "--seeds", "1", "--batch-size", "16"));
    const { code, document } = await optimbench("diff", "study", "other");
    expect([code, document.ok, document.result.equal]).toEqual([1, true, false]);
  });
});

describe("with a queue, a document is printed", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  it("for its status, and for a study that is withdrawn and the command that submitted it", async () => {
    const submitted = ended(start(...study("--queue", redis.url, "--out", "queued")));
    let id: string | undefined;
    while (id === undefined) {
      const { code, document } = await optimbench("queue", "status", redis.url);
      expect([code, document.command]).toEqual([0, "queue status"]);
      id = document.result.studies[0]?.id;
    }
    const { code, document } = await optimbench("queue", "cancel", id, redis.url);
    expect([code, document.command, document.result]).toEqual([0, "queue cancel", { cancelled: id }]);
    expect((await submitted).document.command).toBe("compare");
  });
});

describe("an error is a document as well, beside the message on stderr", () => {
  it.each<[string, readonly string[], object]>([
    [
      "of a config",
      ["train", ...SMALL, "--epochs", "-1"],
      { command: "train", error: { code: "CONFIG", path: "epochs" } },
    ],
    [
      "of an option's value",
      ["compare", "--optimizers", "adam:x"],
      { command: "compare", error: { code: "CONFIG" } },
    ],
    [
      "of an unknown option",
      ["verify", "study", "--cell", "1"],
      { command: "verify", error: { code: "CONFIG" } },
    ],
    [
      "of a budget",
      ["compare", "--budget", "soon"],
      { command: "compare", error: { code: "CONFIG", path: "budget" } },
    ],
    ["of a missing argument", ["diff", "study"], { command: "diff", error: { code: "CONFIG" } }],
    ["of an unknown command", ["analyse"], { command: "", error: { code: "CONFIG" } }],
    ["of a file", ["verify", "nowhere"], { command: "verify", error: { code: "FILE" } }],
    [
      "of a download",
      ["data", "fetch", "kmnist", "--data-dir", "kmnist", "--mirror", "http://127.0.0.1:9/"],
      { command: "data fetch" },
    ],
  ])("%s", async (_, line, expected) => {
    const { code, document, stderr } = await optimbench(...line);
    expect(document).toMatchObject({ schemaVersion: 1, ok: false, ...expected });
    expect(code).toBe(2);
    expect(stderr).toContain(document.error.message.split("\n")[0]);
  });

  it("of a folder that cannot be written, before anything is trained", async () => {
    const { code, document } = await optimbench(...study("--out", "/proc/nowhere"));
    expect([code, document.error.code, document.result]).toEqual([2, "FILE", undefined]);
  });

  it("of a signal, with the results so far", async () => {
    const child = start(...study("--out", "long").map((word) => (word === "1" ? "100000" : word)));
    child.stderr.on("data", (line) => {
      if (String(line).includes("epoch 1/")) child.kill("SIGINT");
    });
    const { code, document } = await ended(child);
    expect([code, document.ok]).toEqual([130, false]);
    expect(document.error).toEqual({ code: "ABORTED", message: "Ended by SIGINT." });
    expect(document.result.runs[0].status).toBe("cancelled");
  });
});
