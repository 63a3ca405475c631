// Interrupts runs on the GPU, in the middle of epochs, and resumes them from their checkpoints: they must end with the bits
// of uninterrupted ones. One line of JSON per run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { train } from "../../dist/index.js";
import { DEVICE, digits, row } from "./case.mjs";
import { MODELS } from "./models.mjs";

const CASES = {
  "paper-cnn": { model: "paper-cnn" },
  residual: { model: MODELS.residual },
  dropout: {
    model: {
      layers: [
        { type: "conv2d", filters: 8, kernelSize: 3, activation: "relu" },
        { type: "dropout", rate: 0.3 },
        { type: "flatten" },
        { type: "dense", units: 10 },
      ],
    },
  },
  "weight averages, gradient accumulation": {
    optimizer: { name: "adam", weightAverage: 0.99 },
    gradientAccumulation: 3,
  },
  "schedule-free": { optimizer: "scheduleFreeAdamw" },
  "frozen layers": { model: "paper-cnn", frozen: ["conv2d_0", "dense_0"] },
};
/** Interruptions of a run, after which it may end. */
const MOST = 10;
const configOf = (name) => ({ ...digits, batchSize: 16, epochs: DEVICE === "cpu" ? 3 : 10, ...CASES[name] });
const [killed, path] = process.argv.slice(2);

if (killed !== undefined) {
  await train({ ...configOf(killed), checkpoint: { path, everyMinutes: 1 / 600 } });
  process.exit(0);
}

for (const name of Object.keys(CASES))
  await row(`resumed after signals: ${name}`, () =>
    compared(name, async (path) => {
      let interruptions = 0;
      for (;;) {
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(), 100 * (interruptions + 1));
        const { signal } = interruptions < MOST ? controller : {};
        const run = await train({ ...configOf(name), checkpoint: { path, resume: true }, signal });
        clearTimeout(timer);
        if (run.status !== "cancelled") return { run, interruptions };
        interruptions++;
      }
    }),
  );

await row("resumed after SIGKILL: residual", () =>
  compared("residual", async (path) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "residual", path], {
      stdio: "inherit",
    });
    const ended = once(child, "close");
    while (!existsSync(path) && child.exitCode === null) await after(10);
    await after(200);
    child.kill("SIGKILL");
    const [, signal] = await ended;
    const run = await train({ ...configOf("residual"), checkpoint: { path, resume: true } });
    return { run, interruptions: signal === "SIGKILL" ? 1 : 0 };
  }),
);

/** Compares a run that was interrupted with one that was not. */
async function compared(name, interrupted) {
  const whole = await train(configOf(name));
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  const { run, interruptions } = await interrupted(join(folder, "run.safetensors"));
  rmSync(folder, { recursive: true });
  const [expected, found] = [whole, run].map(({ history, record }) => ({
    hash: record.parametersSha256.final,
    history: JSON.stringify(history.map(({ seconds: _, ...epoch }) => epoch)),
  }));
  return {
    ok: found.hash === expected.hash && found.history === expected.history && interruptions > 0,
    interruptions,
    resumed: run.record.resumedAt?.length ?? 0,
    stepGraph: run.record.stepGraph,
    hashes: [expected.hash, found.hash],
  };
}
