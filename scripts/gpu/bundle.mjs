// Writes a folder that checks optimbench on a Linux machine with an NVIDIA GPU, PyTorch in its python3, cmake, ninja and
// g++, but neither Node.js nor a network. There, `sh run.sh` unpacks it, compiles the native code against that PyTorch
// and runs check.mjs. Then `sh study.sh CONFIG OUT` runs studies.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { fail } from "../../bench/options.mjs";
import { findPublished } from "../../dist/data/named/find-published.js";
import { findCudaHeaders } from "../../dist/install/cuda-headers.js";
import { findLibtorch } from "../../dist/install/find-libtorch.js";

const MOST_BYTES = 60e6;
const root = fileURLToPath(new URL("../..", import.meta.url));

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length > 1) fail("Usage: npm run gpu:bundle [-- FOLDER]");
const finished = positionals[0] ?? "gpu-check";

const source = findPublished("mnist");
if (source === undefined) fail("The full MNIST was not found: set OPTIMBENCH_DATA to its folder.", 1);
if (existsSync(finished)) fail(`${finished} exists already: remove it, or name another folder.`, 1);
// Renamed when it is complete.
const folder = `${finished}.partial`;
rmSync(folder, { recursive: true, force: true });
const contents = join(folder, "contents");
const target = join(contents, "optimbench");
mkdirSync(target, { recursive: true });

const run = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
const copy = (from, to) => cpSync(join(root, from), join(target, to), { recursive: true });

for (const part of [
  "CMakeLists.txt",
  "dist",
  "native",
  "assets",
  "schemas",
  "scripts/gpu",
  "bench/models.mjs",
])
  copy(part, part);
// What the package needs, and what compiles it.
const { dependencies, devDependencies, ...manifest } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const compiles = Object.fromEntries(
  ["cmake-js", "node-addon-api", "node-api-headers"].map((name) => [name, devDependencies[name]]),
);
writeFileSync(
  join(target, "package.json"),
  JSON.stringify({ ...manifest, scripts: {}, dependencies: { ...dependencies, ...compiles } }, null, 2),
);
copy("package-lock.json", "package-lock.json");
run(
  "npm",
  [
    "install",
    "--silent",
    "--ignore-scripts",
    "--omit=dev",
    "--omit=optional",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
  ],
  { cwd: target },
);
for (const file of readdirSync(join(target, "node_modules"), { recursive: true }))
  if (/\.(map|d\.[cm]?ts)$/.test(file)) rmSync(join(target, "node_modules", file));

const mnist = join(contents, "data/mnist");
mkdirSync(mnist, { recursive: true });
// xz compresses the images better than gzip does.
for (const file of source.paths) {
  const bytes = readFileSync(file);
  writeFileSync(join(mnist, basename(file, ".gz")), file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}
// A PyTorch has CUDA's libraries, but not all the headers that compile native/cuda; a CUDA toolkit may be missing there.
const headers = findCudaHeaders(findLibtorch());
if (headers !== undefined)
  cpSync(headers, join(contents, "cache/cuda-headers-13/nvidia/cu13/include"), { recursive: true });
mkdirSync(join(contents, "bin"));
cpSync(process.execPath, join(contents, "bin", "node"), { dereference: true });

run("tar", ["-cJf", "contents.tar.xz", "-C", "contents", "."], {
  cwd: folder,
  env: { ...process.env, XZ_OPT: "-T0" },
});
rmSync(contents, { recursive: true });
for (const script of ["unpack.sh", "run.sh", "study.sh"])
  cpSync(join(root, "scripts/gpu", script), join(folder, script));

const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const size = `${(bytes / 1e6).toFixed(1)} MB`;
if (bytes > MOST_BYTES) fail(`${folder} has ${size}, more than ${MOST_BYTES / 1e6} MB.`, 1);
renameSync(folder, finished);
console.log(
  `${finished}: ${size}. On the machine with the GPU: sh ${finished}/run.sh [--out FILE] [--seconds N] [--only PARTS]`,
);
