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
const probabilities = await model.predict(digits.images.subarray(0, 10 * pixels));
for (let i = 0; i < 10; i++) {
  const row = [...probabilities.subarray(i * digits.classes, (i + 1) * digits.classes)];
  const best = row.indexOf(Math.max(...row));
  console.log(`a ${digits.labels[i]}: taken for a ${best} with ${(100 * row[best]).toFixed(1)} %`);
}
await model.save("digits.safetensors");
model.dispose();
