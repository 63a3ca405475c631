// Trains the paper's network with Adam, shows how it learns, recognises ten digits and saves what it learnt.
import { loadDataset, train } from "optimbench";

const digits = await loadDataset("mnist-10k");
const training = train({ dataset: digits, optimizer: "adam", batchSize: 64, epochs: 2 });
for await (const { epoch, validation } of training)
  console.log(
    `epoch ${epoch}: ${(100 * validation.accuracy).toFixed(1)} % of the validation images are right`,
  );

const { model } = await training;
const pixels = digits.height * digits.width;
for (let i = 0; i < digits.count; i += 1000) {
  const probabilities = await model.predict(digits.images.subarray(i * pixels, (i + 1) * pixels));
  const largest = Math.max(...probabilities);
  console.log(
    `a ${digits.labels[i]}: taken for a ${probabilities.indexOf(largest)} with ${(100 * largest).toFixed(1)} %`,
  );
}
await model.save("digits.safetensors");
model.dispose();
