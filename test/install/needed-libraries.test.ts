import { describe, expect, test, vi } from "vitest";
import { missingLibraries } from "../../src/install/needed-libraries.js";
import { elfLinking, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const [NEEDED, RPATH, RUNPATH] = [1, 15, 29] as const;
const missing = (...dynamic: [number, string][]) =>
  missingLibraries(`${writeFiles(folder.path("torch/lib"), { "lib.so": elfLinking(dynamic) })}/lib.so`);

describe.runIf(process.platform === "linux")("missingLibraries", () => {
  test("names libraries that are not found anywhere", () => {
    const names: [number, string][] = [
      [NEEDED, "libcupti.so.99"],
      [NEEDED, "libc.so.6"],
      [NEEDED, "libnone.so.1"],
    ];
    expect(missing(...names)).toEqual(["libcupti.so.99", "libnone.so.1"]);
  });
  test.each([RPATH, RUNPATH])("searches the library's path (tag %s), relative to the library", (tag) => {
    writeFiles(folder.path(), { "nvidia/cu13/lib/libcupti.so.99": "", "torch/lib/libc10.so": "" });
    const searched: [number, string] = [tag, "/nowhere:$ORIGIN/../../nvidia/cu13/lib:$ORIGIN"];
    expect(missing(searched, [NEEDED, "libcupti.so.99"], [NEEDED, "libc10.so"], [NEEDED, "libx.so"])).toEqual(
      ["libx.so"],
    );
  });
  test("searches LD_LIBRARY_PATH", () => {
    writeFiles(folder.path("extra"), { "libcupti.so.99": "" });
    vi.stubEnv("LD_LIBRARY_PATH", `/nowhere:${folder.path("extra")}`);
    expect(missing([NEEDED, "libcupti.so.99"])).toEqual([]);
  });
  test("finds all libraries that the running Node links", () =>
    expect(missingLibraries(process.execPath)).toEqual([]));
});
