import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import { cachedRoot, findLibtorch, isUnlisted } from "../../src/install/find-libtorch.js";
import { setup } from "../../src/install/setup.js";
import { recordPath } from "../../src/install/wheel-record.js";
import { fakeLibtorch } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();

test("without libtorch and Python, explains how to get either", async () => {
  await expect(setup({ quiet: true })).rejects.toThrow(
    /^To fetch libtorch, Python 3 with pip .*OPTIMBENCH_LIBTORCH=/s,
  );
});

test("rejects a wrong OPTIMBENCH_LIBTORCH before anything is fetched or compiled", async () => {
  vi.stubEnv("OPTIMBENCH_LIBTORCH", fakeLibtorch(folder.path("old"), "2.6.0"));
  await expect(setup({ quiet: true })).rejects.toThrow("it is version 2.6.0; 2.11 or later is needed");
});

test("with --force, fetches a libtorch without a list of files again", async () => {
  const root = fakeLibtorch(cachedRoot("cpu"));
  expect(isUnlisted(findLibtorch()!)).toBe(true);
  const forced = setup({ quiet: true, cuda: false, force: true });
  await expect(forced).rejects.toThrow(/^To fetch libtorch, Python 3 with pip/);
  writeFileSync(recordPath(dirname(root)), "");
  expect(isUnlisted(findLibtorch()!)).toBe(false);
  vi.stubEnv("OPTIMBENCH_LIBTORCH", fakeLibtorch(folder.path("own")));
  expect(isUnlisted(findLibtorch()!)).toBe(false); // not managed by setup
});

test("with CUDA requested, rejects a libtorch without it", async () => {
  vi.stubEnv("OPTIMBENCH_LIBTORCH", fakeLibtorch(folder.path("own")));
  await expect(setup({ quiet: true, cuda: true })).rejects.toThrow(/torch_cuda\.\w+ is missing/);
});
