// `npm run test:consumers`: packs this package, installs it into a temporary folder as a user would, and runs one program through
// Node (import and require), Jest, Vitest, esbuild, webpack and Rolldown. All must print the same as plain Node, including error
// messages, which can depend on classes of other contexts and on file locations. It is not part of the tests, because it installs
// about 300 packages.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../dist/system/package-root.js";

const TOOLS = ["jest@30", "vitest@4", "esbuild@0.28", "webpack@5", "rolldown@1"];

const PROGRAM = `
export async function program(optimbench, folder) {
  const { train, compare, bench, loadDataset, explain, checkLossGradient, scheduleRates } = optimbench;
  const { writeReport, readStudy, writeStudy, OptimbenchError } = optimbench;
  const problem = (promise) =>
    promise.then(() => "none", (error) => (error instanceof OptimbenchError ? error.code + ": " + error.message : "another error: " + error));
  const images = Uint8Array.from({ length: 40 * 64 }, (_, i) => (i * 37) % 256);
  const dataset = { images, labels: Uint8Array.from({ length: 40 }, (_, i) => i % 2), height: 8, width: 8 };
  const small = { dataset, model: "mlp", epochs: 1, untimedSteps: false, threads: 1 };
  const run = await train(small);
  const rates = await scheduleRates("cosine", { epochs: 1, batchSize: 10, trainSize: 40 });
  const epochs = [];
  for await (const { epoch } of train({ ...small, epochs: 2 })) epochs.push(epoch);
  const study = await compare({ ...small, optimizers: ["adam", "sgd"] });
  const digits = await train({ dataset: "mnist-10k", split: { train: 100, validation: 50 }, model: "mlp", epochs: 0, untimedSteps: false });
  return {
    status: run.status,
    weights: run.parametersSha256.final,
    title: (await explain("adam")).title,
    rates: rates.length,
    epochs,
    probabilities: (await run.model.predict(images.subarray(0, 128))).length,
    gradient: (await checkLossGradient("huber", { classes: 3 })).passed,
    benched: (await bench({ measure: ["step"], optimizers: ["sgd"], batchSizes: [8], threads: [1], seconds: 0.01, rounds: 1, model: "mlp" })).results.length,
    problems: [
      await problem(train({ optimizer: "no such" })),
      await problem(train({ ...small, optimizer: { name: "mine", formula: "theta = nope" } })),
      await problem(train({ ...small, dataset: { ...dataset, labels: Float32Array.of(1) } })),
      await problem(loadDataset("no such folder")),
      await problem(readStudy("no such file")),
      await problem(writeStudy(study, "/proc/no such folder/study.json")),
      await problem(run.model.save("/proc/no such folder/model")),
    ],
    files: (await writeReport(study, folder)).filter((path) => /png$|html$/.test(path)).length,
    digits: digits.history.length,
  };
}
`;

const folder = mkdtempSync(join(tmpdir(), "optimbench-consumers-"));
const inFolder = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: folder, encoding: "utf8", ...options });
const write = (name, text) => writeFileSync(join(folder, name), text);

function install() {
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const archive = execFileSync("npm", pack, { cwd: packageRoot, encoding: "utf8" }).trim();
  write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
  execFileSync("npm", ["install", ...options, join(folder, archive), ...TOOLS], {
    cwd: folder,
    stdio: "inherit",
  });
  cpSync(
    join(packageRoot, "build", "Release"),
    join(folder, "node_modules", "optimbench", "build", "Release"),
    {
      recursive: true,
    },
  );
}

const MAIN = `
import * as optimbench from "optimbench";
import { program } from "./program.mjs";
program(optimbench, "report").then((result) => console.log("RESULT " + JSON.stringify(result)));
`;

const TEST = `
import * as optimbench from "optimbench";
import { program } from "./program.mjs";
test("trains", async () => {
  const folder = "report of " + expect.getState().testPath.split("/").at(-1);
  console.log("RESULT " + JSON.stringify(await program(optimbench, folder)));
}, 60_000);
`;

// Vega has a top-level await, which a CommonJS bundle cannot include, so it is loaded from node_modules.
const bundle = (name) => `
import { ${name === "esbuild" ? "build" : "rolldown"} as make } from "${name}";
const external = process.argv[2] === "cjs" ? ["vega", "vega-lite"] : [];
const options = process.argv[2] === "cjs" ? { format: "cjs", file: "bundles/${name}.cjs" } : { format: "esm", file: "bundles/${name}.mjs" };
${
  name === "esbuild"
    ? 'await make({ entryPoints: ["main.mjs"], bundle: true, platform: "node", external, format: options.format, outfile: options.file, logLevel: "error" });'
    : 'const made = await make({ input: "main.mjs", external, platform: "node", logLevel: "silent" }); await made.write({ ...options, codeSplitting: false });'
}
`;

const WEBPACK = `
import webpack from "webpack";
import { resolve } from "node:path";
const config = { mode: "production", target: "node", entry: "./main.mjs", output: { path: resolve("bundles/webpack"), filename: "main.cjs", chunkFilename: "[id].cjs" } };
webpack(config, (error, stats) => {
  if (error || stats.hasErrors()) { console.error(error ?? stats.toString("errors-only")); process.exitCode = 1; }
});
`;

const JEST = ["node", "--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--rootDir=."];

/** The commands that build and run each consumer. The last command prints the result. */
const CONSUMERS = {
  "Node, import": [["node", "main.mjs"]],
  "Node, require": [["node", "require.cjs"]],
  esbuild: [
    ["node", "build-esbuild.mjs", "esm"],
    ["node", "bundles/esbuild.mjs"],
  ],
  "esbuild, CommonJS": [
    ["node", "build-esbuild.mjs", "cjs"],
    ["node", "bundles/esbuild.cjs"],
  ],
  webpack: [
    ["node", "build-webpack.mjs"],
    ["node", "bundles/webpack/main.cjs"],
  ],
  Rolldown: [
    ["node", "build-rolldown.mjs", "esm"],
    ["node", "bundles/rolldown.mjs"],
  ],
  "Rolldown, CommonJS": [
    ["node", "build-rolldown.mjs", "cjs"],
    ["node", "bundles/rolldown.cjs"],
  ],
  Vitest: [["node", "node_modules/vitest/vitest.mjs", "run", "--globals", "--config", "none.mjs"]],
  "Vitest, package inlined": [["node", "node_modules/vitest/vitest.mjs", "run", "--config", "inline.mjs"]],
  "Jest, a process each": [[...JEST, "--maxWorkers=2"]],
  "Jest, one process": [[...JEST, "--runInBand"]],
};

function writePrograms() {
  write("program.mjs", PROGRAM);
  write("main.mjs", MAIN);
  for (const name of ["first", "second"]) write(`${name}.test.mjs`, TEST);
  write(
    "require.cjs",
    `const optimbench = require("optimbench");
import("./program.mjs").then(async ({ program }) => console.log("RESULT " + JSON.stringify(await program(optimbench, "report"))));`,
  );
  for (const name of ["esbuild", "rolldown"]) write(`build-${name}.mjs`, bundle(name));
  write("build-webpack.mjs", WEBPACK);
  write("none.mjs", "export default {};");
  write(
    "inline.mjs",
    'export default { test: { globals: true, server: { deps: { inline: ["optimbench"] } } } };',
  );
  write(
    "jest.config.json",
    JSON.stringify({ testEnvironment: "node", transform: {}, testMatch: ["**/*.test.mjs"] }),
  );
}

function resultOf(commands) {
  let said = "";
  for (const [command, ...args] of commands) {
    const { status, stdout, stderr } = inFolder(command, args);
    said += stdout + stderr;
    if (status !== 0) return { said };
  }
  const results = new Set(Array.from(said.matchAll(/RESULT (.*)$/gm), ([, result]) => result));
  return { result: results.size > 0 ? [...results].join("\nand      ") : undefined, said };
}

try {
  install();
  writePrograms();
  let expected;
  /** The expected output of plain Node, which the others are compared with. */
  const isSound = ({ status, epochs, benched, files, digits, gradient, problems }) =>
    status === "completed" &&
    gradient &&
    benched > 0 &&
    files > 1 &&
    digits === 1 &&
    epochs.length === 3 &&
    problems.every((text) => /^(CONFIG|FORMULA|DATA|FILE): /.test(text));
  for (const [name, commands] of Object.entries(CONSUMERS)) {
    const { result, said } = resultOf(commands);
    expected ??= result;
    const right = result !== undefined && result === expected && isSound(JSON.parse(result));
    console.log(`${right ? "works" : "FAILS"}  ${name}`);
    if (right) continue;
    console.log(`expected ${expected}\n${result === undefined ? said : `found    ${result}`}`);
    process.exitCode = 1;
  }
  console.log(expected);
} finally {
  if (process.env.KEEP === undefined) rmSync(folder, { recursive: true });
  else console.log(folder);
}
