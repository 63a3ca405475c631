// Trains the default network with Adam, prints its progress, classifies ten digits and saves the model.
import { loadDataset, train } from "optimbench";

const digits = await loadDataset("mnist-10k");
const training = train({ dataset: digits, optimizer: "adam", batchSize: 64, epochs: 2 });
for await (const { epoch, validation } of training)
  console.log(
    `epoch ${epoch}: ${(100 * validation.accuracy).toFixed(1)}% of the validation images classified correctly`,
  );

const { model } = await training;
const pixels = digits.height * digits.width;
for (let i = 0; i < digits.count; i += 1000) {
  const probabilities = await model.predict(digits.images.subarray(i * pixels, (i + 1) * pixels));
  const largest = Math.max(...probabilities);
  console.log(
    `label ${digits.labels[i]}: predicted ${probabilities.indexOf(largest)} with probability ${largest.toFixed(3)}`,
  );
}
await model.save("digits.safetensors");
model.dispose();
