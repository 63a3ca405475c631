import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { makeFolder } from "../../system/make-folder.js";
import { removeLeftovers, temporaryName } from "../../system/temporary-file.js";
import { tryFolder } from "../../system/write-file.js";
import { readIdx } from "../sources/idx.js";
import { IDX_PARTS, type IdxPart, idxFiles } from "../sources/idx-folder.js";
import { checkMnist, MNIST_FILES } from "./mnist.js";

/** Base URLs of MNIST's four gzipped files, tried in this order. */
const MNIST_MIRRORS: readonly string[] = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

/** The progress of one file's download. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes received so far, compressed. */
  readonly receivedBytes: number;
  /** Size of the compressed file; undefined if the server does not send it. */
  readonly totalBytes: number | undefined;
}

interface DownloadOptions {
  /** Default `MNIST_MIRRORS`. */
  readonly mirrors?: readonly string[] | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How many times each mirror is tried. Default 3. */
  readonly rounds?: number;
  /** The pause after the first round. It doubles after each further round. Default 1000. */
  readonly pauseMilliseconds?: number;
  /** The time without an answer or a further byte after which the next mirror is tried. Default 30,000. */
  readonly timeoutMilliseconds?: number;
}

/** A limit on the download. The largest file has 9.9 MB. */
const MOST_BYTES = 32 * 2 ** 20;

/**
 * Downloads those of MNIST's four files that `folder` lacks. A file appears there only when it is complete and verified.
 * Respects HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 *
 * @throws OptimbenchError (DATA) if no mirror provides a file, with each mirror's reason and alternatives; (FILE) if `folder`
 *   is not writable; (ABORTED) when `signal` fires
 */
export async function downloadMnist(folder: string, options: DownloadOptions = {}): Promise<void> {
  try {
    makeFolder(folder);
    await tryFolder(folder);
  } catch (cause) {
    throw new OptimbenchError("FILE", `Cannot write to ${folder}: ${fileProblem(cause)}.`, {
      cause,
      path: folder,
    });
  }
  await removeLeftovers(folder);
  const present = idxFiles(folder);
  const missing = IDX_PARTS.filter((part) => present[part] === undefined);
  if (missing.length === 0) return;
  const { EnvHttpProxyAgent } = await import("undici");
  const timeout = options.timeoutMilliseconds ?? 30_000;
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { timeout },
  });
  try {
    for (const part of missing) await downloadFile(part, folder, options, dispatcher);
  } finally {
    // close() would wait for a server that has stopped sending.
    await dispatcher.destroy();
  }
}

async function downloadFile(part: IdxPart, folder: string, options: DownloadOptions, dispatcher: Dispatcher) {
  const { mirrors = MNIST_MIRRORS, rounds = 3, pauseMilliseconds = 1000, signal } = options;
  const reasons = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const mirror of mirrors) {
      const url = `${mirror.replace(/\/?$/, "/")}${MNIST_FILES[part].name}.gz`;
      try {
        return await tryMirror(url, part, folder, options, dispatcher);
      } catch (error) {
        if (signal?.aborted)
          throw new OptimbenchError("ABORTED", "The download was stopped.", { cause: error });
        reasons.set(url, rootReason(error));
      }
    }
    // If aborted, the pause ends early and the next request fails immediately.
    if (round + 1 < rounds)
      await setTimeout(pauseMilliseconds * 2 ** round, undefined, { signal }).catch(() => {});
  }
  throw new OptimbenchError("DATA", failureText([...reasons].map(([url, reason]) => `  ${url}: ${reason}`)));
}

async function tryMirror(
  url: string,
  part: IdxPart,
  folder: string,
  { onProgress, signal }: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<void> {
  const { fetch } = await import("undici");
  const response = await fetch(url, { dispatcher, ...(signal && { signal }) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the server responded with ${response.status} ${response.statusText}`.trimEnd());
  }
  const file = `${MNIST_FILES[part].name}.gz`;
  const totalBytes = Number(response.headers.get("content-length")) || undefined;
  const temporary = join(folder, temporaryName());
  try {
    let receivedBytes = 0;
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          receivedBytes += chunk.length;
          if (receivedBytes > MOST_BYTES) throw new Error("it sent far more data than the file has");
          onProgress?.({ file, receivedBytes, totalBytes });
          yield chunk;
        }
      },
      createWriteStream(temporary, { flags: "wx", flush: true }),
      { ...(signal && { signal }) },
    );
    checkMnist(part, { [part]: temporary }, await readIdx(temporary));
    await rename(temporary, join(folder, file));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What the innermost cause says; the outer error is only "fetch failed". */
function rootReason(error: unknown): string {
  if (error instanceof OptimbenchError) return "the data it sent is not the published file";
  const root = error as Error & { code?: string };
  if (root.cause instanceof Error) return rootReason(root.cause);
  return root.message || root.code || "no reason given";
}

const failureText = (attempts: readonly string[]) =>
  [
    "MNIST could not be downloaded:",
    ...attempts,
    "Behind a proxy, set HTTPS_PROXY. Without a network, either copy its four files " +
      `(${IDX_PARTS.map((part) => `${MNIST_FILES[part].name}.gz`).join(", ")}) into a folder and set ` +
      'OPTIMBENCH_DATA to it, or use the dataset "mnist-10k", a subset of 10,000 digits that needs no download.',
  ].join("\n");
