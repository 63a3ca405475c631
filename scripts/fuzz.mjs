// `npm run fuzz -- --minutes 60`: tries random inputs on everything that reads input (test/fuzz/), for this long in all.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    target: { type: "string" },
    seed: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
if (values.help || !(minutes > 0) || !/^\d*$/.test(values.seed ?? "")) {
  console.error(
    "npm run fuzz -- [--minutes 60] [--target NAME] [--seed NUMBER]\n" +
      "NAME is a part of a target's name, such as npy. A failure prints the seed and the input.",
  );
  process.exit(values.help ? 0 : 2);
}
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
