import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { packageIndex } from "../../src/install/index-page.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.unstubAllEnvs());

const LONG = `http://127.0.0.1/${"a-long-path/".repeat(30)}simple`;

it("is pip's default without a configuration", () => {
  vi.stubEnv("PIP_INDEX_URL", undefined);
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  expect(packageIndex("python3")).toMatch(/^https:\/\/.+\/simple$/);
});

it.each([
  ["PIP_INDEX_URL", `${LONG}/`, LONG],
  [
    "PIP_INDEX_URL without its password",
    "http://me:secret@127.0.0.1/simple",
    "http://me:****@127.0.0.1/simple",
  ],
])("is that of %s", (_, url, expected) => {
  vi.stubEnv("PIP_INDEX_URL", url);
  expect(packageIndex("python3")).toBe(expected);
});

it("is that of pip's configuration", () => {
  vi.stubEnv("PIP_INDEX_URL", undefined);
  const file = join(folder, "pip.conf");
  writeFileSync(file, "[download]\nindex-url = http://127.0.0.1/configured/simple\n");
  vi.stubEnv("PIP_CONFIG_FILE", file);
  expect(packageIndex("python3")).toBe("http://127.0.0.1/configured/simple");
});

it("is unknown where pip does not say", () => {
  expect(packageIndex("no-such-python")).toBeUndefined();
});
