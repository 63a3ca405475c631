import { expect, it } from "vitest";
import { intervalAxis, intervalTicks } from "../../../src/report/page/parts/interval-plot.js";

it("keeps the ticks at the ends of the axis inside the picture", () => {
  const axis = intervalAxis([{ mean: 0.9, low: 0.9, high: 0.9, values: [0.885, 0.915] }]);
  const anchors = [...intervalTicks(axis).text.matchAll(/x="([\d.]+)%" y="11" text-anchor="(\w+)"/g)].map(
    ([, x, anchor]) => ({ x: Number(x), anchor }),
  );
  expect(anchors.length).toBeGreaterThanOrEqual(3);
  for (const { x, anchor } of anchors) expect(anchor).toBe(x < 13.2 ? "start" : x > 86.8 ? "end" : "middle");
  expect(new Set(anchors.map(({ anchor }) => anchor))).toContain("start");
});
