import { reasonOf } from "../errors.js";

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "symbolic links lead in a circle",
  EEXIST: "a file of this name is in the way",
  EFBIG: "it is too large",
  ENXIO: "the device or pipe has no other end",
};

/** Why a file could not be read or written, in words rather than the system's code. */
export const fileProblem = (error: unknown): string =>
  PROBLEMS[(error as NodeJS.ErrnoException | null)?.code ?? ""] ?? reasonOf(error);

/** Whether the system refused an operation on files. */
export const isFileProblem = (
  error: unknown,
): error is NodeJS.ErrnoException & { readonly syscall: string } =>
  error instanceof Error && "syscall" in error && "code" in error;
