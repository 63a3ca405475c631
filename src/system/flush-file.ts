import { fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

const flush = promisify(fsync);

/** Flushes a file to the disk. Files opened under Yarn's Plug'n'Play have no `sync()`. */
export const flushFile = (file: FileHandle): Promise<void> => flush(file.fd);
