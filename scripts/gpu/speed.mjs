// Times steps, evaluation and whole training runs on the GPU. One line of JSON per measurement; pytorch_gpu.py prints the same
// for PyTorch.
import { openBenchSession } from "../../dist/bench/bench-session.js";
import { randomImages } from "../../dist/bench/random-images.js";
import { planRun } from "../../dist/config/run-plan.js";
import { parseTrainConfig } from "../../dist/config/train-config.js";
import { compare, train } from "../../dist/index.js";
import { planForDevice } from "../../dist/native/device.js";
import { DEVICE, row } from "./case.mjs";
import { MODELS } from "./models.mjs";

const ROUNDS = 5;
const SECONDS = 0.25; // of a round
const IMAGES = 12_000;
const images = randomImages(IMAGES);

for (const [name, model] of Object.entries(MODELS))
  for (const batchSize of [32, 256, 2048])
    await row(`step ${name}, batch ${batchSize}`, async () => {
      const session = await open(model, batchSize);
      const milliseconds = {};
      for (const step of ["graph", "reference", "eager"]) {
        if (step === "reference" && batchSize > 32) continue;
        process.env.OPTIMBENCH_STEP = step === "eager" ? "eager" : "graph";
        process.env.OPTIMBENCH_KERNELS = step === "reference" ? "reference" : ""; // libtorch's operators
        const timed = step === "graph" ? session : await open(model, batchSize);
        milliseconds[step] = await rounds((steps) => timed.train(steps));
        if (timed !== session) timed.dispose();
      }
      delete process.env.OPTIMBENCH_STEP;
      delete process.env.OPTIMBENCH_KERNELS;
      const evaluation =
        batchSize === 2048 ? await rounds((count) => evaluations(session, count)) : undefined;
      session.dispose();
      return { model: name, batchSize, milliseconds, ...(evaluation && { evaluation }) };
    });

await row("training paper-cnn, batch 32, 6 epochs of 48,000 images", async () => {
  const { record } = await train({
    dataset: "mnist",
    split: { train: 48_000, validation: 12_000 },
    batchSize: 32,
    epochs: 6,
    device: DEVICE,
  });
  return resultOf(record);
});

await row("training mnist-99 to 99%", async () => {
  const { runs } = await compare({ preset: "mnist-99", seeds: 5, device: DEVICE });
  return {
    seconds: runs.map(({ seconds }) => seconds.train),
    accuracy: runs.map(({ test }) => test.accuracy),
    stepGraph: runs[0].stepGraph,
  };
});

async function open(model, batchSize) {
  const plan = planForDevice(planRun(parseTrainConfig({ model, batchSize, device: DEVICE }), images));
  return openBenchSession(plan, images);
}

async function evaluations(session, count) {
  let seconds = 0;
  for (let i = 0; i < count; i++) seconds += await session.evaluate(IMAGES);
  return seconds;
}

/** Milliseconds of one piece of work, by rounds; `work` does `count` of them and resolves with its seconds. */
async function rounds(work) {
  await work(3); // recording and caches
  let count = 3;
  for (let seconds = await work(count); seconds < SECONDS / 2; seconds = await work(count)) count *= 2;
  const times = [];
  for (let i = 0; i < ROUNDS; i++) times.push(((await work(count)) / count) * 1000);
  return times.sort((a, b) => a - b);
}

function resultOf({ history, seconds, test, stepGraph }) {
  return {
    epochs: history.map(({ seconds: epoch }) => epoch),
    seconds,
    accuracy: history.at(-1).validation.accuracy,
    test: test?.accuracy,
    stepGraph,
  };
}
