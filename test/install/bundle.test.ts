import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { installBundle, writeBundle } from "../../src/install/bundle.js";
import { MANIFEST, type Manifest } from "../../src/install/bundle-manifest.js";
import { checkLibtorch } from "../../src/install/check-libtorch.js";
import { cachedRoot, findLibtorch } from "../../src/install/find-libtorch.js";
import { libraryFileName } from "../../src/install/library-file.js";
import { makeBundle, setup } from "../../src/install/setup.js";
import { recordPath, recordText, sha256Of } from "../../src/install/wheel-record.js";
import { fakeLibtorch, writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const context = { log: () => {}, quiet: true, force: false };
const C10 = `torch/lib/${libraryFileName("c10")}`;
let bundle = "";

const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

/** A libtorch in the cache with a list of its files, as setup leaves it. */
function fillCache() {
  const root = fakeLibtorch(cachedRoot("cpu"));
  const home = dirname(root);
  writeFiles(home, { "nvidia/cu13/lib/libcudart.so.13": "runtime" });
  const files = filesIn(home).map((path) => ({
    path,
    sha256: sha256Of(join(home, path), "base64url"),
    size: statSync(join(home, path)).size,
  }));
  writeFileSync(recordPath(home), recordText(files));
  return { root, rule: "cache", version: "2.15.0+cpu" } as const;
}

const emptyCache = () => rmSync(folder.path("cache"), { recursive: true, force: true });

// biome-ignore lint/suspicious/noExplicitAny: any change to the JSON
const edit = (change: (manifest: any) => void) => {
  const manifest = JSON.parse(readFileSync(join(bundle, MANIFEST), "utf8"));
  change(manifest);
  writeFileSync(join(bundle, MANIFEST), JSON.stringify(manifest));
};

/** Nothing under a final or a temporary name. */
const expectEmptyCache = () => {
  const libtorch = dirname(dirname(cachedRoot("cpu")));
  expect(existsSync(libtorch) ? readdirSync(libtorch) : []).toEqual([]);
};

beforeEach(async () => {
  bundle = folder.path("bundle");
  await writeBundle(bundle, "cpu", fillCache());
  emptyCache();
});

test("lists every file of libtorch with its size and SHA-256, and nothing else", () => {
  const manifest: Manifest = JSON.parse(readFileSync(join(bundle, MANIFEST), "utf8"));
  expect(manifest).toMatchObject({
    schemaVersion: 1,
    libtorch: "2.15.0+cpu",
    platform: process.platform,
    arch: process.arch,
    kind: "cpu",
  });
  expect(manifest.files.map(({ path }) => path).sort()).toEqual(
    filesIn(bundle).filter((path) => path !== MANIFEST),
  );
  for (const { path, size, sha256 } of manifest.files) {
    expect(statSync(join(bundle, path)).size).toBe(size);
    expect(sha256Of(join(bundle, path), "hex")).toBe(sha256);
  }
  expect(readdirSync(folder.path())).toEqual(["bundle"]); // no temporary folder
});

test("sets up a machine without Python and a network, and a second time copies nothing", async () => {
  const found = await installBundle(bundle, context);
  expect(found).toEqual({ root: cachedRoot("cpu"), rule: "cache", version: "2.15.0+cpu" });
  expect(findLibtorch({ forBuild: true })).toEqual(found);
  checkLibtorch(found.root, { forBuild: true, thorough: true });
  const said: string[] = [];
  const before = statSync(found.root).ino;
  expect(await installBundle(bundle, { ...context, log: (line) => said.push(line) })).toEqual(found);
  expect(said).toEqual([]);
  expect(statSync(found.root).ino).toBe(before);
});

test("replaces a damaged libtorch in the cache", async () => {
  const { root } = await installBundle(bundle, context);
  truncateSync(join(dirname(root), C10), 255);
  await installBundle(bundle, context);
  checkLibtorch(root, { thorough: true });
});

test.each<[string, () => void, RegExp]>([
  ["a truncated file", () => truncateSync(join(bundle, C10), 255), /c10.* has 255 bytes, but 256 are listed/],
  ["a missing file", () => rmSync(join(bundle, C10)), /c10.* is missing/],
  [
    "a changed file",
    () => {
      const bytes = readFileSync(join(bundle, C10));
      bytes[200] = 1;
      writeFileSync(join(bundle, C10), bytes);
    },
    /c10.* differs from its listed SHA-256/,
  ],
  [
    "a link in place of a file",
    () => {
      rmSync(join(bundle, C10));
      symlinkSync("/dev/zero", join(bundle, C10));
    },
    /c10.* is not a regular file/,
  ],
  [
    "a link in place of the manifest",
    () => {
      rmSync(join(bundle, MANIFEST));
      symlinkSync("/dev/zero", join(bundle, MANIFEST));
    },
    /optimbench-bundle\.json is not readable: it is not a regular file\./,
  ],
  [
    "a huge manifest",
    () => truncateSync(join(bundle, MANIFEST), 2 ** 40),
    /optimbench-bundle\.json is not readable: it has 1099511627776 bytes, at most/,
  ],
  ["no manifest", () => rmSync(join(bundle, MANIFEST)), /it has no optimbench-bundle\.json.*--bundle FOLDER/],
  [
    "a truncated manifest",
    () => truncateSync(join(bundle, MANIFEST), 400),
    /optimbench-bundle\.json is not readable: /,
  ],
  [
    "a manifest of another format",
    () => edit((manifest) => (manifest.schemaVersion = 2)),
    /Expected 1 for `schemaVersion`, got 2/,
  ],
  [
    "a libtorch for another system",
    () => edit((manifest) => Object.assign(manifest, { platform: "plan9", arch: "mips" })),
    /it is for plan9-mips, this Node runs on/,
  ],
  [
    "a libtorch of another version",
    () => edit((manifest) => (manifest.libtorch = "2.14.1+cpu")),
    /it has libtorch 2\.14\.1\+cpu, this optimbench needs 2\.15\.0/,
  ],
  [
    "a manifest that lists a file twice",
    () => edit(({ files }) => files.push(files[0])),
    /`files\[\d+\]\.path`: .* is listed twice/,
  ],
  [
    "a path outside the bundle",
    () => edit(({ files }) => (files[0].path = "torch/lib/../../../../x")),
    /Expected a relative path of plain names for `files\[0\]\.path`/,
  ],
  [
    "a file that setup does not unpack",
    () => edit(({ files }) => (files[0].path = "torch/bin/protoc")),
    /`files\[0\]\.path`: torch\/bin\/protoc is not a file that setup unpacks/,
  ],
  [
    "a manifest without the headers",
    () =>
      edit(
        (manifest) =>
          (manifest.files = manifest.files.filter((file: { path: string }) => !/include/.test(file.path))),
      ),
    /its headers \(include\/torch\) are missing/,
  ],
])("refuses %s, and leaves the cache as it was", async (_, damage, reason) => {
  damage();
  await expect(installBundle(bundle, context)).rejects.toMatchObject({
    code: "LIBTORCH",
    message: expect.stringMatching(reason),
  });
  expectEmptyCache();
});

test("keeps the libtorch in the cache if a changed bundle is to replace it", async () => {
  const { root } = await installBundle(bundle, context);
  edit(({ files }) => (files[0].sha256 = "0".repeat(64)));
  await expect(installBundle(bundle, context)).rejects.toThrow("differs from its listed SHA-256");
  checkLibtorch(root, { forBuild: true, thorough: true });
  expect(readdirSync(dirname(dirname(root)))).toEqual([basename(dirname(root))]);
});

test("refuses paths that lead out of the bundle, however they are written", async () => {
  const part = fc.constantFrom("..", ".", "", "a", "torch", "lib", "/", "\\", "\n", "\0", "C:", "~");
  const parts = fc.array(part, { minLength: 1, maxLength: 6 });
  const original = readFileSync(join(bundle, MANIFEST));
  await fc.assert(
    fc.asyncProperty(parts, async (names) => {
      const path = `torch/lib/${names.join("/")}`;
      fc.pre(/(^|\/)\.\.(\/|$)/.test(path) || /[\\\n\0]/.test(path));
      writeFileSync(join(bundle, MANIFEST), original);
      edit(({ files }) => (files[0].path = path));
      await expect(installBundle(bundle, context)).rejects.toThrow("Expected a relative path of plain names");
    }),
    { numRuns: 50 },
  );
  expect(readdirSync(folder.path())).not.toContain("a");
});

test("refuses a folder that has other files, and one in place of a damaged libtorch", async () => {
  writeFiles(folder.path("full"), { mine: "" });
  await expect(makeBundle(folder.path("full"), { quiet: true })).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringMatching(/full already has files\. Name a new folder with --bundle\.$/),
  });
  await expect(makeBundle(folder.path("full", "mine"), { quiet: true })).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringMatching(/mine is not a folder\. Name a new folder with --bundle\.$/),
  });
  await expect(makeBundle(folder.path("n".repeat(256)), { quiet: true })).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringMatching(
      /nn cannot be used: its name is too long\. Name a new folder with --bundle\.$/,
    ),
  });
  const libtorch = fillCache();
  const header = join(libtorch.root, "include/torch/headeronly/version.h");
  appendFileSync(header, " ");
  await expect(writeBundle(folder.path("other"), "cpu", libtorch)).rejects.toThrow(
    /is damaged: .*version\.h has \d+ bytes.* setup --force/,
  );
  expect(readdirSync(folder.path()).sort()).toEqual(["bundle", "cache", "full"]);
});

test("names the bundle that cannot be written, and why", async () => {
  writeFiles(folder.path(), { file: "" });
  await expect(writeBundle(folder.path("file", "bundle"), "cpu", fillCache())).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringMatching(
      /^Cannot write the bundle .*file.bundle: (a part of its path is not a folder|a file with this name)/,
    ),
  });
});

test("writes a bundle from the cache without Python, into an empty folder too", async () => {
  fillCache();
  mkdirSync(folder.path("empty"));
  const written = await makeBundle(folder.path("empty"), { quiet: true, cuda: false });
  expect(written).toMatchObject({ folder: folder.path("empty"), libtorch: "2.15.0+cpu", files: 5 });
  expect(filesIn(folder.path("empty"))).toEqual(filesIn(bundle));
  expect(basename(written.folder)).toBe("empty");
});

test.each(["libtorch", "from"])("rejects --%s while OPTIMBENCH_LIBTORCH is set", async (option) => {
  vi.stubEnv("OPTIMBENCH_LIBTORCH", fakeLibtorch(folder.path("own")));
  await expect(setup({ quiet: true, [option]: bundle })).rejects.toMatchObject({
    code: "CONFIG",
    message: expect.stringMatching(`of --${option}\\. Unset the variable, or omit --${option}\\.$`),
  });
});
