import { decode } from "fast-png";
import { expect, it } from "vitest";
import { inMemoryDataset } from "../../../src/data/in-memory.js";
import { sampleDigits } from "../../../src/data/sample-digits.js";
import { namedSamples } from "../../../src/report/charts/named-samples.js";

const dataset = (classNames: string[]) =>
  inMemoryDataset({
    images: new Uint8Array(2 * classNames.length * 784),
    labels: Array.from({ length: 2 * classNames.length }, (_, i) => i % classNames.length),
    classNames,
  });

/** The columns of pixels left of the samples, and in which of them a row has ink. */
async function margin(...names: string[]) {
  const data = await dataset(names);
  const samples = decode(sampleDigits(data));
  const image = decode(await namedSamples(data));
  const width = image.width - samples.width;
  const height = image.height / names.length;
  const inked = (row: number, x: number) =>
    Array.from({ length: Math.floor(height) }, (_, y) => Math.floor(row * height) + y).some(
      (y) => image.data[(y * image.width + x) * image.channels]! < 128,
    );
  const columns = names.map((_, row) =>
    Array.from({ length: width }, (_, x) => x).filter((x) => inked(row, x)),
  );
  return { width, columns };
}

it.each([
  ["W".repeat(40), "i"],
  ["M".repeat(24), "iiiiiiii"],
  ["mmmmmmmmmmmm", "wwwwwwwwwwwwwwwwwwww"],
  ["@@@@@@@@@@@@@@@@@@@@@@@@", "Ünïcode Ελλάς Жук"],
])("names fit into the margin, and do not touch the samples: %s, %s", async (...names) => {
  const { width, columns } = await margin(...names);
  for (const row of columns) {
    expect(row[0]).toBeGreaterThan(0);
    expect(row.at(-1)).toBeLessThan(width - 2);
  }
});

it("draws markup, control and direction characters as text", async () => {
  const { columns } = await margin('<b>&"</b>', "\u0007\u202ebell");
  for (const row of columns) expect(row.length).toBeGreaterThan(20);
  // "??bell" is drawn from left to right, so it is as wide as the same text without direction.
  const { columns: plain } = await margin('<b>&"</b>', "??bell");
  expect(columns).toEqual(plain);
});

it("draws the class's number for names in scripts that the font lacks", async () => {
  expect((await margin("a", "\ud800")).columns).toEqual((await margin("a", "class 1")).columns);
  expect((await margin("a", "日本語")).columns).toEqual((await margin("a", "class 1")).columns);
});
