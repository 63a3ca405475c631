import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const MAIN = join(packageRoot, "dist", "cli", "main.js");
const SMALL = "--model mlp --epochs 1 --train-size 64 --validation-size 32 --dataset mnist-10k";

/** Runs a shell command in an empty folder; `$OPTIMBENCH` is the command. */
function shell(line: string) {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-surroundings-"));
  const env = { ...process.env, OPTIMBENCH: `${process.execPath} ${MAIN}`, FOLDER: folder };
  const { status, signal, stdout, stderr } = spawnSync("/bin/sh", ["-c", line], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { status, signal, stdout, stderr, folder };
}

const GONE = "mkdir $FOLDER/gone && cd $FOLDER/gone && rmdir $FOLDER/gone &&";

test.each([`train ${SMALL}`, "explain adam", "setup", "data"])(
  "%s in a deleted folder reports it, not a bug",
  (command) => {
    const { status, stdout, stderr, folder } = shell(`${GONE} $OPTIMBENCH ${command}`);
    rmSync(folder, { recursive: true });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: The working directory no longer exists/);
  },
);

test("the library rejects in a deleted folder, where libtorch would end the process", () => {
  const program = `
    import(${JSON.stringify(join(packageRoot, "dist", "index.js"))})
      .then(({ explain }) => explain("adam"))
      .catch((error) => console.log(error.code, error.message));`;
  const { stdout, folder } = shell(`${GONE} ${process.execPath} -e '${program}'`);
  rmSync(folder, { recursive: true });
  expect(stdout).toMatch(/^LIBTORCH The working directory no longer exists/);
});

test.runIf(existsSync("/dev/full"))(
  "a full disk behind standard output loses the printed text, not the study",
  () => {
    const { status, stderr, folder } = shell(
      `$OPTIMBENCH compare ${SMALL} --optimizers adam --out out > /dev/full`,
    );
    const study = JSON.parse(readFileSync(join(folder, "out", "study.json"), "utf8"));
    expect(study.runs).toHaveLength(1);
    expect(existsSync(join(folder, "out", "index.html"))).toBe(true);
    rmSync(folder, { recursive: true });
    expect(status).toBe(2);
    expect(stderr.match(/error: Cannot write to standard output \(ENOSPC/g)).toHaveLength(1);
    expect(stderr).not.toContain("    at "); // no stack
  },
);

test.runIf(existsSync("/dev/full"))("a full disk behind standard error loses only the progress", () => {
  const { status, stdout, folder } = shell(
    `$OPTIMBENCH compare ${SMALL} --optimizers adam --out out 2> /dev/full`,
  );
  rmSync(folder, { recursive: true });
  expect(status).toBe(0);
  expect(stdout).toContain("adam");
});
