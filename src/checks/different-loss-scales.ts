import { listText } from "../validation/list-text.js";
import { type Check, note } from "./check.js";

export const differentLossScales: Check = {
  name: "different-loss-scales",
  advice:
    "Compare accuracy, negative log-likelihood or calibration error, which are the same for every loss.",
  find({ tasks }) {
    const losses = tasks
      .map(({ arms }) => [...new Set(arms.map(({ loss }) => loss))])
      .find(({ length }) => length > 1);
    if (losses === undefined) return undefined;
    return note(
      `The arms have ${losses.length} losses (${listText(losses)}), whose values are on different scales and are not comparable.`,
    );
  },
};
