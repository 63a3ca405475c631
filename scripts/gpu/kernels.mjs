// Lists the kernels of a step, with Nsight Compute: how often each runs and how long. One line of JSON per model. Kernels
// are the same whether steps are recorded or not, but ncu times them one after another.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openBenchSession } from "../../dist/bench/bench-session.js";
import { randomImages } from "../../dist/bench/random-images.js";
import { planRun } from "../../dist/config/run-plan.js";
import { parseTrainConfig } from "../../dist/config/train-config.js";
import { planForDevice } from "../../dist/native/device.js";
import { DEVICE, row } from "./case.mjs";
import { MODELS } from "./models.mjs";

const BATCH = 32;
/** Only evaluation has a softmax in double precision, so it separates what is trained. */
const EVALUATION = /softmax.*double/i;
const [model] = process.argv.slice(2);
const self = fileURLToPath(import.meta.url);

if (model !== undefined) {
  const images = randomImages(100);
  const config = parseTrainConfig({ model: MODELS[model], batchSize: BATCH, device: DEVICE });
  const session = await openBenchSession(planForDevice(planRun(config, images)), images);
  await session.evaluate(1);
  for (const steps of [1, 3]) {
    await session.train(steps);
    await session.evaluate(1);
  }
  session.dispose();
  process.exit(0);
}

for (const name of Object.keys(MODELS))
  await row(`kernels ${name}, batch ${BATCH}`, () => {
    const text = execFileSync(
      "ncu",
      [
        ...["--target-processes", "all", "--clock-control", "none", "--metrics", "gpu__time_duration.sum"],
        ...["--csv", "--page", "raw", "--print-units", "base", process.execPath, self, name],
      ],
      {
        encoding: "utf8",
        timeout: 25_000,
        maxBuffer: 2 ** 28,
        env: { ...process.env, OPTIMBENCH_STEP: "eager" },
      },
    );
    const parts = [[]];
    for (const kernel of kernelsIn(text)) {
      if (EVALUATION.test(kernel.name)) parts.push([]);
      parts.at(-1).push(kernel);
    }
    if (parts.length !== 4) throw new Error(`expected 3 evaluations, found ${parts.length - 1}`);
    const [one, three] = [sums(parts[1]), sums(parts[2])];
    const kernels = [...three]
      .map(([kernel, { count, microseconds }]) => ({
        name: kernel,
        count: (count - (one.get(kernel)?.count ?? 0)) / 2,
        microseconds: Number(((microseconds - (one.get(kernel)?.microseconds ?? 0)) / 2).toFixed(2)),
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.microseconds - a.microseconds);
    const total = (key) => Number(kernels.reduce((sum, kernel) => sum + kernel[key], 0).toFixed(1));
    return {
      model: name,
      total: { count: total("count"), microseconds: total("microseconds") },
      kernels,
      // In the order of a step, to see what could be one kernel.
      order: parts[2].map(({ name: kernel }) => kernel.slice(0, 60)),
    };
  });

/** Name and microseconds of each kernel, in order, from ncu's CSV. */
function kernelsIn(text) {
  const lines = text.split("\n").filter((line) => line.startsWith('"'));
  const cells = (line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell);
  const head = cells(lines[0]);
  const [name, time] = ["Kernel Name", "gpu__time_duration.sum"].map((column) => head.indexOf(column));
  if (name < 0 || time < 0) throw new Error(`ncu printed other columns: ${lines[0]?.slice(0, 500)}`);
  const unit = cells(lines[1])[time] === "us" ? 1 : 1e-3; // otherwise nanoseconds
  return lines
    .slice(2) // the first is of units
    .map(cells)
    .map((row) => ({
      name: row[name].replaceAll("at::native::", "").slice(0, 160),
      microseconds: Number(row[time].replaceAll(",", "")) * unit,
    }));
}

function sums(kernels) {
  const found = new Map();
  for (const { name, microseconds } of kernels) {
    const sum = found.get(name) ?? { count: 0, microseconds: 0 };
    found.set(name, { count: sum.count + 1, microseconds: sum.microseconds + microseconds });
  }
  return found;
}
