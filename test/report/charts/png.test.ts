import { type DecodedPng, decode } from "fast-png";
import { expect, test } from "vitest";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { loadPngRenderer } from "../../../src/report/charts/png.js";
import { studyCharts } from "../../../src/report/charts/study-charts.js";
import type { Study } from "../../../src/study/study.js";
import { STUDIES } from "../example-studies.js";

const chart = (study: Study, name: string) => studyCharts(study).find((each) => each.name === name)!;
const draw = (study: Study, name: string) => drawSvg(chart(study, name).spec);

test("the PNG contains text without system fonts", async () => {
  const svg = await draw(STUDIES.oneRun, "accuracy-adam");
  const toPng = (await loadPngRenderer())!;
  const [width, height] = [...svg.match(/width="(\d+)" height="(\d+)"/)!].slice(1).map(Number);
  const full = decode(await toPng(svg));
  expect([full.width, full.height]).toEqual([2 * width!, 2 * height!]);
  const bare = decode(await toPng(svg.replace(/<text.*?<\/text>/gs, "")));
  // The title alone has 14 letters of some 100 dark pixels each.
  expect(darkPixels(full) - darkPixels(bare)).toBeGreaterThan(2000);
  expect(darkPixels(bare)).toBeGreaterThan(2000);
});

function darkPixels({ data, channels }: DecodedPng): number {
  let count = 0;
  for (let i = 0; i < data.length; i += channels) if (data[i]! + data[i + 1]! + data[i + 2]! < 500) count++;
  return count;
}
