import { ranInParallel } from "../study/study.js";
import { timingOf } from "../study/timing.js";
import { type Check, note } from "./check.js";

export const severalMachines: Check = {
  name: "several-machines",
  advice: "Compare steps and epochs instead of times, or run the study on one machine.",
  find({ study, arms }) {
    if (arms.length < 2 || study.machines === undefined || ranInParallel(study)) return undefined;
    return note(timingOf(study).note!);
  },
};
