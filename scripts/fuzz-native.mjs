// `npm run fuzz:native -- --minutes 10`: gives the readers of native/bind/ made-up JavaScript values, with libFuzzer,
// AddressSanitizer and UndefinedBehaviorSanitizer. It needs clang with its run-time libraries: on Debian and Ubuntu, the packages
// clang and libclang-rt-dev. Neither libtorch nor Node is needed. Inputs that reach new code are kept in build/fuzz-native/.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { positive, readOptions } from "../bench/options.mjs";

const usage = "Usage: npm run fuzz:native [-- --minutes 10]";
const minutes = positive(readOptions(usage, { minutes: { type: "string", default: "10" } }), "minutes", 1e5);
const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const folder = join(root, "build", "fuzz-native");
const corpus = join(folder, "corpus");
mkdirSync(corpus, { recursive: true });

const compiler = process.env.CLANG ?? "clang++";
const program = join(folder, "bind");
const sources = ["fuzz.cc", "node_api.cc"].map((name) => join(root, "test", "native", "bind", name));
const readers = ["reader.cc", "specs.cc", "pass.cc"].map((name) => join(root, "native", "bind", name));
const headers = [dirname(require.resolve("node-addon-api")), require("node-api-headers").include_dir].map(
  (path) => `-isystem${path}`,
);

run(compiler, [
  ..."-std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-sanitize=vptr,function".split(
    " ",
  ),
  ...["-DNAPI_VERSION=9", "-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL", `-I${join(root, "native")}`, ...headers],
  ...[...sources, ...readers, "-o", program],
]);
run(program, [
  corpus,
  `-max_total_time=${Math.ceil(60 * minutes)}`,
  ...["-max_len=4096", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"],
  `-artifact_prefix=${folder}/`,
]);

function run(name, args) {
  const { error, status } = spawnSync(name, args, { stdio: "inherit" });
  if (error?.code === "ENOENT")
    console.error(`${name} is not installed: apt-get install clang libclang-rt-dev, or name it in CLANG`);
  if (status !== 0) process.exit(2);
}
