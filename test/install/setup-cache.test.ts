import { writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { setup } from "../../src/install/setup.js";
import { useTestFolder } from "./test-folder.js";

vi.mock(import("../../src/install/toolchain.js"), async (original) => ({
  ...(await original()),
  requirePython: () => "python3",
}));
vi.mock(import("../../src/install/find-libtorch.js"), async (original) => ({
  ...(await original()),
  findLibtorch: () => undefined,
}));

const folder = useTestFolder();

test("reports that the cache is not writable, and what to set", async () => {
  writeFileSync(folder.path("file"), "");
  vi.stubEnv("OPTIMBENCH_CACHE", folder.path("file", "cache"));
  await expect(setup({ quiet: true })).rejects.toMatchObject({
    code: "LIBTORCH",
    message: expect.stringMatching(/^Setup cannot use .*: .* not a folder\..* OPTIMBENCH_CACHE/),
  });
});
