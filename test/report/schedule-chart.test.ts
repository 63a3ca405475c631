import { expect, test } from "vitest";
import { drawSvg } from "../../src/report/draw.js";
import { scheduleChart } from "../../src/report/schedule-chart.js";

const chart = (rates: ArrayLike<number>, stepsPerEpoch: number) =>
  scheduleChart({ title: "mine", subtitle: "few steps", rates: Float64Array.from(rates), stepsPerEpoch });
const pointsOf = (spec: ReturnType<typeof chart>) =>
  (spec as unknown as { data: { values: { epoch: number; rate: number }[] } }).data.values;

test("shows every step's rate until the end of the last", async () => {
  const spec = chart([0.3, 0.2, 0.1, 0.1], 2);
  expect(pointsOf(spec)).toEqual(
    expect.arrayContaining([
      { epoch: 0, rate: 0.3 },
      { epoch: 0.5, rate: 0.2 },
      { epoch: 2, rate: 0.1 },
    ]),
  );
  const svg = await drawSvg(spec);
  expect(svg).toContain("mine: the learning rate of 4 steps.");
  expect(svg).toContain(">0.3<");
});

test("thins out many steps, and keeps the first and the last", () => {
  const rates = Array.from({ length: 50_001 }, (_, i) => i);
  const points = pointsOf(chart(rates, 1000));
  expect(points.length).toBeLessThan(2010);
  expect(points[0]!.rate).toBe(0);
  expect(points[1000]).toEqual({ epoch: 26, rate: 26_000 });
  expect(points.at(-1)!.rate).toBe(50_000);
});

test.each([[[0]], [[0, 0, 0]], [[1e-300]], [[0.1, 1e6]]])("draws %j without a word of NaN", async (rates) => {
  const spec = chart(rates, 1);
  expect(spec).toHaveProperty(
    "encoding.y.scale.domain.1",
    expect.toSatisfy((most) => most > 0),
  );
  const svg = await drawSvg(spec);
  expect(svg).not.toMatch(/NaN|undefined/);
});
