import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withLock } from "../../src/install/setup-lock.js";
import { identityOf, isAlive } from "../../src/system/process-identity.js";
import { writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

// Waiting processes check again immediately, and log that they wait.
const { looks } = vi.hoisted(() => ({ looks: { count: 0 } }));
vi.mock(import("node:timers/promises"), async (original) => ({
  ...(await original()),
  setTimeout: async () => {
    looks.count++;
    await new Promise(setImmediate);
    return undefined as never;
  },
}));
beforeEach(() => {
  looks.count = 0;
});
const lookedAgain = async () => {
  while (looks.count < 3) await new Promise(setImmediate);
};

const folder = useTestFolder();
const lock = () => folder.path("setup.lock");
const children: ChildProcess[] = [];
afterEach(() => void children.splice(0).forEach((child) => void child.kill("SIGKILL")));

/** Starts another process that does nothing until it is killed. */
async function otherProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", "console.log(); setInterval(() => {}, 1000)"]);
  children.push(child);
  await once(child.stdout!, "data");
  return child;
}

async function kill(child: ChildProcess) {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const heldBy = (...processes: { pid: number; start: string }[]) =>
  writeFiles(folder.path(), { "setup.lock": JSON.stringify({ host: hostname(), processes }) });

const ignore = () => {};

test("holds the file while the work runs, and leaves nothing behind, also after a failure", async () => {
  expect(await withLock(lock(), ignore, async () => existsSync(lock()))).toBe(true);
  await expect(
    withLock(lock(), ignore, async () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(readdirSync(folder.path())).toEqual([]);
});

test("only one holder works at a time", async () => {
  let working = 0;
  const most: number[] = [];
  const work = async () => {
    most.push(++working);
    await new Promise(setImmediate);
    working--;
  };
  await Promise.all([1, 2, 3].map(() => withLock(lock(), ignore, work)));
  expect(most).toEqual([1, 1, 1]);
});

test("waits for a living holder, logs it once, and takes over when it is killed", async () => {
  const holder = await otherProcess();
  heldBy(identityOf(holder.pid!));
  const said: string[] = [];
  let entered = false;
  const waiting = withLock(
    lock(),
    (message) => said.push(message),
    async () => {
      entered = true;
    },
  );
  await lookedAgain();
  expect(entered).toBe(false);
  expect(said).toEqual([`Waiting for another setup (process ${holder.pid}) to finish ...`]);
  await kill(holder);
  await waiting;
  expect(entered).toBe(true);
});

test("waits for a program that a killed setup left running", async () => {
  const [owner, program] = [await otherProcess(), await otherProcess()];
  heldBy(identityOf(owner.pid!), identityOf(program.pid!));
  await kill(owner);
  let entered = false;
  const waiting = withLock(lock(), ignore, async () => {
    entered = true;
  });
  await lookedAgain();
  expect(entered).toBe(false);
  await kill(program);
  await waiting;
});

test("names the program it runs in the file", async () => {
  const program = await otherProcess();
  await withLock(lock(), ignore, async ({ adopt }) => {
    adopt(program.pid);
    expect(JSON.parse(readFileSync(lock(), "utf8")).processes).toEqual([
      identityOf(process.pid),
      identityOf(program.pid!),
    ]);
  });
  expect(readdirSync(folder.path())).toEqual([]);
});

test("recognises a later process with the holder's id", async () => {
  heldBy({ pid: process.pid, start: "1" });
  expect(await withLock(lock(), ignore, async () => "entered")).toBe("entered");
});

test("takes over a file without a holder", async () => {
  writeFileSync(lock(), "");
  expect(await withLock(lock(), ignore, async () => "entered")).toBe("entered");
});

test("distinguishes a running process from one that has ended", async () => {
  const child = await otherProcess();
  const identity = identityOf(child.pid!);
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, start: "another" })).toBe(false);
  await kill(child);
  expect(isAlive(identity)).toBe(false);
});

test.each(["null", "[]", "{}", '{"host": 1}', '{"host": "here", "processes": [null]}', "{", ""])(
  "a lock that contains %s has no holder, and is taken over",
  async (text) => {
    writeFiles(folder.path(), { "setup.lock": text });
    await expect(
      withLock(
        lock(),
        () => {},
        async () => "worked",
      ),
    ).resolves.toBe("worked");
  },
);
