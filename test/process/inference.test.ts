import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { packageRoot } from "../../src/system/package-root.js";
import { loadedModules } from "./loaded-modules.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-inference-"));
const file = join(folder, "model.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

const { model } = await train({
  ...{ dataset: "digits", model: "mlp", epochs: 0, untimedSteps: false },
  split: { train: 32, validation: 32 },
});
await model.save(file);
model.dispose();

const images = join(packageRoot, "assets", "datasets", "digits", "train-images-idx3-ubyte.gz");
const main = join(packageRoot, "dist", "cli", "main.js");
/** `training.js` is the promise that `train` returns, which comes with the package. */
const FOREIGN =
  /^(training\/(?!training\.js)|optimizers|schedules|study|tuning|verdicts|checks|bench|report|explain)/;

it.each([
  [
    "loadModel, predict, predictFiles and evaluate",
    [
      "--input-type=module",
      "-e",
      `import { loadModel } from "optimbench";
       const model = await loadModel(${JSON.stringify(file)});
       await model.predict(new Uint8Array(64));
       for await (const { error } of model.predictFiles(${JSON.stringify(images)})) if (error) throw error;
       await model.evaluate();
       model.dispose();`,
    ],
  ],
  ["the command predict", [main, "predict", file, images, "--json"]],
  ["the command evaluate", [main, "evaluate", file, "--json"]],
])("%s: no module that trains, studies or reports is loaded", (_, args) => {
  const modules = loadedModules(...args);
  expect(modules).toContain("inference/load-model.js");
  expect(modules.filter((module) => FOREIGN.test(module))).toEqual([]);
});
