import { type Check, fail } from "./check.js";

export const oneSeed: Check = {
  name: "one-seed",
  advice: "Run more seeds into the same folder: --seeds 10 trains only what is missing.",
  find({ tasks }) {
    const found = tasks.find(({ verdicts: { arms, seeds } }) => arms.length > 1 && seeds.length === 1);
    if (found === undefined) return undefined;
    const { arms, seeds } = found.verdicts;
    return fail(
      `${arms.length} arms are compared on seed ${seeds[0]} alone, so any difference may be chance.`,
    );
  },
};
