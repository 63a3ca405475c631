import { truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkLibtorch, type Requirements } from "../../src/install/check-libtorch.js";
import { libraryFileName } from "../../src/install/library-file.js";
import { ELF_MACHINE, elf, elfLinking, fakeLibtorch, library, machO, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const TORCH = libraryFileName("torch_cpu");

/** The line with which a libtorch is rejected after it was damaged. */
function rejection(spoil: (root: string) => void, requirements: Requirements = {}, version?: string): string {
  const root = fakeLibtorch(folder.path("libtorch"), version);
  spoil(root);
  try {
    checkLibtorch(root, requirements);
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError", code: "LIBTORCH" });
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    expect(message).toContain(`The libtorch at ${root} cannot be used: `);
    return message.replace(/^.*cannot be used: /, "");
  }
  throw new Error("It was not rejected.");
}

describe("checkLibtorch", () => {
  test("returns the version of a complete one", () => {
    const root = fakeLibtorch(folder.path("libtorch"), "2.15.1+cpu");
    expect(checkLibtorch(root)).toBe("2.15.1+cpu");
    expect(checkLibtorch(root, { forBuild: true, builtFor: "2.15.0" })).toBe("2.15.1+cpu");
  });

  test("rejects a missing folder", () => {
    expect(() => checkLibtorch("/no/such")).toThrow(
      "The libtorch at /no/such cannot be used: no such folder.",
    );
  });

  test.each(["torch_cpu", "c10"])("rejects one without %s", (name) => {
    const file = libraryFileName(name);
    expect(rejection((root) => unlinkSync(`${root}/lib/${file}`))).toBe(`lib/${file} is missing.`);
  });

  test("suggests the right folder if one above or below it was given", () => {
    const torch = fakeLibtorch(folder.path("site-packages", "torch"));
    expect(() => checkLibtorch(folder.path("site-packages"))).toThrow(`Did you mean ${torch}?`);
    expect(() => checkLibtorch(`${torch}/lib`)).toThrow(`Did you mean ${torch}?`);
  });

  test.each([
    ["2.8.0+cpu", "it is version 2.8.0+cpu; 2.11 or later is needed (2.15.0 is recommended)."],
    ["1.13.1", "it is version 1.13.1; 2.11 or later is needed (2.15.0 is recommended)."],
  ])("rejects the old version %s", (version, message) => {
    expect(rejection(() => {}, {}, version)).toBe(message);
  });

  test("rejects a version that the native code was not compiled for", () => {
    expect(rejection(() => {}, { builtFor: "2.15.0" }, "2.14.0")).toBe(
      "it is version 2.14.0, but the native code was compiled for 2.15.0. Run `npx optimbench setup` again.",
    );
  });

  test("rejects one without a version", () => {
    const message = rejection((root) => {
      unlinkSync(`${root}/version.py`);
      unlinkSync(`${root}/include/torch/headeronly/version.h`);
    });
    expect(message).toMatch(/^its version is not in version\.py, build-version or its headers/);
  });

  test("requires headers only to compile", () => {
    const dropHeaders = (root: string) => unlinkSync(`${root}/include/torch/headeronly/version.h`);
    expect(rejection(dropHeaders, { forBuild: true })).toMatch(/^its headers \(include\/torch\) are missing/);
    expect(checkLibtorch(folder.path("libtorch"))).toBe("2.15.0+cpu");
  });

  test("requires the CUDA libraries if requested", () => {
    expect(rejection(() => {}, { cuda: true })).toBe(`lib/${libraryFileName("torch_cuda")} is missing.`);
  });
});

describe.runIf(process.platform === "linux")("checkLibtorch reads the library", () => {
  const withLibrary = (content: Buffer | string) =>
    rejection((root) => writeFileSync(`${root}/lib/${TORCH}`, content));
  const other = process.arch === "x64" ? "arm64" : "x64";

  test("rejects a library for another processor", () => {
    const message = `lib/${TORCH} is for ${other}, this Node runs on ${process.arch}.`;
    expect(withLibrary(elf(ELF_MACHINE[other]))).toBe(message);
  });
  test("rejects a library for another system", () => {
    expect(withLibrary(machO(0x01000007))).toBe(`lib/${TORCH} is a Mach-O file, this system needs ELF.`);
  });
  test("rejects a file that is not a library", () => {
    expect(withLibrary("version https://git-lfs".padEnd(130))).toBe(`lib/${TORCH} is not a shared library.`);
    expect(withLibrary("")).toBe(`lib/${TORCH} is not a shared library.`);
  });
  test("rejects one whose linked libraries are missing", () => {
    const message = `libcupti.so.99, which lib/${TORCH} links to, is not installed.`;
    expect(withLibrary(elfLinking([[1, "libcupti.so.99"]]))).toBe(message);
  });
  const cut = elf(ELF_MACHINE[process.arch as "x64"], 4096, 4000);
  test.each([
    ["links", "libgomp.so.1", cut],
    ["links, of which nothing is left", "libgomp.so.1", ""],
    ["does not link itself", "libtorch_other.so", cut],
  ])("rejects one with a truncated library that it %s", (_, name, content) => {
    const message = rejection((root) => {
      const links: [number, string][] = [
        [1, "libgomp.so.1"],
        [15, "$ORIGIN"],
      ];
      writeFiles(`${root}/lib`, {
        "libgomp.so.1": library(),
        [TORCH]: elfLinking(links),
        [name]: content,
      });
    });
    expect(message).toBe(`lib/${name} is truncated; unpack or install it again.`);
  });
  test("rejects one whose libraries link a truncated library of another folder", () => {
    const message = rejection((root) => {
      const links: [number, string][] = [
        [1, "libcudnn.so.9"],
        [15, "$ORIGIN/../../nvidia/lib"],
      ];
      writeFiles(root, {
        "lib/libtorch_cuda.so": elfLinking(links),
        "../nvidia/lib/libcudnn.so.9": cut,
      });
    });
    expect(message).toMatch(
      /^\/.*\/nvidia\/lib\/libcudnn\.so\.9 is truncated; unpack or install it again\.$/,
    );
  });
  test("rejects a truncated one", () => {
    const message = rejection((root) => truncateSync(`${root}/lib/${TORCH}`, 200));
    expect(message).toBe(`lib/${TORCH} is truncated; unpack or install it again.`);
  });
});
