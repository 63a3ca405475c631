import { describe, expect, it } from "vitest";
import { studentT } from "../../src/statistics/student-t.js";
import golden from "../golden/student_t.json" with { type: "json" };

describe("studentT", () => {
  it.each(golden.quantiles)("agrees with SciPy: $probability, $degrees degrees of freedom", (expected) => {
    const t = studentT(expected.probability, expected.degrees);
    expect(Math.abs(t / expected.t - 1)).toBeLessThan(1e-11);
  });
});
