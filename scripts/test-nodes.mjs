// `npm run test:nodes [-- VERSIONS...]`: runs one program with each supported major version of Node.js, or those given. It loads the
// native code that is built here, trains on the main thread and on worker threads, and ends while it trains. All must print the same.
// It is not part of the tests, because it installs each Node.js from npm.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../dist/system/package-root.js";

const VERSIONS = ["20.19.0", "20", "22.12.0", "22", "24", "26"];

const library = pathToFileURL(join(packageRoot, "dist", "index.js")).href;

const PROGRAM = `
import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { compare, train, loadModel, OptimbenchError } from "${library}";
const small = { dataset: "mnist-10k", split: { train: 320, validation: 100 }, epochs: 1, untimedSteps: false };
const run = await train(small);
await run.model.save("model.safetensors");
const loaded = await loadModel("model.safetensors");
const probabilities = await loaded.predict(new Uint8Array(784).fill(9));
for (const model of [run.model, loaded]) model.dispose();
const error = await train({ optimizer: "none" }).catch((thrown) => thrown instanceof OptimbenchError && thrown.code);
const workers = Array.from({ length: 2 }, () => new Worker("import('${library}').then(async ({ train }) => require('node:worker_threads').parentPort.postMessage((await train(require('node:worker_threads').workerData)).parametersSha256.final))", { eval: true, workerData: small }));
const hashes = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
const study = await compare({ ...small, optimizers: ["adam", "sgd"] });
const required = createRequire(import.meta.url)("${new URL(library).pathname}");
console.log("RESULT", run.parametersSha256.final, hashes.every((each) => each === run.parametersSha256.final), error,
  probabilities.length, study.runs.length, typeof required.train);
train({ ...small, epochs: 1000, onEpoch: ({ epoch }) => epoch === 1 && setImmediate(() => process.exit(3)) });
`;

const folder = mkdtempSync(join(tmpdir(), "optimbench-nodes-"));
writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "nodes", private: true }));
writeFileSync(join(folder, "program.mjs"), PROGRAM);

let expected;
try {
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : VERSIONS) {
    const options = ["install", "--silent", "--no-audit", "--no-fund", "--no-save", `node@${version}`];
    execFileSync("npm", options, { cwd: folder, stdio: "inherit" });
    const node = join(folder, "node_modules", "node", "bin", "node");
    const name = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    const { status, stdout, stderr } = spawnSync(node, ["program.mjs"], { cwd: folder, encoding: "utf8" });
    const result = /RESULT (.*)/.exec(stdout)?.[1];
    expected ??= result;
    const works = status === 3 && result !== undefined && result === expected;
    console.log(`${works ? "works" : "FAILS"}  ${name}`);
    if (works) continue;
    console.log(`exit code ${status}\nexpected ${expected}\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
  console.log(expected);
} finally {
  rmSync(folder, { recursive: true });
}
