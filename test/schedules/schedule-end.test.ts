import { describe, expect, it } from "vitest";
import { scheduleEnd } from "../../src/schedules/schedule-end.js";
import { resolveSchedule, type ScheduleConfig } from "../../src/schedules/schedules.js";

/** Of ten epochs with 20 steps each. */
const endOf = (schedule: ScheduleConfig) =>
  scheduleEnd(resolveSchedule(schedule), { learningRate: 0.1, stepsPerEpoch: 20, epochs: 10 });

describe("the end of a schedule", () => {
  it.each<[string, ScheduleConfig, number]>([
    ["is that of the training by default", "cosine", 200],
    ["does not depend on the training if it is given", { name: "cosine", decayEpochs: 15 }, 300],
    ["is after the warm-up", { name: "polynomial", decaySteps: 50, warmUpEpochs: 2 }, 90],
    ["is that of the last cycle", { name: "polynomial", decaySteps: 150, cycle: true }, 300],
    ["is that of the decay after the last restart", { name: "cosineRestarts", firstDecayEpochs: 4 }, 240],
    ["is that of equal decays", { name: "cosineRestarts", firstDecaySteps: 90, tMul: 1 }, 270],
    ["is that of the training for one cycle", { name: "oneCycle", warmUpEpochs: 1 }, 200],
    ["is the last boundary in steps", { name: "piecewise", boundaries: [10, 249], values: [3, 2, 1] }, 250],
    ["is the last boundary in epochs", { name: "piecewise", boundaryEpochs: [12.5], values: [2, 1] }, 250],
    ["is that of the warm-up if nothing else ends", { name: "exponential", warmUpEpochs: 11 }, 220],
    ["is 0 if nothing ends", "constant", 0],
    ["is 0 for a custom formula", { name: "mine", formula: "learningRate / (1 + step)" }, 0],
  ])("%s", (_, schedule, end) => {
    expect(endOf(schedule)).toBe(end);
  });
});
