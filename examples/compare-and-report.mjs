// Compares Adam with two configurations of SGD under equal conditions and writes a report.
import { compare, writeReport } from "optimbench";

const study = await compare({
  dataset: "mnist-10k",
  split: { train: 4000, validation: 1000 },
  optimizers: [
    "adam",
    { name: "sgd", learningRate: 0.1 },
    { name: "sgd", learningRate: 0.05, momentum: 0.9 },
  ],
  batchSize: 32,
  epochs: 2,
  onEpoch: ({ epoch, validation }, { number, count }) =>
    console.log(`run ${number} of ${count}, epoch ${epoch}: accuracy ${validation.accuracy}`),
});
for (const { config, history } of study.runs)
  console.log(config.optimizer.name, config.optimizer.momentum ?? "", history.at(-1).validation.accuracy);
await writeReport(study, "sgd-and-adam");
