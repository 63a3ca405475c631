import { expect, test } from "vitest";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { scheduleChart } from "../../../src/report/charts/schedule-chart.js";

const chart = (rates: ArrayLike<number>, stepsPerEpoch: number) =>
  scheduleChart({ title: "mine", subtitle: "few steps", rates: Float64Array.from(rates), stepsPerEpoch });
const panelsOf = (spec: ReturnType<typeof chart>) =>
  (spec as unknown as { vconcat: { data: { values: { epoch: number; value: number }[] } }[] }).vconcat;
const pointsOf = (spec: ReturnType<typeof chart>) => panelsOf(spec)[0]!.data.values;

test("shows every step's rate until the end of the last", async () => {
  const spec = chart([0.3, 0.2, 0.1, 0.1], 2);
  expect(pointsOf(spec)).toEqual(
    expect.arrayContaining([
      { epoch: 0, value: 0.3 },
      { epoch: 0.5, value: 0.2 },
      { epoch: 2, value: 0.1 },
    ]),
  );
  const svg = await drawSvg(spec);
  expect(svg).toContain("mine: the learning rate over 4 steps.");
  expect(svg).toContain(">0.3<");
});

test("reduces many steps, and keeps the first and the last", () => {
  const rates = Array.from({ length: 50_001 }, (_, i) => i);
  const points = pointsOf(chart(rates, 1000));
  expect(points.length).toBeLessThan(2010);
  expect(points[0]!.value).toBe(0);
  expect(points[1000]).toEqual({ epoch: 26, value: 26_000 });
  expect(points.at(-1)!.value).toBe(50_000);
});

test.each([[[0]], [[0, 0, 0]], [[1e-300]], [[0.1, 1e6]]])("draws %j without NaN", async (rates) => {
  const spec = chart(rates, 1);
  expect(spec).toHaveProperty(
    "vconcat.0.encoding.y.scale.domain.1",
    expect.toSatisfy((most) => most > 0),
  );
  const svg = await drawSvg(spec);
  expect(svg).not.toMatch(/NaN|undefined/);
});

test("draws the momentum below the rate if it changes", async () => {
  const rates = Float64Array.of(0.1, 0.2);
  const spec = scheduleChart({
    ...{ title: "mine", subtitle: "few steps", rates, stepsPerEpoch: 2 },
    momenta: Float64Array.of(0.95, 0.85),
  });
  expect(panelsOf(spec)).toHaveLength(2);
  expect(panelsOf(spec)[1]!.data.values).toContainEqual({ epoch: 0.5, value: 0.85 });
  expect(await drawSvg(spec)).toContain(">momentum<");
  expect(panelsOf(chart(rates, 2))).toHaveLength(1);
});
