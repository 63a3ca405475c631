// `npm run bench:first-prediction [-- --file model.safetensors]`: how long a new process takes from start to its first prediction, and what
// it loads for that. Without a file, an untrained `paper-cnn` is saved first.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { train } from "../dist/index.js";
import { packageRoot } from "../dist/system/package-root.js";
import { readOptions } from "./options.mjs";

const ROUNDS = 11;

const { file: given } = readOptions("Usage: npm run bench:first-prediction [-- --file model.safetensors]", {
  file: { type: "string" },
});
const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const file = given === undefined ? join(folder, "paper-cnn.safetensors") : resolve(given);
if (given === undefined) {
  const { model } = await train({ dataset: "mnist-10k", model: "paper-cnn", epochs: 0, untimedSteps: false });
  await model.save(file);
  model.dispose();
}

/** Runs in a new process, and prints the milliseconds of each part. */
const program = `
  const times = [performance.now()];
  const next = () => times.push(performance.now());
  const { loadModel } = await import("optimbench");
  next();
  const { preloadNative } = await import(${JSON.stringify(join(packageRoot, "dist/native/addon.js"))});
  await import(${JSON.stringify(join(packageRoot, "dist/inference/load-model.js"))});
  next();
  await preloadNative();
  next();
  const model = await loadModel(${JSON.stringify(file)});
  next();
  const { height, width, channels } = model.dataset;
  const images = new Uint8Array(height * width * channels);
  await model.predict(images);
  next();
  await model.predict(images);
  next();
  model.dispose();
  console.log(JSON.stringify(times.slice(1).map((time, i) => time - times[i])));
`;
const PARTS = [
  "import optimbench",
  "load the modules of loadModel",
  "load libtorch",
  "loadModel, without these",
  "first prediction",
  "second prediction",
];

const rounds = Array.from({ length: ROUNDS }, () =>
  JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: packageRoot,
      encoding: "utf8",
    }),
  ),
);
console.log("| part | median, ms | longest, ms |\n| --- | --- | --- |");
for (const [i, part] of PARTS.entries()) {
  const times = rounds.map((round) => round[i]).sort((a, b) => a - b);
  console.log(`| ${part} | ${times[ROUNDS >> 1].toFixed(1)} | ${times.at(-1).toFixed(1)} |`);
}
