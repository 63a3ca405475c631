// `npm run fuzz -- --minutes 60`: tries random inputs on everything that reads input (test/fuzz/), for this long in all.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fail, positive, readOptions } from "../bench/options.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const usage = `Usage: npm run fuzz [-- --minutes 60] [--target NAME] [--seed NUMBER]
NAME is a part of a target's name, such as npy. A failure prints the seed and the input.`;
const values = readOptions(usage, {
  minutes: { type: "string", default: "60" },
  target: { type: "string" },
  seed: { type: "string" },
});
const minutes = positive(values, "minutes", 1e5);
if (!/^\d*$/.test(values.seed ?? "")) fail(`--seed takes a number; got "${values.seed}".`);
const { status } = spawnSync("npx", ["vitest", "run", "test/fuzz"], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    FUZZ_MINUTES: String(minutes),
    ...(values.target && { FUZZ_TARGET: values.target }),
    ...(values.seed && { FAST_CHECK_SEED: values.seed }),
  },
});
process.exitCode = status ?? 1;
