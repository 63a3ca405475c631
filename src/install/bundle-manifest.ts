import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { OptimbenchError, reasonOf } from "../errors.js";
import { fileProblem, isFileProblem } from "../system/file-problem.js";
import { parse } from "../validation/parse.js";
import { parseJson } from "../validation/parse-json.js";
import { PINNED_VERSION } from "./version.js";
import { isNeeded } from "./wheel-contents.js";

/** The manifest's name in a bundle. */
export const MANIFEST = "optimbench-bundle.json";

/** libtorch has some 10,000 files. */
const MOST_FILES = 100_000;
const MOST_BYTES = 32 * 2 ** 20;

/** A path below the bundle, with "/" between names of letters, digits and a few signs. */
const isPlainPath = (path: string) => /^[\w.+-]+(\/[\w.+-]+)+$/.test(path) && !/(^|\/)\.\.?(\/|$)/.test(path);

const fileSchema = z.strictObject({
  path: z
    .string()
    .max(1000)
    .refine(isPlainPath, { error: "Expected a relative path of plain names for `{path}`." })
    .describe("where it is in the bundle"),
  size: z.int().min(0).describe("its size in bytes"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "Expected 64 hexadecimal digits for `{path}`." })
    .describe("the SHA-256 of its content"),
});

const manifestSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    libtorch: z
      .string()
      .regex(/^\d+\.\d+\.\d+(\+\w+)?$/, { error: 'Expected a version such as "2.15.0+cpu" for `{path}`.' })
      .describe("the version of libtorch"),
    platform: z.string().describe("the system that it is for, as Node.js names it"),
    arch: z.string().describe("the processor that it is for, as Node.js names it"),
    kind: z.enum(["cpu", "cuda"]).describe("whether the CUDA libraries are included"),
    files: z.array(fileSchema).min(1).max(MOST_FILES).describe("every file of libtorch"),
  })
  .superRefine(({ kind, files }, context) => {
    const paths = new Set<string>();
    files.forEach(({ path }, i) => {
      const problem = paths.has(path)
        ? "is listed twice"
        : isNeeded(path, kind)
          ? undefined
          : "is not a file that setup unpacks";
      paths.add(path);
      if (problem !== undefined)
        context.addIssue({
          code: "custom",
          path: ["files", i, "path"],
          message: `\`{path}\`: ${path} ${problem}.`,
        });
    });
  });

/** What a bundle contains: a libtorch for one system. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads the manifest of a bundle.
 *
 * @throws OptimbenchError (LIBTORCH) if it is missing or damaged, or if its libtorch does not fit this machine or package
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  const manifest = parseManifest(path);
  const [version] = manifest.libtorch.split("+");
  const system = `${process.platform}-${process.arch}`;
  const bundled = `${manifest.platform}-${manifest.arch}`;
  if (bundled !== system)
    throw unusable(
      folder,
      `it is for ${bundled}, this Node runs on ${system}. Make one on a machine of this kind.`,
    );
  if (version !== PINNED_VERSION)
    throw unusable(
      folder,
      `it has libtorch ${manifest.libtorch}, this optimbench needs ${PINNED_VERSION}. Make one with this version of optimbench.`,
    );
  return manifest;
}

/** An error about a bundle that names the folder. */
export const unusable = (folder: string, why: string, cause?: unknown) =>
  new OptimbenchError("LIBTORCH", `The bundle ${folder} cannot be used: ${why}`, { path: folder, cause });

function parseManifest(path: string): Manifest {
  const folder = join(path, "..");
  try {
    return parse(manifestSchema, parseJson(readBounded(path)), MANIFEST, 4 * MOST_FILES);
  } catch (cause) {
    if (isFileProblem(cause) && cause.code === "ENOENT")
      throw unusable(folder, `it has no ${MANIFEST}. \`npx optimbench setup --bundle FOLDER\` makes one.`);
    const why = isFileProblem(cause) ? `${fileProblem(cause)}.` : reasonOf(cause);
    throw unusable(folder, `${MANIFEST} is not readable: ${why}`, cause);
  }
}

/** Rejects links and pipes, which could be endless, before it opens them. */
function readBounded(path: string): Buffer {
  const found = lstatSync(path);
  if (!found.isFile()) throw new Error("it is not a regular file.");
  if (found.size > MOST_BYTES) throw new Error(`it has ${found.size} bytes, at most ${MOST_BYTES} are read.`);
  return readFileSync(path);
}
