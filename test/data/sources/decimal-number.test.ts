import fc from "fast-check";
import { expect, it } from "vitest";
import { decimalNumber } from "../../../src/data/sources/decimal-number.js";
import "../../property-seed.js";

it.each([
  ["0", 0],
  ["255", 255],
  ["007", 7],
  ["-0.5", -0.5],
  ["+5", 5],
  [".5", 0.5],
  ["5.", 5],
  ["0e5", 0],
  ["1e-3", 0.001],
  ["2E+2", 200],
])("reads %j as a decimal number", (text, value) => expect(decimalNumber(text)).toBe(value));

it.each([
  ...["", " ", " 5", "5 ", "\u00a05", "5\u00a0", "x", "five", "NaN", "Infinity", "-Infinity"],
  ...["0x10", "0X1", "0b1", "0o7", "1_000", "1,5", "1e", ".", "--5", "5%", "1n"],
])("reads %j as no number", (text) => expect(decimalNumber(text)).toBeNaN());

it("agrees with the grammar of decimal numbers", () => {
  const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const text = fc.string({ unit: fc.constantFrom(..."0123456789+-.eExXbo, \t_ifn"), maxLength: 8 });
  fc.assert(
    fc.property(text, (each) => {
      expect(decimalNumber(each)).toBe(decimal.test(each) ? Number(each) : Number.NaN);
    }),
    { numRuns: 5000 },
  );
});
