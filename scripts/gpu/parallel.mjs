// Times studies whose runs share the GPU, with several numbers of runs at a time. One line of JSON per number.
import { compare } from "../../dist/index.js";
import { DEVICE, row } from "./case.mjs";

const EPOCHS = 1;
for (const atOnce of [1, 8, 12, 16])
  await row(`${atOnce} runs at a time`, async () => {
    const start = performance.now();
    const { runs } = await compare({
      dataset: "mnist",
      model: "paper-cnn",
      batchSize: 32,
      epochs: EPOCHS,
      optimizers: ["adam"],
      seeds: atOnce,
      execution: "parallel",
      threads: atOnce,
      device: DEVICE,
    });
    const seconds = (performance.now() - start) / 1000;
    return {
      atOnce,
      seconds,
      secondsPerRunAndEpoch: seconds / atOnce / EPOCHS,
      stepGraph: [...new Set(runs.map(({ stepGraph }) => stepGraph))],
    };
  });
