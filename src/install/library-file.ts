/**
 * Headers are checked before loading, because the loader's messages do not help ("invalid ELF header" for a file of another
 * processor), and a truncated library may load and crash the process later with SIGBUS.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The file name of a shared library on this system: `libtorch_cpu.so` for `torch_cpu`. */
export function libraryFileName(name: string): string {
  if (process.platform === "win32") return `${name}.dll`;
  return `lib${name}.${process.platform === "darwin" ? "dylib" : "so"}`;
}

/** The header of a shared library, read without loading it. */
interface LibraryHeader {
  readonly format: "ELF" | "Mach-O";
  /** Node's names, "x64" or "arm64"; others are "machine 0x...". A Mach-O file may contain several. */
  readonly architectures: readonly string[];
  /** False if the file is shorter than its header declares. */
  readonly complete: boolean;
}

/** Bytes per entry of the program header table, which lists what the loader maps. */
const ELF_SEGMENT = 56;

const ELF_MACHINES: Record<number, string> = { 62: "x64", 183: "arm64" };
const MACH_O_CPU_TYPES: Record<number, string> = { 16777223: "x64", 16777228: "arm64" };

/** Reads the header of a 64-bit ELF or Mach-O file; undefined if the file is neither. */
export function readLibraryHeader(path: string): LibraryHeader | undefined {
  const file = openSync(path, "r");
  const read = (offset: number, length: number) => {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  };
  try {
    const { size } = fstatSync(file);
    if (size < 64) return undefined;
    const head = read(0, 4096);
    return elfHeader(head, size, read) ?? machOHeader(head);
  } finally {
    closeSync(file);
  }
}

function elfHeader(
  head: Buffer,
  size: number,
  read: (offset: number, length: number) => Buffer,
): LibraryHeader | undefined {
  const little64 = head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1;
  if (!little64) return undefined;
  const uint64 = (bytes: Buffer, at: number) => Number(bytes.readBigUInt64LE(at));
  const segments = { at: uint64(head, 0x20), size: head.readUInt16LE(0x36), count: head.readUInt16LE(0x38) };
  const sections = { at: uint64(head, 0x28), size: head.readUInt16LE(0x3a), count: head.readUInt16LE(0x3c) };
  const endOf = (table: typeof segments) => table.at + table.size * table.count;
  const ends = [endOf(segments), endOf(sections)];
  // Tools such as patchelf move data behind the section table.
  if (endOf(segments) <= size && segments.size >= ELF_SEGMENT) {
    const table = read(segments.at, segments.size * segments.count);
    for (let at = 0; at < table.length; at += segments.size)
      ends.push(uint64(table, at + 0x08) + uint64(table, at + 0x20));
  }
  return {
    format: "ELF",
    architectures: [named(ELF_MACHINES, head.readUInt16LE(0x12))],
    complete: Math.max(...ends) <= size,
  };
}

function machOHeader(head: Buffer): LibraryHeader | undefined {
  const types: number[] = [];
  if (head.readUInt32LE(0) === 0xfeedfacf) types.push(head.readUInt32LE(4));
  else if (head.readUInt32BE(0) === 0xcafebabe) {
    const count = Math.min(head.readUInt32BE(4), 16);
    for (let i = 0; i < count; i++) types.push(head.readUInt32BE(8 + 20 * i));
  } else return undefined;
  return {
    format: "Mach-O",
    architectures: types.map((type) => named(MACH_O_CPU_TYPES, type)),
    complete: true,
  };
}

const named = (names: Record<number, string>, machine: number) =>
  names[machine] ?? `machine 0x${machine.toString(16)}`;
