import { truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { libraryFileName } from "../../src/install/library-file.js";
import { findNativeFiles, requireWhole } from "../../src/install/native-files.js";
import { library, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const CORE = libraryFileName("optimbench_core");
const packageJson = { "package.json": '{ "name": "optimbench" }' };
const core = (version: string) =>
  Buffer.from(`\0libc10.so\0optimbench_core-libtorch-${version}\0libc.so.6\0\xff`, "latin1");

test("finds the binaries that were compiled here, and their libtorch version", () => {
  const root = writeFiles(folder.path(), {
    ...packageJson,
    "build/Release/optimbench.node": "",
    [`build/Release/${CORE}`]: core("2.15.0"),
  });
  const release = `${root}/build/Release`;
  expect(findNativeFiles(root)).toEqual({
    addon: `${release}/optimbench.node`,
    core: `${release}/${CORE}`,
    builtFor: "2.15.0",
  });
});

test("finds the library that records steps on CUDA, if it was compiled", () => {
  const cuda = libraryFileName("optimbench_cuda");
  const root = writeFiles(folder.path(), {
    ...packageJson,
    "build/Release/optimbench.node": "",
    [`build/Release/${CORE}`]: core("2.15.0"),
    [`build/Release/${cuda}`]: "",
  });
  expect(findNativeFiles(root)).toMatchObject({ cudaGraphs: `${root}/build/Release/${cuda}` });
});

test("finds the binaries that the package ships for this system", () => {
  const prebuilds = `prebuilds/${process.platform}-${process.arch}`;
  const root = writeFiles(folder.path(), {
    ...packageJson,
    [`${prebuilds}/optimbench.node`]: "",
    [`${prebuilds}/${CORE}`]: core("2.14.1"),
    "prebuilds/sunos-sparc/optimbench.node": "",
  });
  expect(findNativeFiles(root)).toMatchObject({
    addon: `${root}/${prebuilds}/optimbench.node`,
    builtFor: "2.14.1",
  });
});

test("rejects half of a pair, and a core without a version", () => {
  const root = writeFiles(folder.path(), packageJson);
  expect(findNativeFiles(root)).toBeUndefined();
  writeFiles(root, { "build/Release/optimbench.node": "" });
  expect(findNativeFiles(root)).toBeUndefined();
  writeFiles(root, { [`build/Release/${CORE}`]: "liboptimbench_core.so" });
  expect(findNativeFiles(root)).toBeUndefined();
});

test.runIf(process.platform === "linux")("rejects a truncated binary, whichever it is", () => {
  const root = writeFiles(folder.path(), { addon: library(), core: library(), cuda: library() });
  const files = {
    addon: `${root}/addon`,
    core: `${root}/core`,
    cudaGraphs: `${root}/cuda`,
    builtFor: "2.15.0",
  };
  requireWhole(files);
  for (const path of [files.addon, files.core, files.cudaGraphs]) {
    truncateSync(path, 200);
    expect(() => requireWhole(files)).toThrow(
      `${path} is truncated. Reinstall optimbench, or in a clone run \`npm run setup -- --force\`.`,
    );
    writeFileSync(path, library());
  }
});
