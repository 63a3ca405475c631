import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";
import { moduleIn } from "../process/program.js";
import { RedisServer } from "./redis-server.js";

const page = readFileSync(join(packageRoot, "docs", "queue.md"), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code!);
const lines = blocks("sh")
  .flatMap((block) => block.split("\n"))
  .map((line) => line.replace(/\s+# .*$/, "").trim())
  .filter((line) => line !== "");
const ours = (kind: string) => lines.filter((line) => line.startsWith(`npx optimbench ${kind}`));

const ADDRESS = /rediss?:\/\/host:6379/g;
const SMALL = "--dataset digits --model mlp --epochs 1";

let server: RedisServer;
let redis: Redis;
let folder: string;
let environment: Record<string, string>;
const started: ChildProcess[] = [];
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  const [exported] = lines.filter((line) => line.startsWith("export "));
  environment = Object.fromEntries(
    exported!
      .replace(ADDRESS, server.url)
      .split(" ")
      .slice(1)
      .map((each) => each.split("=") as [string, string]),
  );
  const { OPTIMBENCH_QUEUE_USERNAME: user, OPTIMBENCH_QUEUE_PASSWORD: password } = environment;
  await redis.call("ACL", "SETUSER", user!, "on", `>${password}`, "~*", "&*", "+@all");
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Starts a command of the page with the test's server. The settings of `export` apply to those without an address. */
function start(line: string): ChildProcess {
  const command = line.replace(ADDRESS, server.url);
  const program = `exec node "${join(packageRoot, "dist", "cli", "main.js")}"`;
  const child = spawn("bash", ["-c", command.replace("npx optimbench", program)], {
    cwd: folder,
    env: { ...process.env, ...(command === line && environment) },
  });
  started.push(child);
  return child;
}
async function ended(child: ChildProcess) {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, "close"),
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, stdout, stderr };
}
/** Waits until a process has said something. */
async function printed(child: ChildProcess, what: RegExp): Promise<string> {
  let all = "";
  for await (const chunk of child.stderr!.iterator({ destroyOnReturn: false })) {
    all += chunk;
    const found = what.exec(all);
    if (found) return found[0];
  }
  throw new Error(`The process ended without ${what}: ${all}`);
}
const status = async () =>
  JSON.parse((await ended(start(`npx optimbench queue status ${server.url} --json`))).stdout).result;
/** Waits for what the status says. */
async function until(
  isTrue: (now: { readonly studies: { id: string }[]; readonly workers: object[] }) => boolean,
) {
  for (;;) {
    const now = await status();
    if (isTrue(now)) return now;
  }
}

describe("the commands of docs/queue.md", () => {
  it("are tested here", () => {
    const known = [...ours("worker"), ...ours("compare"), ...ours("queue status"), ...ours("queue cancel")];
    expect(lines.filter((line) => line.startsWith("npx "))).toHaveLength(known.length);
    expect(known.length).toBeGreaterThanOrEqual(8);
  });

  it("train studies with the workers that were started, and show what the queue does", async () => {
    const workers = ours("worker").map(start);
    await until((now) => now.workers.length === workers.length);
    for (const line of ours("compare")) {
      const shorter = line.replace("--optimizers all --seeds 10", "--optimizers adam,sgd --seeds 2");
      const { code, stdout, stderr } = await ended(start(`${shorter} ${SMALL}`));
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("adam");
    }
    const [program, ...others] = blocks("js");
    expect(others).toEqual([]);
    const file = join(folder, "program.mjs");
    const small = 'dataset: "digits", model: "mlp", epochs: 1, seeds: 2';
    writeFileSync(
      file,
      program!
        .replace(ADDRESS, server.url)
        .replace("seeds: 10", small)
        .replace('"optimbench"', JSON.stringify(moduleIn("index.js"))),
    );
    const { code, stderr } = await ended(spawn(process.execPath, [file], { cwd: folder }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    for (const line of ours("queue status")) {
      const shown = start(line.replace(/--serve \d+/, "--serve 0"));
      if (line.includes("--serve")) {
        const address = await printed(shown, /http:\/\/[\w.:]+/);
        for (const path of ["/", "/metrics", "/status.json"])
          expect((await fetch(new URL(path, address))).status).toBe(200);
        shown.kill("SIGTERM");
        await once(shown, "exit");
      } else {
        const { code, stdout, stderr } = await ended(shown);
        expect({ code, stderr, isEmpty: stdout === "" }).toEqual({ code: 0, stderr: "", isEmpty: false });
      }
    }
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map(ended));
  });

  it("cancel a study", async () => {
    const [line, ...others] = ours("queue cancel");
    expect(others).toEqual([]);
    const study = ended(start(`npx optimbench compare ${SMALL} --out cancelled --queue ${server.url}`));
    const [{ id }] = (await until((now) => now.studies.length === 1)).studies;
    expect(await ended(start(line!.replace(/cancel \w+/, `cancel ${id}`)))).toMatchObject({ code: 0 });
    expect(await study).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Study ${id} was cancelled`),
    });
  });
});
