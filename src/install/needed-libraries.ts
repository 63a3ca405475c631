/**
 * Reads which libraries a library links from its file, to report all missing ones at once. The loader reports only the first,
 * after mapping hundreds of megabytes, and does not detect truncated libraries.
 */

import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { askProgram } from "../system/run-program.js";

/** Libraries that every Linux with Node has. */
const OF_THE_SYSTEM = /^(ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so)/;

/** Paths of the libraries that a 64-bit ELF library links and that are in its search path or in `LD_LIBRARY_PATH`. */
export const linkedLibraries = (path: string): string[] =>
  search(path).flatMap(({ found }) => (found === undefined ? [] : [found]));

/** File names of linked libraries that the loader would not find, neither there nor among the installed ones. */
export function missingLibraries(path: string): string[] {
  const elsewhere = search(path).flatMap(({ name, found }) => (found === undefined ? [name] : []));
  if (elsewhere.length === 0) return [];
  const installed = askProgram("/sbin/ldconfig", ["-p"]);
  if (!installed) return []; // unknown here; the loader will report it
  return elsewhere.filter((name) => !installed.includes(`\t${name} `));
}

/** The libraries that a library links, except those of every system, and where the loader finds each. */
function search(path: string): { readonly name: string; readonly found: string | undefined }[] {
  const { needed, searchPath } = readDynamicSection(path);
  const folders = [
    ...searchPath.map((each) => each.replace(/\$(ORIGIN|\{ORIGIN\})/, dirname(path))),
    ...(process.env.LD_LIBRARY_PATH ?? "").split(":").filter(Boolean),
  ];
  return needed
    .filter((name) => !OF_THE_SYSTEM.test(name))
    .map((name) => ({
      name,
      found: folders.map((folder) => join(folder, name)).find((each) => existsSync(each)),
    }));
}

const SECTION_DYNAMIC = 6;
const [NEEDED, RPATH, RUNPATH] = [1n, 15n, 29n];

/** The file's dynamic section (System V ABI, "Dynamic Section"). */
function readDynamicSection(path: string): { needed: string[]; searchPath: string[] } {
  const file = openSync(path, "r");
  const read = (offset: number, length: number) => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  };
  try {
    const head = read(0, 64);
    const table = read(Number(head.readBigUInt64LE(0x28)), 64 * head.readUInt16LE(0x3c));
    const sections = Array.from({ length: table.length / 64 }, (_, i) =>
      table.subarray(64 * i, 64 * (i + 1)),
    );
    const bytesOf = (section: Buffer) =>
      read(Number(section.readBigUInt64LE(0x18)), Number(section.readBigUInt64LE(0x20)));
    const section = sections.find((each) => each.readUInt32LE(4) === SECTION_DYNAMIC);
    const strings = section && sections[section.readUInt32LE(0x28)];
    if (section === undefined || strings === undefined) return { needed: [], searchPath: [] };
    const dynamic = bytesOf(section);
    const names = bytesOf(strings);
    const valuesOf = (...tags: bigint[]) =>
      Array.from({ length: Math.floor(dynamic.length / 16) }, (_, i) => 16 * i)
        .filter((at) => tags.includes(dynamic.readBigUInt64LE(at)))
        .map((at) => Number(dynamic.readBigUInt64LE(at + 8)))
        .map((start) => names.toString("utf8", start, names.indexOf(0, start)));
    return {
      needed: valuesOf(NEEDED!),
      searchPath: valuesOf(RPATH!, RUNPATH!).flatMap((each) => each.split(":")),
    };
  } finally {
    closeSync(file);
  }
}
