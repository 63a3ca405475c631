import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { yauzl } from "../../system/unbundled.js";

/**
 * Unpacks members of a verified archive, .zip or .tar.gz.
 *
 * @param destinations where to write each member, by its name in the archive
 * @throws the reason if the archive is damaged or lacks a member, or a file cannot be written
 */
export async function unpack(archive: string, destinations: ReadonlyMap<string, string>): Promise<void> {
  const remaining = new Map(destinations);
  const members = archive.endsWith(".zip") ? zipMembers(archive) : tarMembers(archive);
  for await (const { name, content } of members) {
    const path = remaining.get(name);
    if (path === undefined) continue;
    remaining.delete(name);
    await pipeline(await content(), createWriteStream(path, { flags: "wx", flush: true }));
    if (remaining.size === 0) return;
  }
  throw new Error(`it has no file ${[...remaining.keys()][0]}`);
}

interface Member {
  readonly name: string;
  content(): Promise<NodeJS.ReadableStream | AsyncIterable<Buffer>>;
}

async function* zipMembers(path: string): AsyncGenerator<Member> {
  const archive = await yauzl().openPromise(path);
  try {
    for await (const entry of archive.eachEntry())
      yield { name: entry.fileName, content: () => archive.openReadStreamPromise(entry) };
  } finally {
    archive.close();
  }
}

const BLOCK = 512;

/** The members of a tar archive (ustar): a block of header, then the content, padded to whole blocks. */
async function* tarMembers(path: string): AsyncGenerator<Member> {
  const source = createReadStream(path);
  const reader = new BlockReader(source.pipe(createGunzip({ chunkSize: 2 ** 20 })));
  source.on("error", (error) => reader.stream.destroy(error));
  try {
    for (;;) {
      const header = await reader.take(BLOCK);
      const name = textOf(header, 0, 100);
      if (name === "") return; // two empty blocks end the archive
      let left = Math.ceil(Number.parseInt(textOf(header, 124, 12), 8) / BLOCK) * BLOCK;
      let size = Number.parseInt(textOf(header, 124, 12), 8);
      const content = async function* () {
        while (left > 0) {
          const piece = await reader.take(Math.min(left, 2 ** 20));
          left -= piece.length;
          yield piece.subarray(0, Math.min(size, piece.length));
          size -= piece.length;
        }
      };
      yield { name, content: async () => content() };
      while (left > 0) left -= (await reader.take(Math.min(left, 2 ** 20))).length;
    }
  } finally {
    source.destroy();
    reader.stream.destroy();
  }
}

const textOf = (header: Buffer, first: number, length: number) =>
  header
    .toString("latin1", first, first + length)
    .replace(/\0.*$/s, "")
    .trim();

/** Cuts a stream into pieces of given lengths. */
class BlockReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private buffered = Buffer.alloc(0);

  constructor(readonly stream: ReturnType<typeof createGunzip>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [this.buffered];
    let available = this.buffered.length;
    while (available < length) {
      const { done, value } = await this.chunks.next();
      if (done) throw new Error("it is truncated");
      pieces.push(value);
      available += value.length;
    }
    const whole = Buffer.concat(pieces);
    this.buffered = whole.subarray(length);
    return whole.subarray(0, length);
  }
}
