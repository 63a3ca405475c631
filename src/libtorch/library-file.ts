import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** `torch_cpu` as a shared library is called on this system: `libtorch_cpu.so`. */
export function libraryFileName(name: string): string {
  if (process.platform === "win32") return `${name}.dll`;
  return `lib${name}.${process.platform === "darwin" ? "dylib" : "so"}`;
}

/** What the head of a shared library says, read without loading it. */
export interface LibraryHeader {
  readonly format: "ELF" | "Mach-O";
  /** As Node names them: "x64", "arm64"; a Mach-O file may hold several; others as "machine 0x...". */
  readonly architectures: readonly string[];
  /** False where the file ends before what its head announces. */
  readonly complete: boolean;
}

const ELF_MACHINES: Record<number, string> = { 62: "x64", 183: "arm64" };
const MACH_O_CPU_TYPES: Record<number, string> = { 16777223: "x64", 16777228: "arm64" };

/** Reads the head of a 64-bit ELF or Mach-O file; undefined where the file is neither. */
export function readLibraryHeader(path: string): LibraryHeader | undefined {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(4096);
    const length = readSync(file, head, 0, head.length, 0);
    return length < 64 ? undefined : (elfHeader(head, fstatSync(file).size) ?? machOHeader(head));
  } finally {
    closeSync(file);
  }
}

function elfHeader(head: Buffer, size: number): LibraryHeader | undefined {
  const little64 = head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1;
  if (!little64) return undefined;
  const sectionTable = Number(head.readBigUInt64LE(0x28));
  const end = sectionTable + head.readUInt16LE(0x3a) * head.readUInt16LE(0x3c);
  return {
    format: "ELF",
    architectures: [named(ELF_MACHINES, head.readUInt16LE(0x12))],
    complete: end <= size,
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
