import { expect, it } from "vitest";
import { temporaryFolder } from "../data/idx-files.js";
import { mirror } from "../data/mirror.js";
import { run } from "./program.js";

/** A call with each callback of the library, which calls `fail` in its place. */
const calls = (folder: string, url: string) => `
  import { mkdirSync, rmSync, writeFileSync } from "node:fs";
  const folder = ${JSON.stringify(folder)};
  const { bench, compare, estimateStudy, loadDataset, verifyStudy } = optimbench;
  const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2]), Buffer.alloc(36)]);
  const picture = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28]), Buffer.alloc(784)]);
  const files = { "picture-idx3-ubyte": picture, "x.csv": "0,1,2,3,4\\n1,4,3,2,1\\n", "train-images-idx3-ubyte": idx, "train-labels-idx1-ubyte": Buffer.from([0, 0, 8, 1, 0, 0, 0, 9, 0, 1, 0, 1, 0, 1, 0, 1, 0]) };
  for (const [name, data] of Object.entries(files)) writeFileSync(folder + "/" + name, data);
  const tiny = { ...short, model: "mlp", optimizers: ["adam", "sgd"], seeds: 1 };
  const finished = { ...tiny, folder: folder + "/finished" };
  const study = await compare(finished);
  const { model } = await train(short);
  const consume = async (all) => { for await (const _ of all); };
  /** The folder of the checkpoint is a file from the first epoch on, so it cannot be written. */
  const withoutCheckpoint = (onNotice) => {
    const place = folder + "/gone";
    rmSync(place, { force: true });
    const block = () => { rmSync(place, { recursive: true, force: true }); writeFileSync(place, ""); };
    return train({ ...short, epochs: 2, checkpoint: { path: place + "/run.safetensors" }, onEpoch: ({ epoch }) => epoch === 0 && block(), onNotice });
  };
  const SYNCHRONOUS = {
    "train, onNotice": withoutCheckpoint,
    "compare, onPlan": (fail) => compare({ ...tiny, onPlan: fail }),
    "compare, onSkip": (fail) => compare({ ...finished, onSkip: fail }),
    "compare, onNotice": (fail) => compare({ ...finished, onNotice: fail }),
    "estimateStudy, onNotice": (fail) => estimateStudy({ ...tiny, seeds: 1000 }, { budget: "1s", onNotice: fail }),
    "bench, onProgress": (fail) => bench({ model: "mlp", optimizers: ["sgd"], batchSizes: [8], threads: [1], seconds: 0.01, rounds: 1, onProgress: fail }),
    "loadDataset, onRead of a CSV file": (fail) => loadDataset(folder + "/x.csv", { onRead: fail }),
    "loadDataset, onRead of IDX files": (fail) => loadDataset(folder, { onRead: fail }),
    "loadDataset, onRead of images that are resized": (fail) => loadDataset("mnist-10k", { resize: 8, onRead: fail }),
    "evaluate, onRead": (fail) => model.evaluate(folder + "/x.csv", { onRead: fail }),
    "predictFiles, onImage": (fail) => consume(model.predictFiles(folder + "/picture-idx3-ubyte", { onImage: fail })),
    "loadDataset, onProgress": (fail) => loadDataset("mnist", { download: true, dataDir: folder + "/data", mirrors: ["${url}"], onProgress: fail }),
  };
  const AWAITED = {
    "train, onEpoch": (fail) => train({ ...short, onEpoch: fail }),
    "train, onEpoch later": (fail) => train({ ...short, epochs: 3, onEpoch: ({ epoch }) => epoch === 2 ? fail() : undefined }),
    "compare, onEpoch": (fail) => compare({ ...tiny, onEpoch: fail }),
    "compare in parallel, onEpoch": (fail) => compare({ ...tiny, execution: "parallel", threads: 2, onEpoch: fail }),
    "compare, onRun": (fail) => compare({ ...tiny, onRun: fail }),
    "compare with a folder, onRun": (fail) => compare({ ...tiny, folder: folder + "/study", overwrite: true, onRun: fail }),
    "verifyStudy, onRun": (fail) => verifyStudy(study, { cells: 1, onRun: fail }),
  };
  const problem = new RangeError("of the callback");
  /** Prints what each call rejects with, then trains once more. */
  const tell = async (calls, fail) => {
    for (const [name, call] of Object.entries(calls)) {
      const outcome = await call(fail).then(() => "no error", (error) => error === problem ? "its error" : error);
      console.log(name + ":", outcome);
    }
    console.log((await train(short)).status);
  };
`;

/** Runs a program with these calls, in which each must reject with the error of its callback. */
async function expectItsErrors(program: string): Promise<void> {
  const { url } = await mirror((_, response) => void response.end(Buffer.alloc(1000)));
  const { ended, stdout, stderr } = await run(calls(temporaryFolder(), url) + program);
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => !line.endsWith(": its error"))).toEqual(["completed"]);
  expect({ ended, stderr }).toEqual({ ended: 0, stderr: "" });
}

it("what any callback throws reaches the caller as it is, and the process goes on", () =>
  expectItsErrors(`await tell({ ...SYNCHRONOUS, ...AWAITED }, () => { throw problem; });`));

it("what an awaited callback rejects with reaches the caller as it is, and the process goes on", () =>
  expectItsErrors(`await tell(AWAITED, async () => { await new Promise(setImmediate); throw problem; });`));

it("a rejection that nobody handles ends the process with code 1 and its error", async () => {
  const { ended, stderr } = await run(
    `train({ ...short, onEpoch: async () => { throw new RangeError("mine"); } });`,
  );
  expect(ended).toBe(1);
  expect(stderr).toContain("RangeError: mine");
});
