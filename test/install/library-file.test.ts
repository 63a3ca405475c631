import { describe, expect, test } from "vitest";
import { readLibraryHeader } from "../../src/install/library-file.js";
import { ELF_MACHINE, elf, machO, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const header = (content: Buffer | string) =>
  readLibraryHeader(`${writeFiles(folder.path(), { lib: content })}/lib`);

describe("readLibraryHeader", () => {
  test.each([
    ["x64", ELF_MACHINE.x64],
    ["arm64", ELF_MACHINE.arm64],
    ["machine 0xf3", 0xf3],
  ])("names the architecture %s of an ELF file", (name, machine) => {
    expect(header(elf(machine))).toEqual({ format: "ELF", architectures: [name], complete: true });
  });

  test("detects an ELF file that ends before its section table", () => {
    expect(header(elf(ELF_MACHINE.x64, 4096, 4095))?.complete).toBe(false);
    expect(header(elf(ELF_MACHINE.x64, 4096, 4096))?.complete).toBe(true);
  });

  test("detects an ELF file that ends before its segments, wherever its section table is", () => {
    const library = (length: number) => {
      const bytes = elf(ELF_MACHINE.x64, 256, length);
      bytes.writeBigUInt64LE(64n, 0x20); // one entry of the program header table, behind the head
      bytes.writeUInt16LE(56, 0x36);
      bytes.writeUInt16LE(1, 0x38);
      bytes.writeBigUInt64LE(1000n, 64 + 0x08); // its segment's place and size in the file
      bytes.writeBigUInt64LE(500n, 64 + 0x20);
      return header(bytes)?.complete;
    };
    expect([library(1499), library(1500)]).toEqual([false, true]);
  });

  test("reads Mach-O files, also for two processors", () => {
    expect(header(machO(0x0100000c))).toEqual({ format: "Mach-O", architectures: ["arm64"], complete: true });
    const both = Buffer.alloc(128);
    [0xcafebabe, 2, 0x01000007].forEach((word, i) => void both.writeUInt32BE(word, 4 * i));
    both.writeUInt32BE(0x0100000c, 28);
    expect(header(both)?.architectures).toEqual(["x64", "arm64"]);
  });

  test("recognises no other files as libraries", () => {
    expect(header("")).toBeUndefined();
    expect(header("INPUT(libtorch_cpu.so.2)".padEnd(200))).toBeUndefined();
  });

  test("reads the running Node", () => {
    expect(readLibraryHeader(process.execPath)).toMatchObject({
      architectures: [process.arch],
      complete: true,
    });
  });
});
