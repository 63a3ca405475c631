import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const script = (name: string, ...line: string[]) => scriptAt(`bench/${name}.mjs`, ...line);
const scriptAt = (place: string, ...line: string[]) => {
  const path = join(packageRoot, place);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...line], { encoding: "utf8" });
  return { status, stdout, stderr };
};
const rejected = (message: string) => ({ status: 2, stdout: "", stderr: expect.stringContaining(message) });

describe.each(["peers", "profile", "update", "mnist-99"])("bench/%s.mjs", (name) => {
  const usage = `Usage: npm run bench:${name} [-- --`;

  it("prints its usage", () => {
    expect(script(name, "--help")).toEqual({ status: 0, stdout: expect.stringContaining(usage), stderr: "" });
  });

  it("measures nothing if an option is wrong, and names the option", () => {
    const unknown = script(name, "--round", "3");
    expect(unknown).toEqual(rejected("Unknown option '--round'"));
    expect(unknown.stderr).toContain(usage);
    for (const threads of ["0", "two"])
      expect(script(name, `--threads=${threads}`)).toEqual(
        rejected(`--threads takes a whole number of at least 1; got "${threads}".\n`),
      );
  });
});

it("bench/convolutions.mjs prints its usage", () => {
  const usage = "Usage: npm run bench:convolutions [-- --rounds N] [--out FILE]\n";
  expect(script("convolutions", "--help")).toEqual({ status: 0, stdout: usage, stderr: "" });
});

it("bench/queue.mjs prints its usage, and names the option that is wrong", () => {
  const usage = "Usage: npm run bench:queue [-- --workers";
  expect(script("queue", "--help")).toEqual({
    status: 0,
    stdout: expect.stringContaining(usage),
    stderr: "",
  });
  expect(script("queue", "--worker", "3")).toEqual(rejected("Unknown option '--worker'"));
  expect(script("queue", "--workers", "1,none")).toEqual(
    rejected('--workers takes a whole number of at least 1; got "none".\n'),
  );
  expect(script("queue", "--planned", "1000000")).toEqual(
    rejected('--planned takes a whole number from 1 to 100000; got "1000000".\n'),
  );
});

it.each(["peers", "profile", "update", "mnist-99", "studies", "queue", "convolutions"])(
  "bench/%s.mjs measures nothing if its record cannot be written",
  (name) => {
    const file = join(packageRoot, "package.json", "record.json");
    expect(script(name, "--out", file)).toEqual({
      status: 2,
      stdout: "",
      stderr: `Cannot write ${file}: a part of its path is not a folder. Choose another file with --out.\n`,
    });
  },
);

it("bench/profile.mjs compares with records of profiles only", () => {
  const takes = "--before takes a record of bench:profile";
  const missing = join(packageRoot, "missing.json");
  expect(script("profile", "--before", missing)).toEqual(
    rejected(`${takes}; cannot read ${missing}: no such file or folder.\n`),
  );
  for (const other of ["package.json", "bench/records/peers.json"]) {
    const path = join(packageRoot, other);
    expect(script("profile", "--before", path)).toEqual(rejected(`${takes}; ${path} is not one.\n`));
  }
  const text = join(packageRoot, "README.md");
  expect(script("profile", "--before", text)).toEqual(
    rejected(`${takes}; cannot read ${text}: Unexpected token`),
  );
});

it("lists accept existing names only", () => {
  expect(script("peers", "--only", "step,evaluatoin")).toEqual(
    rejected("--only takes step, evaluation, threads, memory, rate"),
  );
  expect(script("peers", "--models", "vgg,resnet")).toEqual(rejected('got "resnet".\n'));
  expect(script("peers", "--peers", "jax")).toEqual(
    rejected('--peers takes eager, channels-last, compiled, keras; got "jax".\n'),
  );
  expect(script("peers", "--batch-sizes", "32,2048")).toEqual(
    rejected('--batch-sizes takes a whole number from 1 to 1000; got "2048".\n'),
  );
  expect(script("profile", "--batch-sizes", "32,0")).toEqual(
    rejected('--batch-sizes takes a whole number from 1 to 12000; got "0".\n'),
  );
  expect(script("update", "--models", "huge")).toEqual(
    rejected('--models takes small, large; got "huge".\n'),
  );
  expect(script("update", "--optimizers", "adam,sdg")).toEqual(rejected('got "sdg".\n'));
});

it.each([
  ["scripts/fuzz.mjs", "--minutes=abc", '--minutes takes a number above 0 and at most 100000; got "abc".\n'],
  ["scripts/fuzz.mjs", "--seed=abc", '--seed takes a number; got "abc".\n'],
  [
    "scripts/fuzz-native.mjs",
    "--minutes=abc",
    '--minutes takes a number above 0 and at most 100000; got "abc".\n',
  ],
  ["scripts/kill-training.mjs", "--kills=abc", '--kills takes a whole number of at least 1; got "abc".\n'],
  ["scripts/kill-study.mjs", "--kills=", '--kills takes a whole number of at least 1; got "".\n'],
  [
    "scripts/kill-queue.mjs",
    "--worker-kills=-1",
    '--worker-kills takes a whole number of at least 0; got "-1".\n',
  ],
  ["scripts/kill-queue.mjs", "--port=70000", '--port takes a whole number from 1 to 65535; got "70000".\n'],
  ["scripts/calibrate/main.mjs", "--share=2", '--share takes a number above 0 and at most 1; got "2".\n'],
])("%s does nothing with %s", (place, option, message) => {
  expect(scriptAt(place, option)).toEqual({ status: 2, stdout: "", stderr: message });
  expect(scriptAt(place, "--help")).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^Usage: /),
    stderr: "",
  });
});
