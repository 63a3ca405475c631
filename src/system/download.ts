import { open, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { OptimbenchError } from "../errors.js";
import { fileProblem, isFileProblem } from "./file-problem.js";
import { flushFile } from "./flush-file.js";
import { CallbackError } from "./relay-callback.js";
import { leftovers, temporaryName } from "./temporary-file.js";
import { undici } from "./unbundled.js";

/** The progress of one file's download. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes received so far, compressed, with those of an earlier download that is continued. */
  readonly receivedBytes: number;
  /** Size of the compressed file; undefined if the server does not send it. */
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How many times each mirror is tried. Default 3. */
  readonly rounds?: number;
  /** The pause after the first round. It doubles after each further round. Default 1000. */
  readonly pauseMilliseconds?: number;
  /** The time without an answer or a further byte after which the next mirror is tried. Default 30,000. */
  readonly timeoutMilliseconds?: number;
}

/** A file to download. */
export interface RemoteFile {
  /** Its name at the mirrors and in the folder. */
  readonly file: string;
  /** URLs of the folders that contain it, tried in this order. */
  readonly mirrors: readonly string[];
  /** A limit on its size. */
  readonly mostBytes: number;
  /** @throws OptimbenchError (DATA) unless the file at a path is the published one */
  check(path: string): Promise<void>;
}

/** What the part of a file that an unfinished download received is called. */
const partName = (file: string): string => `${file}.part`;

/** Renames what downloads of killed processes received in a folder, so that the next download continues it. */
export async function keepParts(folder: string): Promise<void> {
  for (const name of await leftovers(folder)) {
    const part = /^\.optimbench-[^.]*\.(.+\.part)$/.exec(name)?.[1];
    if (part !== undefined) await rename(join(folder, name), join(folder, part)).catch(() => {});
  }
}

/**
 * Downloads files to a folder. A file appears there only when it is complete and verified. What an interrupted download received
 * is kept as FILE.part, and the next download continues it. Respects HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 *
 * @returns the reasons by URL if no mirror provides a file, in which case the remaining files are not tried
 * @throws OptimbenchError (FILE) if `folder` cannot be written; (ABORTED) when `signal` fires
 */
export async function download(
  folder: string,
  files: readonly RemoteFile[],
  options: DownloadOptions,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { EnvHttpProxyAgent } = undici();
  const timeout = options.timeoutMilliseconds ?? 30_000;
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { timeout },
  });
  try {
    for (const file of files) {
      const reasons = await downloadFile(folder, file, options, dispatcher);
      if (reasons !== undefined) return reasons;
    }
    return undefined;
  } finally {
    // close() would wait for a server that has stopped sending.
    await dispatcher.destroy();
  }
}

/** Codes of errors that no other mirror can avoid. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

async function downloadFile(
  folder: string,
  remote: RemoteFile,
  options: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { rounds = 3, pauseMilliseconds = 1000, signal } = options;
  const part = join(folder, partName(remote.file));
  // Renamed while in use, so that two processes never write to the same file.
  const temporary = join(folder, temporaryName(`.${partName(remote.file)}`));
  await rename(part, temporary).catch(() => {});
  const reasons = new Map<string, string>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const mirror of remote.mirrors) {
        const url = `${mirror.replace(/\/?$/, "/")}${remote.file}`;
        try {
          await tryMirror(url, temporary, remote, options, dispatcher);
          await rename(temporary, join(folder, remote.file));
          return undefined;
        } catch (error) {
          if (error instanceof CallbackError) throw error;
          if (signal?.aborted)
            throw new OptimbenchError("ABORTED", "The download was stopped.", { cause: error });
          if (isFileProblem(error) && FULL.has(error.code!))
            throw new OptimbenchError("FILE", `Cannot write to ${folder}: ${fileProblem(error)}.`, {
              cause: error,
              path: folder,
            });
          reasons.set(url, rootReason(error));
        }
      }
      // If aborted, the pause ends early and the next request fails immediately.
      if (round + 1 < rounds)
        await setTimeout(pauseMilliseconds * 2 ** round, undefined, { signal }).catch(() => {});
    }
    return reasons;
  } finally {
    if ((await sizeOf(temporary)) > 0) await rename(temporary, part).catch(() => {});
    await rm(temporary, { force: true });
  }
}

/** Continues what `temporary` has, or begins anew if the result is not the published file. */
async function tryMirror(
  url: string,
  temporary: string,
  remote: RemoteFile,
  options: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<void> {
  const isContinued = (await sizeOf(temporary)) > 0;
  try {
    await receive(url, temporary, remote, options, dispatcher);
    await remote.check(temporary);
  } catch (error) {
    if (!(error instanceof OptimbenchError) && !(error instanceof UnusablePart)) throw error;
    await rm(temporary, { force: true });
    // The part may have come from another mirror, which compresses the file in another way.
    if (!isContinued) throw error;
    await tryMirror(url, temporary, remote, options, dispatcher);
  }
}

/** The server cannot continue the part: it is as long as the file, or longer. */
class UnusablePart extends Error {}

async function receive(
  url: string,
  temporary: string,
  { file, mostBytes }: RemoteFile,
  { onProgress, signal }: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<void> {
  const { fetch } = undici();
  const size = await sizeOf(temporary);
  const headers = { "accept-encoding": "identity", ...(size > 0 && { range: `bytes=${size}-` }) };
  const response = await fetch(url, { dispatcher, headers, ...(signal && { signal }) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const answer = `the server responded with ${response.status} ${response.statusText}`.trimEnd();
    throw response.status === 416 ? new UnusablePart(answer) : new Error(answer);
  }
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  const start = response.status === 206 && Number(range) === size ? size : 0;
  if (start !== size) await truncate(temporary, 0);
  const length = Number(response.headers.get("content-length")) || undefined;
  let receivedBytes = start;
  // Each chunk is written before the next is awaited, so that whatever ends the download, its part has all that was received.
  const output = await open(temporary, "a");
  try {
    for await (const chunk of response.body) {
      receivedBytes += chunk.length;
      if (receivedBytes > mostBytes) throw new UnusablePart("it sent far more data than the file has");
      await output.writeFile(chunk);
      onProgress?.({ file, receivedBytes, totalBytes: length && start + length });
    }
    await flushFile(output);
  } finally {
    await output.close();
  }
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** What the innermost cause says; the outer error is only "fetch failed". */
function rootReason(error: unknown): string {
  if (error instanceof OptimbenchError) return "the data it sent is not the published file";
  const root = error as Error & { code?: string };
  if (root.cause instanceof Error) return rootReason(root.cause);
  return root.message || root.code || "no reason given";
}
