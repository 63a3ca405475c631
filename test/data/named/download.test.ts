import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { fetchPublished } from "../../../src/data/named/fetch-published.js";
import { PUBLISHED } from "../../../src/data/named/published.js";
import type { DownloadProgress } from "../../../src/system/download.js";
import { packageRoot } from "../../../src/system/package-root.js";
import { idx, temporaryFolder } from "../idx-files.js";
import { mirror } from "../mirror.js";

vi.mock("node:timers/promises", async (original) => {
  const real = await original<typeof import("node:timers/promises")>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

/** The smallest of MNIST's files, as it is published. */
const NAME = "t10k-labels-idx1-ubyte.gz";
const FILE = readFileSync(new URL(`../${NAME}`, import.meta.url));
const OTHERS = PUBLISHED.mnist.files.map(({ name }) => name).filter((name) => !NAME.startsWith(name));
const PART = `${NAME}.part`;

const good: RequestListener = (_, response) => response.end(FILE);
const quick = { pauseMilliseconds: 1 };

/** A folder that lacks that file alone. */
function almostComplete(): string {
  const folder = temporaryFolder();
  for (const name of OTHERS) writeFileSync(join(folder, name), "");
  return folder;
}

const expectWhole = (folder: string) => {
  expect(readdirSync(folder).sort()).toEqual([NAME, ...OTHERS].sort());
  expect(readFileSync(join(folder, NAME)).equals(FILE)).toBe(true);
};
/** Nothing is there that was not before, but for a part of the file that the next download continues. */
const expectUntouched = (folder: string) => {
  const names = readdirSync(folder).sort();
  expect(names.filter((name) => name !== PART)).toEqual(OTHERS.toSorted());
  if (!names.includes(PART)) return;
  const part = readFileSync(join(folder, PART));
  expect(part.length).toBeGreaterThan(0);
  expect(part.equals(FILE.subarray(0, part.length))).toBe(true);
};

beforeEach(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"])
    vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

describe("fetchPublished", () => {
  it("fetches missing files, reports progress, and requests nothing if all are present", async () => {
    const folder = almostComplete();
    const { url, asked } = await mirror((_, response) =>
      response.writeHead(200, { "content-length": FILE.length }).end(FILE),
    );
    const seen: DownloadProgress[] = [];
    await fetchPublished("mnist", folder, { mirrors: [url], onProgress: (progress) => seen.push(progress) });
    expectWhole(folder);
    expect(seen.at(-1)).toEqual({ file: NAME, receivedBytes: FILE.length, totalBytes: FILE.length });
    await fetchPublished("mnist", folder, { mirrors: [url] });
    expect(asked).toEqual([`/${NAME}`]);
  });

  it("creates the folder and fetches every file", async () => {
    const folder = join(temporaryFolder(), "a", "b");
    const { url, asked } = await mirror((_, response) => response.writeHead(404).end());
    await expect(fetchPublished("mnist", folder, { mirrors: [`${url}mnist`], rounds: 1 })).rejects.toThrow(
      /404 Not Found/,
    );
    expect(asked).toEqual(["/mnist/train-images-idx3-ubyte.gz"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      "answers 404",
      (_, response) => response.writeHead(404).end("not here"),
      /the server responded with 404 Not Found/,
    ],
    [
      "drops the connection half way",
      (_, response) => {
        response.writeHead(200, { "content-length": FILE.length });
        response.write(FILE.subarray(0, 2000), () => response.destroy());
      },
      /other side closed|terminated|aborted/,
    ],
    [
      "sends another file",
      (_, response) => response.end(gzipSync(idx([10_000]))),
      /the data it sent is not the published file/,
    ],
    [
      "sends a web page",
      (_, response) => response.end("<html>Log in first</html>"),
      /the data it sent is not the published file/,
    ],
    [
      "sends a part",
      (_, response) => response.end(FILE.subarray(0, 3000)),
      /the data it sent is not the published file/,
    ],
    [
      "sends without end",
      (_, response) => {
        const megabyte = Buffer.alloc(2 ** 20);
        const send = () => void response.write(megabyte, (error) => error || send());
        send();
      },
      /it sent far more data than the file has/,
    ],
    [
      "redirects in circles",
      (_, response) => response.writeHead(302, { location: `/${NAME}` }).end(),
      /redirect count exceeded/,
    ],
  ])("tries the next mirror if one %s", async (_, bad, reason) => {
    const folder = almostComplete();
    const [first, second] = [await mirror(bad), await mirror(good)];
    await fetchPublished("mnist", folder, { mirrors: [first.url, second.url], ...quick });
    expectWhole(folder);
    expect(first.asked.length).toBeGreaterThan(0);

    const empty = almostComplete();
    const failure = fetchPublished("mnist", empty, { mirrors: [first.url], rounds: 1, ...quick });
    await expect(failure).rejects.toMatchObject({ code: "DATA", message: expect.stringMatching(reason) });
    expectUntouched(empty);
  });

  it.each<[string, RequestListener]>([
    ["never answers", () => {}],
    ["stops sending", (_, response) => void response.write(FILE.subarray(0, 2000))],
  ])("abandons a mirror that %s", async (_, silent) => {
    const folder = almostComplete();
    const [first, second] = [await mirror(silent), await mirror(good)];
    await fetchPublished("mnist", folder, {
      mirrors: [first.url, second.url],
      timeoutMilliseconds: 300,
      rounds: 10,
      ...quick,
    });
    expectWhole(folder);
  });

  it("retries if every mirror failed", async () => {
    const folder = almostComplete();
    let requests = 0;
    const { url } = await mirror((request, response) =>
      ++requests < 3 ? response.writeHead(503).end() : good(request, response as never),
    );
    await fetchPublished("mnist", folder, { mirrors: [url], ...quick });
    expect(requests).toBe(3);
    expectWhole(folder);
  });

  it("follows a redirection", async () => {
    const folder = almostComplete();
    const { url: target } = await mirror(good);
    const { url } = await mirror((_, response) =>
      response.writeHead(302, { location: `${target}else.gz` }).end(),
    );
    await fetchPublished("mnist", folder, { mirrors: [url], rounds: 1 });
    expectWhole(folder);
  });

  it("without a network, reports what was tried and the alternatives", async () => {
    const folder = almostComplete();
    const mirrors = ["http://127.0.0.1:1/mnist/", "http://no-such-host.invalid/"];
    const error = await fetchPublished("mnist", folder, {
      mirrors,
      rounds: 2,
      timeoutMilliseconds: 2000,
      ...quick,
    }).catch((reason) => reason);
    expect(error.code).toBe("DATA");
    expect(error.message.split("\n")).toEqual([
      "MNIST could not be downloaded:",
      expect.stringMatching(/^ {2}http:\/\/127\.0\.0\.1:1\/mnist\/t10k-labels-idx1-ubyte\.gz: .+/),
      expect.stringMatching(/^ {2}http:\/\/no-such-host\.invalid\/t10k-labels-idx1-ubyte\.gz: .+/),
      expect.stringMatching(/HTTPS_PROXY.*t10k-labels-idx1-ubyte\.gz\).*OPTIMBENCH_DATA.*"mnist-10k"/),
    ]);
    expectUntouched(folder);
  });

  it("uses the proxy from the environment", async () => {
    const folder = almostComplete();
    const { url } = await mirror(good);
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      tunnels.push(request.url!);
      const through = connect(Number(new URL(url).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        through.pipe(socket).pipe(through);
      });
      for (const each of [through, socket]) each.on("error", () => {});
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await fetchPublished("mnist", folder, { mirrors: ["http://mirror.invalid/"], rounds: 1, ...quick });
    expectWhole(folder);
    expect(tunnels).toEqual(["mirror.invalid:80"]);
  });

  it("stops immediately when aborted, and keeps what it has received", async () => {
    const folder = almostComplete();
    const { url } = await mirror((_, response) => void response.write(FILE.subarray(0, 2000)));
    const controller = new AbortController();
    const download = fetchPublished("mnist", folder, {
      mirrors: [url],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(download).rejects.toMatchObject({ code: "ABORTED", message: "The download was stopped." });
    expect(readFileSync(join(folder, PART)).equals(FILE.subarray(0, 2000))).toBe(true);
    expectUntouched(folder);
  });

  it("stops between two tries when aborted", async () => {
    const { url, asked } = await mirror((_, response) => response.writeHead(503).end());
    const controller = new AbortController();
    const begun = vi.mocked(setTimeout);
    const pause = begun.getMockImplementation()!;
    begun.mockImplementationOnce((...given) => {
      const paused = pause(...given);
      controller.abort();
      return paused;
    });
    const download = fetchPublished("mnist", almostComplete(), {
      mirrors: [url],
      signal: controller.signal,
      pauseMilliseconds: 3_600_000,
    });
    await expect(download).rejects.toMatchObject({ code: "ABORTED" });
    expect(asked.length).toBe(1);
  });

  it("reports that the folder is not writable before any request", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const { url, asked } = await mirror(good);
    for (const folder of [join(file, "sub"), "/proc/nope", "/proc/self/task"])
      await expect(fetchPublished("mnist", folder, { mirrors: [url] })).rejects.toThrow(
        `Cannot write to ${folder}: `,
      );
    expect(asked).toEqual([]);
  });

  it("continues what a killed process received", async () => {
    const folder = almostComplete();
    const library = pathToFileURL(join(packageRoot, "dist", "system", "temporary-file.js")).href;
    const name = execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { temporaryName } from "${library}"; console.log(temporaryName(".${PART}"))`,
      ],
      { encoding: "utf8" },
    ).trim();
    writeFileSync(join(folder, name), FILE.subarray(0, 2000));
    const ranges: unknown[] = [];
    const { url } = await mirror((request, response) => {
      ranges.push(request.headers.range);
      response.writeHead(206, { "content-range": "bytes 2000-4541/4542" }).end(FILE.subarray(2000));
    });
    await fetchPublished("mnist", folder, { mirrors: [url], rounds: 1 });
    expectWhole(folder);
    expect(ranges).toEqual(["bytes=2000-"]);
  });

  it("refuses a folder that contains another dataset with the same file names", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, NAME), FILE);
    const { url, asked } = await mirror(good);
    await expect(fetchPublished("kmnist", folder, { mirrors: [url] })).rejects.toMatchObject({
      code: "DATA",
      message: `The folder ${folder} contains MNIST, whose files have the same names as Kuzushiji-MNIST's. Choose another folder.`,
    });
    expect(asked).toEqual([]);
  });

  it("survives a second download into the same folder", async () => {
    const folder = almostComplete();
    mkdirSync(folder, { recursive: true });
    const { url } = await mirror(good);
    await Promise.all([1, 2, 3].map(() => fetchPublished("mnist", folder, { mirrors: [url] })));
    expectWhole(folder);
  });
});
