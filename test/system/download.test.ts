import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OptimbenchError } from "../../src/errors.js";
import { type DownloadProgress, download } from "../../src/system/download.js";
import "../property-seed.js";
import { temporaryFolder } from "../data/idx-files.js";
import { mirror } from "../data/mirror.js";

const NAME = "file.gz";
const FILE = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) % 251));
const quick = { pauseMilliseconds: 1, rounds: 1 };

/** Answers requests for a range as RFC 9110 says, with `most` bytes at a time. */
const server =
  (file: Buffer, most = file.length): RequestListener =>
  (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= file.length && start > 0) return void response.writeHead(416).end();
    const headers = { "content-length": file.length - start };
    if (start > 0)
      response.writeHead(206, {
        ...headers,
        "content-range": `bytes ${start}-${file.length - 1}/${file.length}`,
      });
    else response.writeHead(200, headers);
    const body = file.subarray(start, start + most);
    if (start + body.length === file.length) response.end(body);
    else response.write(body);
  };

const remote = (mirrors: readonly string[]) => ({
  file: NAME,
  mirrors,
  mostBytes: 1e6,
  check: async (path: string) => {
    if (!readFileSync(path).equals(FILE)) throw new OptimbenchError("DATA", "another file");
  },
});

const expectWhole = (folder: string) => {
  expect(readdirSync(folder)).toEqual([NAME]);
  expect(readFileSync(join(folder, NAME)).equals(FILE)).toBe(true);
};

beforeEach(() => {
  for (const name of ["http_proxy", "HTTP_PROXY"]) vi.stubEnv(name, undefined);
});

describe("download", () => {
  it("continues a part that an earlier download left, and counts its bytes", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `${NAME}.part`), FILE.subarray(0, 1234));
    const ranges: unknown[] = [];
    const { url } = await mirror((request, response) => {
      ranges.push(request.headers.range);
      server(FILE)(request, response as never);
    });
    const seen: DownloadProgress[] = [];
    await download(folder, [remote([url])], { ...quick, onProgress: (progress) => seen.push(progress) });
    expectWhole(folder);
    expect(ranges).toEqual(["bytes=1234-"]);
    expect(seen[0]!.receivedBytes).toBeGreaterThan(1234);
    expect(seen.at(-1)).toEqual({ file: NAME, receivedBytes: 5000, totalBytes: 5000 });
  });

  it("arrives at the file however often and wherever the connection breaks, over all mirrors", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 500, max: 5000 }), { minLength: 1, maxLength: 3 }),
        async (most) => {
          const folder = temporaryFolder();
          let current: ServerResponse | undefined;
          const breaking = (bytes: number) =>
            mirror((request, response) => {
              current = response as ServerResponse;
              server(FILE, bytes)(request, response);
            });
          const mirrors = (await Promise.all(most.map(breaking))).map(({ url }) => url);
          await download(folder, [remote(mirrors)], {
            ...quick,
            rounds: 12,
            onProgress: ({ receivedBytes }) => void (receivedBytes < FILE.length && current?.destroy()),
          });
          expectWhole(folder);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each<[string, Buffer, RequestListener]>([
    ["whose server ignores ranges", FILE.subarray(0, 100), (_, response) => response.end(FILE)],
    ["of another file", Buffer.from("<html>Log in first</html>"), server(FILE)],
    ["that is longer than the file", Buffer.alloc(6000), server(FILE)],
    ["that is the whole of another file", Buffer.alloc(5000), server(FILE)],
    [
      "whose server sends another range",
      FILE.subarray(0, 100),
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-4999/5000" }).end(FILE),
    ],
  ])("begins anew with a part %s", async (_, part, answer) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `${NAME}.part`), part);
    const { url } = await mirror(answer);
    await download(folder, [remote([url])], quick);
    expectWhole(folder);
  });

  it("returns why each mirror failed, and keeps the part", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `${NAME}.part`), FILE.subarray(0, 100));
    const { url } = await mirror((_, response) => response.writeHead(503).end());
    const reasons = await download(folder, [remote([url])], quick);
    expect([...reasons!]).toEqual([[`${url}${NAME}`, "the server responded with 503 Service Unavailable"]]);
    expect(readFileSync(join(folder, `${NAME}.part`)).equals(FILE.subarray(0, 100))).toBe(true);
  });
});
