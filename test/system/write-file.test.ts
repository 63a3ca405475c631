import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";
import { checkWritable, writeFileAtomically } from "../../src/system/write-file.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "optimbench-write-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a regular file", () => {
  test("is written or overwritten, also in a missing folder, and nothing else is left behind", async () => {
    const path = join(folder, "a", "b", "file.txt");
    await writeFileAtomically(path, "first, and longer");
    await writeFileAtomically(path, "second");
    expect(await readFile(path, "utf8")).toBe("second");
    expect(await readdir(join(folder, "a", "b"))).toEqual(["file.txt"]);
  });

  test("is replaced atomically, so that readers of the old file can continue", async () => {
    const [path, other] = [join(folder, "file"), join(folder, "other name")];
    await writeFile(path, "old");
    await link(path, other);
    await writeFileAtomically(path, "new");
    expect([await readFile(path, "utf8"), await readFile(other, "utf8")]).toEqual(["new", "old"]);
  });

  test("keeps its permissions", async () => {
    const path = join(folder, "private");
    await writeFile(path, "old", { mode: 0o600 });
    await writeFileAtomically(path, "new");
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
  });

  test("that is read-only is not replaced, except by root", async () => {
    const path = join(folder, "file");
    await writeFile(path, "old", { mode: 0o444 });
    for (const attempt of [() => checkWritable(path), () => writeFileAtomically(path, "new")])
      expect(await attempt().then(() => "done", String)).toMatch(
        process.getuid?.() === 0 ? /^done$/ : /EACCES|permission denied/,
      );
  });

  test("may have a name of at most 255 bytes", async () => {
    for (const name of ["n".repeat(255), `${"ü".repeat(127)}.`]) {
      await checkWritable(join(folder, name));
      await writeFileAtomically(join(folder, name), "whole");
      expect(await readFile(join(folder, name), "utf8")).toBe("whole");
    }
    const long = "n".repeat(256);
    for (const path of [join(folder, long), join(folder, "new", long), join(folder, "newer", long, "file")]) {
      await expect(checkWritable(path)).rejects.toThrow("ENAMETOOLONG");
      await expect(writeFileAtomically(path, "")).rejects.toThrow(/^Cannot write .*: its name is too long\./);
    }
  });

  test("is unchanged if it cannot be replaced, and no temporary file is left", async () => {
    const path = join(folder, "taken");
    await mkdir(path);
    await writeFile(join(path, "inside"), "kept");
    await expect(writeFileAtomically(path, "data")).rejects.toMatchObject({
      name: "OptimbenchError",
      code: "FILE",
      message: `Cannot write ${path}: it is a folder. Choose a writable folder with enough free space.`,
    });
    expect(await readdir(folder)).toEqual(["taken"]);
    expect(await readFile(join(path, "inside"), "utf8")).toBe("kept");
  });

  test("reports why its folder cannot be created", async () => {
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "study.json");
    await expect(writeFileAtomically(path, "data")).rejects.toThrow(
      new RegExp(`^Cannot write ${path}: a part of its path is not a folder\\. Choose a writable folder`),
    );
  });
});

describe("a link", () => {
  test("is kept, and its target is replaced", async () => {
    await mkdir(join(folder, "far"));
    await writeFile(join(folder, "far", "file"), "old");
    await symlink(join("far", "file"), join(folder, "second"));
    await symlink("second", join(folder, "first"));
    await writeFileAtomically(join(folder, "first"), "new");
    expect(await readFile(join(folder, "far", "file"), "utf8")).toBe("new");
    for (const name of ["first", "second"])
      expect((await lstat(join(folder, name))).isSymbolicLink()).toBe(true);
    expect(await readdir(join(folder, "far"))).toEqual(["file"]);
  });

  test("creates its missing target, relative to the link", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    await symlink(join(folder, "a", "b"), join(folder, "shortcut"));
    await symlink(join("..", "made"), join(folder, "a", "b", "link")); // a/made, not made
    await writeFileAtomically(join(folder, "shortcut", "link"), "new");
    expect(await readFile(join(folder, "a", "made"), "utf8")).toBe("new");
    expect((await lstat(join(folder, "a", "b", "link"))).isSymbolicLink()).toBe(true);
  });

  test("to itself is an error", async () => {
    await symlink("circle", join(folder, "circle"));
    await expect(writeFileAtomically(join(folder, "circle"), "")).rejects.toThrow(
      /the symbolic links form a loop/,
    );
  });
});

describe("a destination that cannot be replaced is written to directly", () => {
  test("a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await checkWritable(pipe);
    for (const data of ["through the pipe", Buffer.from("through the pipe"), ["through", " the ", "pipe"]]) {
      const [read] = await Promise.all([readFile(pipe, "utf8"), writeFileAtomically(pipe, data)]);
      expect(read).toBe("through the pipe");
    }
    expect((await lstat(pipe)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(["pipe"]);
  });

  // Uses a device node that the test creates, if it may, because root could replace the system's device by mistake.
  test("a device", async () => {
    const device = join(folder, "null");
    const made = spawnSync("mknod", [device, "c", "1", "3"]).status === 0;
    if (!made && process.getuid?.() === 0) return;
    if (!made) await symlink("/dev/null", device);
    await checkWritable(device);
    await writeFileAtomically(device, "nothing");
    expect((await stat(device)).isCharacterDevice()).toBe(true);
    expect((await lstat(device)).isSymbolicLink()).toBe(!made);
    expect(await readdir(folder)).toEqual(["null"]);
  });

  test("this process' output, in order, also if it is a file", async () => {
    const out = join(folder, "out");
    const library = JSON.stringify(pathToFileURL(join(packageRoot, "dist", "system", "write-file.js")).href);
    const program = `
      import { writeFileAtomically } from ${library};
      process.stdout.write("before\\n");
      await writeFileAtomically("/dev/stdout", "writ");
      await writeFileAtomically("/dev/stdout", ["ten", "\\n"]);
      process.stdout.write("after\\n");`;
    const shell = spawn("bash", [
      "-c",
      `"$0" --input-type=module -e "$1" > "$2"`,
      process.execPath,
      program,
      out,
    ]);
    expect(await once(shell, "close")).toEqual([0, null]);
    expect(await readFile(out, "utf8")).toBe("before\nwritten\nafter\n");
  });
});
