import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { libraryFileName } from "../../src/install/library-file.js";

/** The header of a 64-bit little-endian ELF file of this length, with the section table at its end. */
export function elf(machine: number, announced = 256, length = announced): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes[4] = 2;
  bytes[5] = 1;
  bytes.writeUInt16LE(machine, 0x12);
  bytes.writeBigUInt64LE(BigInt(announced - 128), 0x28);
  bytes.writeUInt16LE(64, 0x3a);
  bytes.writeUInt16LE(2, 0x3c);
  return bytes;
}

/** An ELF file whose dynamic section has these entries (tag, text). */
export function elfLinking(entries: readonly (readonly [number, string])[]): Buffer {
  const strings = Buffer.from(`\0${entries.map(([, text]) => `${text}\0`).join("")}`);
  const dynamic = Buffer.alloc(16 * entries.length);
  entries.forEach(([tag, text], i) => {
    dynamic.writeBigUInt64LE(BigInt(tag), 16 * i);
    dynamic.writeBigUInt64LE(BigInt(strings.indexOf(`\0${text}\0`) + 1), 16 * i + 8);
  });
  const section = (type: number, offset: number, size: number, link: number) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(type, 4);
    bytes.writeBigUInt64LE(BigInt(offset), 0x18);
    bytes.writeBigUInt64LE(BigInt(size), 0x20);
    bytes.writeUInt32LE(link, 0x28);
    return bytes;
  };
  const head = elf(ELF_MACHINE[process.arch as "x64" | "arm64"], 64 + 128).subarray(0, 64);
  head.writeBigUInt64LE(BigInt(64 + strings.length + dynamic.length), 0x28);
  const sections = [section(3, 64, strings.length, 0), section(6, 64 + strings.length, dynamic.length, 0)];
  return Buffer.concat([head, strings, dynamic, ...sections]);
}

export const ELF_MACHINE = { x64: 62, arm64: 183 } as const;

/** The header of a 64-bit Mach-O file. */
export function machO(cpuType: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(cpuType, 4);
  return bytes;
}

const MACH_O_CPU = { x64: 0x01000007, arm64: 0x0100000c } as const;

/** A library whose header matches this machine. */
export function library(): Buffer {
  const arch = process.arch as "x64" | "arm64";
  return process.platform === "darwin" ? machO(MACH_O_CPU[arch]) : elf(ELF_MACHINE[arch]);
}

export function writeFiles(root: string, files: Record<string, string | Buffer>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** The files of a libtorch that checks read. */
export const libtorchFiles = (version = "2.15.0+cpu"): Record<string, string | Buffer> => ({
  [`lib/${libraryFileName("torch_cpu")}`]: library(),
  [`lib/${libraryFileName("c10")}`]: library(),
  "version.py": `from typing import Optional\n__version__ = '${version}'\n`,
  "include/torch/headeronly/version.h": versionHeader(version),
});

export function versionHeader(version: string): string {
  const [major, minor, patch] = version.split(/[.+]/);
  return `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`;
}

export const fakeLibtorch = (root: string, version?: string): string =>
  writeFiles(root, libtorchFiles(version));
