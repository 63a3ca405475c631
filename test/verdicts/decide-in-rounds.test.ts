import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { decideInRounds } from "../../src/verdicts/decide-in-rounds.js";

const design = { perRound: 5, rounds: 4 };
const options = () => ({ margin: 0.002, resolution: 0.0001, random: randomStream(0, "seedRounds") });
/** Scores around a mean, in steps of one image of 10,000. */
const arm = (mean: number, spread: number, seeds = 20) =>
  Array.from({ length: seeds }, (_, i) => mean + spread * (((i * 7) % 10) - 4.5));

describe("decideInRounds", () => {
  it("stops after the round that decides every pair", () => {
    const { decisions, round, isDecided } = decideInRounds(
      [arm(0.9, 0.001), arm(0.95, 0.001)],
      design,
      options(),
    );
    expect(decisions).toMatchObject([{ a: 1, b: 0, verdict: "better" }]);
    expect(isDecided).toBe(true);
    expect(round).toBeLessThan(4);
    expect(decisions[0]!.differences).toHaveLength(round * 5);
  });

  it("says what AdaStop knows of each pair", () => {
    const scores = [arm(0.9, 0.001), arm(0.901, 0.001), arm(0.95, 0.001)];
    const { decisions, round } = decideInRounds(scores, design, options());
    for (const { a, b, verdict, p, correctedP, sequential } of decisions) {
      expect([p, correctedP]).toEqual([null, null]);
      const { round: last, difference, boundary, equalityLevel } = sequential!;
      const mean = (i: number) => scores[i]!.slice(0, 5 * last).reduce((x, y) => x + y, 0) / (5 * last);
      expect(difference).toBeCloseTo(mean(a) - mean(b), 12);
      expect(equalityLevel).toBe(0.05 / 4);
      if (verdict === "better") expect(difference).toBeGreaterThan(boundary!);
      else expect(last).toBe(round);
    }
    expect(decisions.filter(({ verdict }) => verdict === "better")).toHaveLength(2);
    const begun = scores.map((each) => each.slice(0, 3));
    expect(decideInRounds(begun, design, options()).decisions[0]!.sequential).toEqual({
      round: 0,
      difference: null,
      boundary: null,
      equalityLevel: 0.05 / 4,
    });
  });

  it("does not change its decisions if later rounds are known", () => {
    const scores = [arm(0.9, 0.001), arm(0.903, 0.001)];
    const whole = decideInRounds(scores, design, options());
    const soFar = scores.map((each) => each.slice(0, whole.round * 5));
    expect(decideInRounds(soFar, design, options())).toEqual(whole);
  });

  it("calls arms equal that differ by less than the margin", () => {
    const { decisions, isDecided } = decideInRounds(
      [arm(0.9, 0.0001), arm(0.9001, -0.0001)],
      design,
      options(),
    );
    expect(decisions[0]!.verdict).toBe("equal");
    expect(isDecided).toBe(true);
  });

  it("uses all rounds if nothing is shown, and never an incomplete one", () => {
    const scores = [arm(0.9, 0.01), arm(0.9, -0.01)];
    expect(decideInRounds(scores, design, options())).toMatchObject({ round: 4, isDecided: false });
    const begun = [arm(0.9, 0, 3), arm(0.5, 0, 3)];
    expect(decideInRounds(begun, design, options())).toMatchObject({
      round: 0,
      isDecided: false,
      decisions: [{ verdict: "undecided" }],
    });
  });
});
