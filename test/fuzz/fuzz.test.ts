import { afterAll, describe, expect, it } from "vitest";
import { fuzz, type Target } from "./target.js";
import { commandLine } from "./targets/command-line.js";
import { configs } from "./targets/configs.js";
import { formulas } from "./targets/formulas.js";
import { imageDataTargets } from "./targets/image-data.js";
import { studyJson } from "./targets/study-files.js";
import { studyFolder } from "./targets/study-folder.js";
import { tensors } from "./targets/tensors.js";

const targets = [
  ...imageDataTargets(),
  await tensors(),
  formulas(),
  configs(),
  studyJson(),
  await studyFolder(),
  await commandLine(),
] as unknown as readonly Target[];
afterAll(async () => {
  for (const { close } of targets) await close?.();
});

/** Set by `npm run fuzz`: the time for all targets, in minutes, and the part of their names. */
const { FUZZ_MINUTES, FUZZ_TARGET = "", FAST_CHECK_SEED } = process.env;
const chosen = targets.filter(({ name }) => name.includes(FUZZ_TARGET));
const seconds = FUZZ_MINUTES === undefined ? undefined : (60 * Number(FUZZ_MINUTES)) / chosen.length;
const seed = Number(FAST_CHECK_SEED ?? (seconds === undefined ? 1 : Date.now() % 2 ** 31));

describe.each(chosen)("$name", (target) => {
  it(
    "are read, or rejected with an error that says where, in bounded time and memory",
    async () => {
      const start = performance.now();
      const { accepted, rejected } = await fuzz(target, { seed, seconds });
      expect(rejected).toBeGreaterThan(0);
      expect(accepted).toBeGreaterThan(0);
      if (seconds !== undefined || process.env.FUZZ_TALLY)
        console.log(
          `${target.name}: ${accepted + rejected} inputs (${rejected} rejected) in ${Math.round((performance.now() - start) / 1000)} s, seed ${seed}`,
        );
    },
    1000 * ((seconds ?? 0) + 600),
  );
});
