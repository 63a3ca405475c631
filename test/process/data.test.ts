import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";
import { temporaryFolder } from "../data/idx-files.js";
import { mirror } from "../data/mirror.js";

const start = (...line: string[]) =>
  spawn(process.execPath, [join(packageRoot, "dist", "cli", "main.js"), "data", ...line]);

it("ends a download on Ctrl-C, and keeps what it has received", async () => {
  const folder = temporaryFolder();
  const { url } = await mirror((_, response) => void response.write(Buffer.alloc(1000)));
  const child = start("fetch", "mnist", "--data-dir", folder, "--mirror", url);
  const stderr = text(child.stderr);
  // The first line is printed with the first bytes, when the temporary file exists.
  await once(child.stderr, "data");
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([130, null]);
  expect(await stderr).toContain("error: The download was stopped.");
  expect(readdirSync(folder)).toEqual(["train-images-idx3-ubyte.gz.part"]);
});

it("reports an error on stderr, and exits with 2", async () => {
  const folder = temporaryFolder();
  const child = start("samples", "mnist", "--data-dir", folder, "--out", join(folder, "digits.png"));
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  expect(await once(child, "close")).toEqual([2, null]);
  expect(await stdout).toBe("");
  expect(await stderr).toMatch(/^error: The dataset "mnist" was not found: .+\n$/);
  expect(readdirSync(folder)).toEqual([]);
});
