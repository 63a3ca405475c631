import { expect, test } from "vitest";
import { isAtLeast, libtorchVersion, majorMinor } from "../../src/install/version.js";
import { versionHeader, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();

test.each([
  [
    "the Python package",
    { "version.py": "from typing import Optional\n__version__ = '2.15.0+cu132'\n" },
    "2.15.0+cu132",
  ],
  ["the unpacked archive", { "build-version": "2.14.1+cpu\n" }, "2.14.1+cpu"],
  ["the headers alone", { "include/torch/headeronly/version.h": versionHeader("2.11.2") }, "2.11.2"],
  ["files that say nothing", { "version.py": "debug = False\n", "build-version": "nightly\n" }, undefined],
  ["no file", {}, undefined],
])("libtorchVersion reads %s", (_, files, expected) => {
  expect(libtorchVersion(writeFiles(folder.path(), files))).toBe(expected);
});

test.each([
  ["2.11.0", true],
  ["2.15.0+cpu", true],
  ["3.0.0a0", true],
  ["2.10.9", false],
  ["2.9.1", false],
  ["1.13.1", false],
])("isAtLeast(%s, 2.11) is %s", (version, expected) => {
  expect(isAtLeast(version, "2.11")).toBe(expected);
});

test("majorMinor drops the patch version", () => expect(majorMinor("2.15.0+cu132")).toBe("2.15"));
