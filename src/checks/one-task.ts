import { printable } from "../validation/printable.js";
import { type Check, note } from "./check.js";

export const oneTask: Check = {
  name: "one-task",
  advice: "Repeat the comparison on other tasks, such as with --suite small, before generalising.",
  find({ arms, tasks }) {
    if (tasks.length !== 1 || arms.length < 2) return undefined;
    return note(
      `${arms.length} arms are compared on one task, ${printable(arms[0]!.config.dataset)}; rankings of optimizers change from task to task.`,
    );
  },
};
