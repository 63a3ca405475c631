import { expect, it } from "vitest";
import { durationText } from "../../src/validation/duration-text.js";

it.each([
  [0, "0 s"],
  [0.44, "0.4 s"],
  [0.96, "1 s"],
  [98.6, "99 s"],
  [99, "1.6 min"],
  [120, "2 min"],
  [750, "13 min"],
  [5940, "1.6 h"],
  [86_400, "24 h"],
  [172_800, "2 days"],
] as const)("writes %d seconds as %s", (seconds, text) => expect(durationText(seconds)).toBe(text));
