import { reasonOf } from "../errors.js";

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "the symbolic links form a loop",
  EEXIST: "a file with this name already exists",
  EFBIG: "it is too large",
  ENXIO: "nothing is connected to the device or pipe",
};

/** Why a file could not be read or written, in words instead of the system's error code. */
export const fileProblem = (error: unknown): string =>
  PROBLEMS[(error as NodeJS.ErrnoException | null)?.code ?? ""] ?? reasonOf(error);

/** Whether an error comes from a file operation. */
export const isFileProblem = (
  error: unknown,
): error is NodeJS.ErrnoException & { readonly syscall: string } =>
  error instanceof Error && "syscall" in error && "code" in error;
