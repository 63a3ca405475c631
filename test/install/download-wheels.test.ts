import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { beforeEach, expect, test, vi } from "vitest";
import { downloadWheels } from "../../src/install/download-wheels.js";
import { KNOWN_WHEELS } from "../../src/install/known-wheels.js";
import type { DownloadProgress } from "../../src/system/download.js";
import { makeFolder } from "../../src/system/make-folder.js";
import { mirror } from "../data/mirror.js";
import { makeWheel } from "./fake-wheel.js";
import { useTestFolder } from "./test-folder.js";

// Uses the real pip with a package index on this machine.
vi.mock("../../src/install/known-wheels.js", () => ({ KNOWN_WHEELS: {} }));
const realPath = process.env.PATH!;
const folder = useTestFolder();
const NAME = "torch-2.15.0-py3-none-any.whl";
let wheel = Buffer.alloc(0);
let said: string[] = [];
let seen: DownloadProgress[] = [];
const context = {
  log: (line: string) => void said.push(line),
  onProgress: (progress: DownloadProgress) => void seen.push(progress),
  quiet: true,
  force: false,
};

beforeEach(() => {
  [said, seen] = [[], []];
  vi.stubEnv("PATH", realPath);
  for (const name of ["PIP_NO_INDEX", "PIP_FIND_LINKS", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  makeWheel(folder.path("source"), "torch", "2.15.0", [], { "torch/lib/big": randomBytes(300_000) });
  wheel = readFileSync(folder.path("source", "wheels", NAME));
  know(sha256(wheel));
});

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
const know = (hash: string) =>
  Object.assign(KNOWN_WHEELS, { [`${process.platform}-${process.arch}`]: { "torch-2.15.0": hash } });

interface Index {
  /** Whether it says the hash of the wheel. */
  readonly hash?: boolean;
  /** Sends the wheel. */
  readonly send?: (response: ServerResponse, start: number, agent: string) => void;
}

/** A package index with one wheel, which pip uses from then on. */
async function packageIndex({ hash = true, send }: Index = {}) {
  const { url, asked } = await mirror((request, response) => {
    const path = new URL(request.url!, "http://127.0.0.1").pathname;
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (path === "/simple/torch/") {
      const href = `../../files/${NAME}${hash ? `#sha256=${sha256(wheel)}` : ""}`;
      response.setHeader("content-type", "text/html").end(`<a href="${href}">${NAME}</a>`);
    } else if (path !== `/files/${NAME}`) response.writeHead(404).end();
    else if (send) send(response, start, request.headers["user-agent"] ?? "");
    else sendFrom(response, start).end(wheel.subarray(start));
  });
  vi.stubEnv("PIP_INDEX_URL", `${url}simple/`);
  return { url, wheelRequests: () => asked.filter((path) => path.endsWith(NAME)).length };
}

const sendFrom = (response: ServerResponse, start: number) =>
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": wheel.length - start,
    ...(start > 0 && { "content-range": `bytes ${start}-${wheel.length - 1}/${wheel.length}` }),
  });

const downloadTorch = () => {
  const to = folder.path("cache", "partial");
  makeFolder(to);
  return downloadWheels("python3", to, ["--no-deps", "torch==2.15.0"], "torch 2.15.0", context);
};

const expectWhole = (paths: readonly string[]) => {
  expect(paths).toEqual([folder.path("cache", "partial", "wheels", NAME)]);
  expect(readFileSync(paths[0]!).equals(wheel)).toBe(true);
  expect(readdirSync(folder.path("cache", "downloads"))).toEqual([]);
};

test("downloads from the index in PIP_INDEX_URL, and reports progress", async () => {
  const { wheelRequests } = await packageIndex();
  expectWhole(await downloadTorch());
  expect(wheelRequests()).toBe(1);
  expect(seen.at(-1)).toEqual({ file: NAME, receivedBytes: wheel.length, totalBytes: wheel.length });
});

test("continues a download that a broken connection ended", async () => {
  const starts: number[] = [];
  await packageIndex({
    send: (response, start) => {
      starts.push(start);
      sendFrom(response, start);
      if (starts.length > 1) return void response.end(wheel.subarray(start));
      response.write(wheel.subarray(0, 100_000), () => setImmediate(() => response.destroy()));
    },
  });
  expectWhole(await downloadTorch());
  expect(starts).toHaveLength(2);
  expect(starts[1]).toBeGreaterThan(0);
});

test("continues what an earlier setup received", async () => {
  const starts: number[] = [];
  await packageIndex({
    send: (response, start) => {
      starts.push(start);
      sendFrom(response, start).end(wheel.subarray(start));
    },
  });
  makeFolder(folder.path("cache", "downloads"));
  writeFileSync(folder.path("cache", "downloads", `${NAME}.part`), wheel.subarray(0, 123_456));
  expectWhole(await downloadTorch());
  expect(starts).toEqual([123_456]);
});

test("lets pip download from an index without hashes", async () => {
  await packageIndex({ hash: false });
  const [path] = await downloadTorch();
  expect(readFileSync(path!).equals(wheel)).toBe(true);
  expect(seen).toEqual([]);
});

test("lets pip download what the index gives to pip alone", async () => {
  await packageIndex({
    send: (response, start, agent) => {
      if (agent.startsWith("pip/")) sendFrom(response, start).end(wheel.subarray(start));
      else response.writeHead(401).end();
    },
  });
  const paths = await downloadTorch();
  expect(readFileSync(paths[0]!).equals(wheel)).toBe(true);
  expect(said.join("\n")).toMatch(/: the server responded with 401.*\. pip downloads it instead\.$/m);
}, 30_000);

test("rejects a wheel that differs from the known one, whoever downloads it", async () => {
  await packageIndex();
  know("0".repeat(64));
  await expect(downloadTorch()).rejects.toThrow(
    /^The package index served a different torch-2\.15\.0-.*: its SHA-256 is [0-9a-f]{64}, expected 0{64}\./,
  );
  know(sha256(wheel));
  rmSync(folder.path("cache"), { recursive: true });
  const changed = Buffer.from(wheel);
  changed[200_000]! ^= 1;
  await packageIndex({
    send: (response) => void response.setHeader("content-length", wheel.length).end(changed),
  });
  await expect(downloadTorch()).rejects.toThrow(/THESE PACKAGES DO NOT MATCH THE HASHES|served a different/);
  expect(existsSync(folder.path("cache", "downloads", NAME))).toBe(false);
}, 60_000);

test("asks through the proxy in HTTP_PROXY", async () => {
  const { url } = await packageIndex();
  const proxied: string[] = [];
  const proxy = await mirror((request, response) => {
    proxied.push(request.url!);
    response.writeHead(302, { location: request.url!.replace("http://packages.invalid/", url) }).end();
  });
  // undici asks a proxy with CONNECT, also for http.
  proxy.server.on("connect", (request, socket) => {
    proxied.push(request.url!);
    const upstream = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) end.on("error", () => end.destroy());
  });
  vi.stubEnv("PIP_INDEX_URL", "http://packages.invalid/simple/");
  vi.stubEnv("PIP_TRUSTED_HOST", "packages.invalid");
  vi.stubEnv("HTTP_PROXY", proxy.url);
  const [path] = await downloadTorch();
  expect(readFileSync(path!).equals(wheel)).toBe(true);
  expect(new Set(proxied)).toEqual(new Set(["packages.invalid:80"]));
  expect(seen.at(-1)?.receivedBytes).toBe(wheel.length);
});
