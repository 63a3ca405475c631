// Defines a custom optimizer (sign descent with momentum) and a custom loss (mean absolute error) as formulas.
import { train } from "optimbench";

const run = await train({
  dataset: "mnist-10k",
  optimizer: {
    name: "signDescent",
    learningRate: 1e-4,
    formula: `
      m = 0.9 * m + 0.1 * g
      theta = theta - learningRate * sign(m)
    `,
  },
  loss: { name: "basic", formula: "mean(abs(softmax(z) - y))" },
  batchSize: 64,
  epochs: 2,
});
console.log(run.config.optimizer);
console.log(run.status, run.history.at(-1));
run.model.dispose();
